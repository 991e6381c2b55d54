"""A longer term brings what policy says: shown before it is signed, credited once, for what is then kept up and nothing else."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import Error, IntegrityError, transaction
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.segments.models import Condition
from accounts.timeline.models import Activity
from billing.amendments import applying, new_terms, quoting
from billing.amendments.bonus import BonusStandsOnIt
from billing.amendments.models import BonusShare
from billing.amendments.quoting import Change
from billing.catalog import coupons
from billing.contracts import events, redeeming, state, terms
from billing.contracts.terms import Terms
from billing.invoices import proof, run
from billing.invoices.models import Document
from billing.ledger import balances
from billing.money import Money
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


def recorded(subscription, what, on, at=NOON, **facts):
    return events.add(actor=None, subscription=subscription, what=what, effective_on=on, at=at, **facts)


def bonus(actor, contract, months=24, today=JUNE):
    new = wanted(contract, term_months=months)
    return str(new_terms.compare(actor=actor, contract=contract, wanted=new, today=today).bonus)


def change(actor, subscription, today=JUNE, **facts):
    at = NOON + (today - JUNE)
    return quoting.quote(actor=actor, subscription=subscription, change=Change(**facts), at=at, today=today)


@pytest.mark.parametrize("months", [24, 36])
def test_what_ends_with_the_present_term_brings_nothing(held, administrator, months):
    recorded(held, "cancel", date(2027, 1, 1))

    assert bonus(administrator, held.contract, months) == "0.00 EUR"


@pytest.mark.parametrize("on", [date(2026, 7, 1), date(2027, 12, 31)])
def test_what_is_reduced_before_the_new_terms_are_over_counts_as_reduced(held, administrator, on):
    recorded(held, "set_quantity", on, quantity=1)

    assert bonus(administrator, held.contract) == "15.50 EUR"


def test_what_is_raised_again_later_counts_as_low_as_it_was_between(held, administrator):
    recorded(held, "set_quantity", date(2026, 7, 1), quantity=1)
    recorded(held, "set_quantity", date(2026, 9, 1), quantity=50)

    assert bonus(administrator, held.contract) == "15.50 EUR"


def test_each_subscription_counts_the_least_of_itself(held, administrator):
    other = billing.subscribed(held.customer, billing.version("LINE", "62.00", product="line"), quantity=9, under=held.contract)
    recorded(held, "set_quantity", JUNE, quantity=10)
    recorded(other, "set_quantity", JUNE, quantity=1)

    assert bonus(administrator, held.contract) == "46.50 EUR"


def test_contract_whose_end_is_recorded_brings_nothing_for_more_years(held, administrator):
    sign(administrator, held.contract, renews=False)
    recorded(held, "cancel", date(2027, 1, 1), args={"reason": "not_renewed"})

    assert bonus(administrator, held.contract, 36) == "0.00 EUR"


def test_trial_brings_nothing(administrator, held):
    plan = billing.version("TRY", "62.00", product="line", trial_days=60)
    billing.subscribed(held.customer, plan, quantity=100, on=date(2026, 5, 1), under=held.contract)

    assert bonus(administrator, held.contract) == "31.00 EUR"


def test_what_a_discount_takes_off_brings_nothing(held, administrator):
    asks, approves = people.person(), people.person()
    Condition.objects.create(
        kind="discount", value="40", since=FIRST, customer=held.customer, asked_by=asks, asked_at=NOON, approved_by=approves,
        approved_at=NOON,
    )  # fmt: skip

    assert bonus(administrator, held.contract) == "18.60 EUR"


@pytest.mark.parametrize(("percent", "off", "told"), [("50", None, "15.50 EUR"), (None, "24.00", "25.00 EUR")])
def test_what_a_coupon_takes_off_brings_nothing(held, administrator, percent, off, told):
    redeemed(held, percent, off)

    assert bonus(administrator, held.contract) == told


@pytest.mark.parametrize(
    ("today", "months", "told"),
    [(date(2026, 12, 15), 24, "0.00 EUR"), (date(2026, 12, 15), 36, "31.00 EUR"), (date(2026, 11, 1), 24, "31.00 EUR")],
)
def test_only_months_by_which_one_is_really_bound_longer_count(held, administrator, today, months, told):
    assert bonus(administrator, held.contract, months, today) == told


@pytest.mark.parametrize(
    "lower",
    [
        {"what": "set_quantity", "quantity": 1}, {"what": "pause"}, {"what": "change_plan", "plan_code": "SMALL"},
        {"what": "set_quantity", "quantity": 1, "effective": date(2027, 12, 31)},
    ],
)  # fmt: skip
def test_nobody_reduces_what_brought_a_bonus_before_the_term_is_over(held, administrator, lower):
    billing.version("SMALL", "1.00")
    sign(administrator, held.contract, term_months=24)

    with pytest.raises(BonusStandsOnIt, match="until 2028-01-01 this costs at least 124.00 EUR a month"):
        change(administrator, held, JUNE + timedelta(days=1), **lower)


@pytest.mark.parametrize(
    "other",
    [
        {"what": "set_quantity", "quantity": 3}, {"what": "set_quantity", "quantity": 1, "effective": date(2028, 1, 1)},
        {"what": "cancel", "effective": "end_of_term"},
    ],
)  # fmt: skip
def test_whatever_keeps_it_up_is_still_possible(held, administrator, other):
    sign(administrator, held.contract, term_months=24)

    assert change(administrator, held, JUNE + timedelta(days=1), **other).status == "offered"


def test_price_quoted_before_signing_reduces_nothing_afterwards(held, administrator):
    early = change(administrator, held, what="set_quantity", quantity=1)
    sign(administrator, held.contract, term_months=24)

    with pytest.raises(BonusStandsOnIt):
        applying.apply(actor=administrator, token=early.pk, at=NOON, today=JUNE)


def test_taking_back_a_dearer_plan_reduces_nothing_that_was_counted_with_it(held, administrator):
    dearer = billing.version("BIG", "124.00")
    to_come = recorded(held, "change_plan", date(2026, 7, 1), plan_version=dearer)
    recorded(held, "set_quantity", date(2026, 8, 1), quantity=1)
    sign(administrator, held.contract, term_months=24)

    with pytest.raises(BonusStandsOnIt):
        applying.undo_scheduled(actor=administrator, event=to_come, at=NOON, today=JUNE)
    assert balances.credit_of(held.customer) == {"EUR": 3100}


def test_what_costs_less_without_the_customer_can_still_be_raised(held, administrator):
    sign(administrator, held.contract, term_months=24)
    recorded(held, "override_price", JUNE, price_override=Decimal("1.00"))

    assert change(administrator, held, JUNE + timedelta(days=1), what="set_quantity", quantity=3).status == "offered"


@settings(max_examples=15)
@given(seats=st.lists(st.tuples(st.integers(0, 700), st.integers(1, 9)), max_size=4, unique_by=lambda one: one[0]))
def test_bonus_is_of_the_fewest_seats_between_a_month_ago_and_the_end_of_the_terms(held, administrator, seats):
    with transaction.atomic():
        fewest = 2
        for days, quantity in sorted(seats):
            if quantity != seats_then(held, days):
                recorded(held, "set_quantity", JUNE + timedelta(days=days), quantity=quantity)
            fewest = min([fewest, quantity] if JUNE + timedelta(days=days) < date(2028, 1, 1) else [fewest])
        told = bonus(administrator, held.contract)
        transaction.set_rollback(True)

    assert told == str(Money(fewest * 1550, "EUR"))


def seats_then(subscription, days):
    return state.as_of(subscription, JUNE + timedelta(days=days)).quantity


def redeemed(subscription, percent, off):
    coupon = coupons.define(
        actor=None,
        at=NOON,
        code="SPRING",
        name="Spring",
        percent=Decimal(percent) if percent else None,
        amount=Money.of(off, "EUR") if off else None,
    )
    return redeeming.redeem(actor=None, contract=subscription.contract, coupon=coupon, on=FIRST, at=NOON)


def test_database_keeps_shares_as_they_were_signed(held, administrator):
    sign(administrator, held.contract, term_months=24)
    share = BonusShare.objects.get()

    for break_it in (lambda: BonusShare.objects.update(monthly_minor=1), share.delete):
        with pytest.raises(Error), transaction.atomic():
            break_it()
    share.pk, share.monthly_minor = None, 0
    with pytest.raises(IntegrityError), transaction.atomic():
        share.save(force_insert=True)
