"""Billing errors beside double charges: each is seen with its evidence and amount, and what is right is left alone."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.segments.models import Condition
from billing.anomalies import finding
from billing.anomalies.models import Finding
from billing.contracts import events
from billing.invoices import credit_notes, run
from billing.invoices.models import Line
from tests.factories import billing, people
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
FIRST, NOON = billing.FIRST_DAY, billing.NOON
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


def found(customer):
    return [(f.detector, f.amount_minor) for f in finding.find_for([customer], at=NOON)]


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def held():
    """One seat for 31.00 a month since January, billed."""
    subscription = billing.subscribed(group("Berlin"), billing.version(price="31.00"))
    run.bill(payer=subscription.customer, on=FIRST, at=NOON)
    return subscription


def imported(held, amount_minor, since, until):
    return billing.legacy_invoice(held.customer, amount_minor, since=since, until=until, product=held.product)


def test_line_for_days_after_the_end_is_seen_with_the_share_of_those_days(held):
    events.add(actor=None, subscription=held, what="cancel", effective_on=date(2026, 1, 22), at=NOON)
    run.bill(payer=held.customer, on=date(2026, 1, 22), at=noon(date(2026, 1, 22)))
    assert found(held.customer) == []

    imported(held, 2800, FEBRUARY, MARCH)

    assert found(held.customer) == [("charged_after_cancel", 2800)]
    assert "ended on 2026-01-22" in Finding.objects.get().evidence["words"]


def test_imported_line_dearer_than_the_contract_is_seen_with_the_difference(held):
    imported(held, 3600, date(2026, 4, 1), date(2026, 5, 1))
    imported(held, 3100, date(2026, 5, 1), date(2026, 6, 1))

    assert found(held.customer) == [("wrong_price", 500)]


def agreed(customer, since):
    asks, approves = people.person(), people.person()
    return Condition.objects.create(
        kind="discount", value="10", since=since, asked_by=asks, asked_at=NOON, approved_by=approves, approved_at=NOON,
        customer=customer,
    )  # fmt: skip


def test_line_billed_before_its_discount_was_approved_is_seen_and_settled_by_the_credit(held):
    agreed(held.customer, FIRST)
    assert found(held.customer) == [("missing_discount", 310)]

    line = Line.objects.get()
    credit_notes.credit_line(actor=None, line=line, reason="x", on=FIRST, at=NOON, key="d", amount_minor=None)

    assert found(held.customer) == []


def test_line_with_its_discount_and_one_before_it_began_are_left_alone(held):
    agreed(held.customer, date(2026, 1, 2))
    run.bill(payer=held.customer, on=FEBRUARY, at=noon(FEBRUARY))

    assert found(held.customer) == []


@pytest.mark.parametrize(("tax_id", "expected"), [("FR40303265045", [("tax_on_reverse_charge", 1900)]), ("", [])])
def test_tax_is_seen_where_a_valid_vat_id_of_another_country_shifts_it(tax_id, expected):
    lyon = group("Lyon", country="FR", tax_id=tax_id)
    billing.invoice(lyon, 10000, tax_rate="0.19")

    assert found(lyon) == expected


def usage(customer, subscription, *amounts):
    since = FIRST
    for amount in amounts:
        until = date(since.year, since.month + 1, 1)
        line = billing.one_off(customer, amount, "Calls", since=since, until=until, tax_rate=Decimal(0))
        document = billing.invoice(
            customer,
            lines=[type(line)(**{**vars(line), "kind": "usage", "subscription": subscription, "charge_code": "calls"})],
            on=until,
        )
        assert document.total_minor == amount
        since = until


def test_usage_three_times_the_usual_is_seen_and_a_small_jump_is_not(held):
    usage(held.customer, held, 10000, 9000, 40000)

    assert [detector for detector, _ in found(held.customer)] == ["usage_spike"]


@pytest.mark.parametrize("amounts", [(10000, 9000, 20000), (100, 100, 900), (10000, 90000)])
def test_usage_that_rises_a_little_or_for_the_first_time_is_left_alone(held, amounts):
    usage(held.customer, held, *amounts)

    assert found(held.customer) == []


def test_looking_again_finds_the_same_once(held):
    agreed(held.customer, FIRST)

    assert finding.find_for(None, at=NOON) == finding.find_for([held.customer], at=NOON)
    assert Finding.objects.count() == 1
