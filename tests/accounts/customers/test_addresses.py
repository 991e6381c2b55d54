"""Addresses: for what and for which days, one of each purpose a day, and on the invoice of their days only."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.customers import addresses, details
from accounts.customers.models import Address
from accounts.timeline.models import Activity
from billing.invoices import fingerprint
from tests.factories.billing import invoice
from tests.factories.customers import NOON, group

pytestmark = pytest.mark.django_db
JULY, AUGUST, SEPTEMBER = date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)
SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20) | st.none()), min_size=1, max_size=6)


def keep(customer, street="Gate 4", *, since=JULY, until=None, purpose="invoices", **more):
    place = {"street": street, "postcode": "10115", "city": "Berlin", "country": "de"} | more
    return addresses.keep(actor=None, customer=customer, purpose=purpose, since=since, until=until, at=NOON, **place)


def street_on(document):
    return document.address["buyer"]["street"]


def test_address_valid_from_july_stands_on_the_invoice_of_july_only():
    customer = group(street="Head office 1", city="Munich")
    keep(customer, since=JULY, until=AUGUST)

    june, july, august = (invoice(customer, on=day) for day in (JULY - timedelta(days=1), JULY, AUGUST))

    assert [street_on(document) for document in (june, july, august)] == ["Head office 1", "Gate 4", "Head office 1"]
    assert july.address["buyer"]["country"] == "DE"


def test_issued_invoice_keeps_its_address_when_another_is_kept_for_its_day():
    customer = group(street="Head office 1", city="Munich")
    july = invoice(customer, on=JULY)

    keep(customer)
    july.refresh_from_db()

    assert street_on(july) == "Head office 1"
    assert july.content_hash == fingerprint.of(july, july.lines.all())


def test_address_for_deliveries_stands_on_no_invoice():
    customer = group(street="Head office 1", city="Munich")

    keep(customer, purpose="deliveries")

    assert street_on(invoice(customer, on=JULY)) == "Head office 1"


def test_address_in_between_leaves_what_held_before_and_after():
    customer = group()
    keep(customer, "Old gate", since=JULY)

    keep(customer, "Guest gate", since=AUGUST, until=SEPTEMBER)

    rows = Address.objects.order_by("since").values_list("street", "since", "until")
    assert list(rows) == [("Old gate", JULY, AUGUST), ("Guest gate", AUGUST, SEPTEMBER), ("Old gate", SEPTEMBER, None)]


def test_keeping_the_same_address_twice_does_it_once():
    customer = group()

    assert keep(customer) == keep(customer)
    assert Activity.objects.filter(kind="accounts.address_kept").count() == 1


def test_address_ends_on_its_day_and_one_that_had_not_begun_goes():
    customer = group()
    held, planned = keep(customer, since=JULY, until=AUGUST), keep(customer, since=SEPTEMBER)

    for address in (held, planned):
        addresses.end(actor=None, address=address, on=JULY + timedelta(days=10), at=NOON)

    assert list(Address.objects.values_list("since", "until")) == [(JULY, JULY + timedelta(days=10))]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"street": " "}, addresses.AddressRefused),
        ({"until": JULY}, addresses.AddressRefused),
        ({"purpose": "parties"}, addresses.AddressRefused),
        ({"country": "Q1"}, details.FactsRefused),
    ],
)
def test_address_that_cannot_be_is_refused_and_nothing_changed(wrong, refusal):
    with pytest.raises(refusal):
        keep(group(), **wrong)

    assert not Address.objects.exists()


@settings(max_examples=25)
@given(spans=SPANS)
def test_last_word_holds_on_every_day_whatever_was_kept_before(spans):
    customer, expected = group(), {}
    for number, (first, length) in enumerate(spans):
        since = JULY + timedelta(days=first)
        keep(customer, f"Gate {number}", since=since, until=since + timedelta(days=length) if length else None)
        expected |= dict.fromkeys(range(first, first + length if length else 60), f"Gate {number}")

    for day in range(60):
        held = addresses.in_force([customer], "invoices", JULY + timedelta(days=day)).get(customer.pk)
        assert (held.street if held else None) == expected.get(day)


def test_database_refuses_two_addresses_for_one_purpose_and_day():
    kept = keep(group())

    with pytest.raises(IntegrityError, match="one_address_per_purpose_and_day"), transaction.atomic():
        Address.objects.create(customer=kept.customer, purpose="invoices", street="Gate 5", city="Berlin", since=AUGUST)
