"""Tax follows place and day where a contract says so, and every rate has a day from which it holds."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from billing.catalog import vat
from billing.catalog.models import TaxRate
from billing.contracts import events
from billing.invoices import placing, run
from billing.invoices.models import Document
from tests.factories import billing
from tests.factories.customers import group

pytestmark = pytest.mark.django_db

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "tax" / "vat_rates.json"
DAY, NOON = billing.FIRST_DAY, billing.NOON
FRENCH = "FR40303265045"

PLACES = [
    ("DE", "DE", "", "home", "0.19"),
    ("DE", "", "", "home", "0.19"),
    ("DE", "FR", FRENCH, "reverse_charge", "0"),
    ("DE", "FR", "", "destination", "0.2"),
    ("DE", "FR", "FR41303265045", "destination", "0.2"),
    ("DE", "CH", "", "export", "0"),
    ("DE", "US", "", "export", "0"),
]


@pytest.mark.parametrize(("seller", "buyer", "tax_id", "rule", "rate"), PLACES)
def test_place_and_vat_id_say_which_tax_holds(seller, buyer, tax_id, rule, rate):
    place = placing.decide(seller=seller, buyer=buyer, tax_id=tax_id, on=DAY, rates=vat.Rates())

    assert place == placing.Place(rule, Decimal(rate))


@pytest.mark.parametrize(
    ("on", "rate"), [("2020-06-30", "0.19"), ("2020-07-01", "0.16"), ("2020-12-31", "0.16"), ("2021-01-01", "0.19")]
)
def test_rate_is_the_one_of_the_day(on, rate):
    assert vat.Rates().on("DE", date.fromisoformat(on)) == Decimal(rate)


def test_country_or_day_without_a_known_rate_is_refused_by_name():
    with pytest.raises(vat.NoRateKnown):
        vat.Rates().on("XX", DAY)
    with pytest.raises(vat.NoRateKnown):
        vat.Rates().on("DE", date(1999, 1, 1))


def test_table_agrees_with_what_is_published():
    if not SHARED.exists():
        pytest.skip("the published rates lie beside the repository")
    published = json.loads(SHARED.read_text())["rates"]
    rates, on = vat.Rates(), date(2026, 9, 29)

    told = {country: Decimal(str(facts["standard"])) / 100 for country, facts in published.items() if facts["eu_member"]}
    assert {country: rates.on(country, on) for country in told} == told


def test_contract_by_place_is_billed_without_tax_to_a_business_abroad():
    customer = group("Lyon", country="FR", tax_id=FRENCH)
    billing.subscribed(customer, billing.version(price="100.00"), tax_by_place=True)

    run.bill(payer=customer, on=DAY, at=NOON)

    document = Document.objects.get(customer=customer)
    assert (document.tax_minor, document.lines.get().derivation["tax"]) == (0, "reverse_charge")


def test_credit_keeps_the_rate_its_line_was_billed_at():
    customer = group("Wien", country="AT")
    subscription = billing.subscribed(customer, billing.version(price="31.00"), tax_by_place=True)
    run.bill(payer=customer, on=DAY, at=NOON)
    vat.define(actor=None, country="AT", since=date(2026, 1, 10), rate=Decimal("0.5"), source="made up", at=NOON)

    events.add(actor=None, subscription=subscription, what="cancel", effective_on=date(2026, 1, 16), at=NOON)
    run.bill(payer=customer, on=date(2026, 1, 16), at=NOON)

    invoice, note = Document.objects.filter(customer=customer).order_by("pk")
    assert (invoice.tax_minor, note.subtotal_minor, note.tax_minor) == (620, -1600, -320)


def test_rate_said_for_a_day_stands():
    vat.define(actor=None, country="AT", since=date(2027, 1, 1), rate=Decimal("0.21"), source="made up", at=NOON)

    with pytest.raises(vat.RateStands):
        vat.define(actor=None, country="AT", since=date(2027, 1, 1), rate=Decimal("0.22"), source="made up", at=NOON)
    with pytest.raises(vat.BadRate):
        vat.define(actor=None, country="AT", since=date(2027, 2, 1), rate=Decimal(21), source="made up", at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        TaxRate.objects.create(country="AT", since=date(2027, 3, 1), rate=Decimal("1.2"), source="made up")
