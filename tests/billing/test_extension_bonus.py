"""A longer term brings what policy says: shown before it is signed, credited once, and not for what was ordered for the day."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from accounts.timeline.models import Activity
from billing.amendments import new_terms
from billing.contracts import events, terms
from billing.contracts.terms import Terms
from billing.invoices import proof, run
from billing.invoices.models import Document
from billing.ledger import balances
from tests.factories import billing, customers, people, policies

pytestmark = pytest.mark.django_db
FIRST, JUNE = date(2026, 1, 1), date(2026, 6, 10)
NOON, LONG_AGO = datetime(2026, 6, 10, 12, tzinfo=UTC), datetime(2025, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def held():
    """Two seats at 62.00 since January, for terms of a year; 25 % of a month are credited for each year more."""
    policies.published({"contract.extension_bonus": "25"}, at=LONG_AGO)
    return billing.subscribed(customers.group("Berlin"), billing.version("PRO", "62.00"), quantity=2)


@pytest.fixture
def administrator(held):
    return people.administrator(held.customer)


def wanted(contract, **changed):
    return Terms(**{**vars(Terms.of(contract)), **changed})


def compared(actor, contract, **changed):
    return new_terms.compare(actor=actor, contract=contract, wanted=wanted(contract, **changed), today=JUNE)


def sign(actor, contract, **changed):
    given = {"wanted": wanted(contract, **changed), "signed_name": "Ada Berg", "today": JUNE, "at": NOON}
    return new_terms.sign(actor=actor, contract=contract, **given)


@pytest.mark.parametrize(("months", "bonus"), [(24, "31.00 EUR"), (36, "62.00 EUR")])
def test_bonus_of_each_year_is_shown_before_it_is_signed(held, administrator, months, bonus):
    assert str(compared(administrator, held.contract, term_months=months).bonus) == bonus
    assert not Document.objects.exists()


def test_signed_term_is_credited_once_and_told(held, administrator):
    sign(administrator, held.contract, term_months=24)
    with pytest.raises(terms.SameTerms):
        sign(administrator, held.contract, term_months=24)

    assert balances.credit_of(held.customer) == {"EUR": 3100}
    [told] = Activity.objects.filter(kind="billing.extension_bonus_given")
    assert (told.facts["amount"], told.facts["months"]) == ("31.00 EUR", 24)
    assert proof.faults() == []


def test_next_invoice_takes_the_bonus(held, administrator):
    sign(administrator, held.contract, term_months=24)

    run.bill(payer=held.customer, on=JUNE, at=NOON)

    owed = sum(Document.objects.filter(kind="invoice").values_list("open_minor", flat=True))
    billed = sum(Document.objects.filter(kind="invoice").values_list("total_minor", flat=True))
    assert (billed - owed, balances.credit_of(held.customer).get("EUR", 0)) == (3100, 0)


def test_years_signed_one_by_one_bring_what_they_bring_together(held, administrator):
    sign(administrator, held.contract, term_months=24)
    sign(administrator, held.contract, term_months=36)

    assert balances.credit_of(held.customer) == {"EUR": 6200}


@pytest.mark.parametrize(("language", "begins"), [("en", "Bonus for"), ("de", "Bonus für")])
def test_document_is_in_the_language_of_who_gets_it_whoever_signs(held, administrator, language, begins):
    held.customer.language = language
    held.customer.save(update_fields=["language"])

    with translation.override("de" if language == "en" else "en"):
        sign(administrator, held.contract, term_months=24)

    assert Document.objects.get().reason.startswith(begins)


def test_other_terms_bring_nothing(held, administrator):
    sign(administrator, held.contract, renews=False)

    assert not Document.objects.exists()


def test_seats_ordered_for_the_day_of_signing_do_not_count(held, administrator):
    events.add(actor=None, subscription=held, what="set_quantity", effective_on=JUNE, at=NOON, quantity=900)

    found = compared(administrator, held.contract, term_months=24)

    assert (str(found.monthly), str(found.bonus)) == ("55800.00 EUR", "31.00 EUR")


def test_house_that_says_nothing_gives_nothing():
    held = billing.subscribed(customers.group("Berlin"), billing.version("PRO", "62.00"), quantity=2)

    found = compared(people.administrator(held.customer), held.contract, term_months=24)

    assert not found.bonus
