"""Terms of a contract: compared, signed, kept in versions; renewed or ended in time; given up with a successor; order numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.timeline.models import Activity
from billing.amendments import applying, new_terms, ordering, outcome, quoting
from billing.amendments.ordering import Order
from billing.catalog import plans
from billing.contracts import notice, renewing, state, sunset, terms
from billing.contracts.models import ContractTerms, Subscription
from billing.contracts.terms import Terms
from billing.invoices import run
from billing.invoices.models import Document, Line
from billing.invoices.running import carrying
from billing.ledger import proof
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db
FIRST, JUNE = date(2026, 1, 1), date(2026, 6, 10)


@pytest.fixture
def held():
    """Two seats since January, for terms of a year with a month's notice."""
    return billing.subscribed(customers.group("Berlin"), billing.version("PRO", "62.00"), quantity=2)


@pytest.fixture
def administrator(held):
    return people.administrator(held.customer)


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def with_terms(contract, **changed):
    return Terms(**{**vars(Terms.of(contract)), **changed})


def sign(actor, contract, on=JUNE, **changed):
    wanted = with_terms(contract, **changed)
    return new_terms.sign(actor=actor, contract=contract, wanted=wanted, signed_name="Ada Berg", today=on, at=noon(on))


def told(kind):
    return list(Activity.objects.filter(kind=kind).order_by("pk"))


def test_longer_term_is_compared_before_it_is_signed(held, administrator):
    wanted = with_terms(held.contract, term_months=24)

    compared = new_terms.compare(actor=administrator, contract=held.contract, wanted=wanted, today=JUNE)

    assert [(one.name, one.before, one.after) for one in compared.differences] == [("term_months", 12, 24)]
    assert (compared.bound_before, compared.bound_after) == (date(2027, 1, 1), date(2028, 1, 1))
    assert str(compared.monthly) == "124.00 EUR"
    assert compared.committed_after.amount_minor - compared.committed_before.amount_minor == 12 * 12400


def test_both_versions_are_kept_with_the_signature(held, administrator):
    sign(administrator, held.contract, term_months=24)

    newest, first = terms.in_order(held.contract)
    assert (first.term_months, first.signed_name, first.agreed_on) == (12, "", FIRST)
    assert (newest.term_months, newest.signed_name, newest.signed_by) == (24, "Ada Berg", administrator)
    assert notice.earliest_end(held.contract, JUNE) == date(2028, 1, 1)
    assert told("billing.terms_changed")[0].facts["change"] == "term of 24 months instead of 12"


def test_kept_terms_never_change(held, administrator):
    sign(administrator, held.contract, term_months=24)

    with pytest.raises(DatabaseError), transaction.atomic():
        ContractTerms.objects.update(term_months=1)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"term_months": 18}, new_terms.TermsNotOffered),
        ({"term_months": 48}, new_terms.TermsNotOffered),
        ({"notice_days": 0}, new_terms.TermsNotOffered),
        ({"payment_term_days": 90}, new_terms.TermsNotOffered),
        ({}, terms.SameTerms),
    ],
)
def test_terms_nobody_offered_are_refused_and_change_nothing(held, administrator, changed, refusal):
    with pytest.raises(refusal):
        sign(administrator, held.contract, **changed)

    assert not held.contract.terms.exists()


def test_terms_without_a_name_are_not_signed(held, administrator):
    with pytest.raises(terms.BadTerms):
        new_terms.sign(
            actor=administrator, contract=held.contract, wanted=with_terms(held.contract, term_months=24), signed_name=" ",
            today=JUNE, at=noon(JUNE),
        )  # fmt: skip


def test_contract_goes_on_when_nobody_gave_notice(held):
    renewing.decide_due(at=noon(date(2026, 12, 2)))
    assert told("billing.contract_renewed") == []

    for _ in range(2):
        renewing.decide_due(at=noon(date(2026, 12, 3)))

    held.contract.refresh_from_db()
    assert [activity.facts["until"] for activity in told("billing.contract_renewed")] == ["2028-01-01"]
    assert (held.contract.renewed_until, held.contract.renewal_due_on) == (date(2028, 1, 1), date(2027, 12, 3))


def test_contract_that_does_not_renew_ends_with_its_term(held, administrator):
    sign(administrator, held.contract, renews=False)

    for day in (date(2026, 12, 3), date(2026, 12, 20), date(2027, 1, 2)):
        renewing.decide_due(at=noon(day))

    assert state.as_of(held, date(2027, 1, 2)).ends_on == date(2027, 1, 1)
    assert held.events.filter(what="cancel").count() == 1


def test_contract_that_was_cancelled_is_not_renewed(held, administrator):
    change = quoting.Change("cancel", effective=quoting.END_OF_TERM)
    quote = quoting.quote(actor=administrator, subscription=held, change=change, at=noon(JUNE), today=JUNE)
    applying.apply(actor=administrator, token=quote.pk, at=noon(JUNE), today=JUNE)

    renewing.decide_due(at=noon(date(2026, 12, 3)))

    assert told("billing.contract_renewed") == []


def give_up(product, on, successor=None):
    return sunset.give_up(
        actor=None, product=product, sale_ends_on=on, renewal_ends_on=on, support_ends_on=None, successor=successor, at=noon(JUNE)
    )


def test_product_given_up_in_180_days_lists_and_tells_its_holders_once(held):
    successor = billing.version("NEXT", "70.00", product="next").plan.product

    for _ in range(2):
        holders = give_up(held.product, JUNE + timedelta(days=180), successor)

    assert [(holder.subscription, holder.ends_on) for holder in holders] == [(held, date(2027, 1, 1))]
    assert [(a.facts["on"], a.facts["note"]) for a in told("billing.product_ends")] == [("2027-01-01", "Next")]


def test_renewal_is_blocked_for_a_product_given_up_and_names_its_successor(held):
    successor = billing.version("NEXT", "70.00", product="next").plan.product
    other = billing.subscribed(held.customer, billing.version("LINE", "10.00", product="line"), under=held.contract)
    give_up(held.product, JUNE + timedelta(days=180), successor)

    renewing.decide_due(at=noon(date(2026, 12, 3)))

    assert state.as_of(held, JUNE).ends_on == date(2027, 1, 1)
    assert state.as_of(other, JUNE).ends_on is None
    assert [a.facts["instead"] for a in told("billing.renewal_blocked")] == ["Next"]
    assert len(told("billing.contract_renewed")) == 1


def test_blocked_renewal_is_billed_to_its_last_day_and_no_further(held):
    successor = billing.version("NEXT", "70.00", product="next").plan.product
    give_up(held.product, JUNE + timedelta(days=180), successor)

    for month in range(1, 13):
        carrying.bill_due(on=date(2026, month, 1), at=noon(date(2026, month, 1)), judges=())
    renewing.decide_due(at=noon(date(2026, 12, 3)))
    for day in (date(2027, 1, 1), date(2027, 2, 1)):
        carrying.bill_due(on=day, at=noon(day), judges=())

    billed = Line.objects.filter(subscription=held).order_by("since")
    assert (billed.count(), billed.last().until) == (12, date(2027, 1, 1))
    assert sum(document.total_minor for document in Document.objects.all()) == 12 * 124_00
    assert state.as_of(held, date(2027, 1, 1)).status == state.CANCELLED
    assert proof.faults() == []


def test_product_given_up_ends_on_its_day_where_no_term_runs():
    held = billing.subscribed(customers.group("Lab"), term_months=0)

    give_up(held.product, date(2026, 9, 1))

    assert state.as_of(held, JUNE).ends_on == date(2026, 9, 1)


def test_product_that_is_given_up_itself_is_no_successor(held):
    other = billing.version("NEXT", product="next").plan.product
    give_up(other, JUNE)

    with pytest.raises(sunset.BadSunset):
        give_up(held.product, JUNE, other)
    with pytest.raises(sunset.BadSunset):
        sunset.give_up(
            actor=None, product=held.product, sale_ends_on=JUNE, renewal_ends_on=FIRST, support_ends_on=None, successor=None,
            at=noon(JUNE),
        )  # fmt: skip


@pytest.fixture
def add_on(held):
    """An add-on of the seats, a product of its own."""
    version = billing.version("VOICE", "31.00", product="voice")
    plans.define_product(code="voice", name="Voice", adds_to=held.product)
    return version


def order(actor, held, plan, on=JUNE, **facts):
    return ordering.quote(
        actor=actor, contract=held.contract, customer=held.customer, order=Order(plan, 1, on, **facts), at=noon(on), today=on
    )


def apply(actor, quote, on=JUNE):
    return applying.apply(actor=actor, token=quote.pk, at=noon(on), today=on).subscription


def test_add_on_is_ordered_to_what_runs_and_ends_with_it(held, administrator, add_on):
    voice = apply(administrator, order(administrator, held, "VOICE"))
    change = quoting.Change("cancel", effective=quoting.END_OF_TERM)
    apply(administrator, quoting.quote(actor=administrator, subscription=held, change=change, at=noon(JUNE), today=JUNE))

    assert voice.base == held
    assert state.as_of(voice, JUNE).ends_on == state.as_of(held, JUNE).ends_on == date(2027, 1, 1)
    applying.undo_scheduled(actor=administrator, event=held.events.get(what="cancel"), at=noon(JUNE), today=JUNE)
    assert state.as_of(voice, JUNE).ends_on is None


def test_add_on_whose_end_is_taken_back_with_its_base_is_looked_at_when_it_falls_due(held, administrator, add_on):
    voice = apply(administrator, order(administrator, held, "VOICE"))
    before = Subscription.objects.get(pk=voice.pk).next_due_on
    change = quoting.Change("cancel", effective=quoting.END_OF_TERM)
    apply(administrator, quoting.quote(actor=administrator, subscription=held, change=change, at=noon(JUNE), today=JUNE))

    applying.undo_scheduled(actor=administrator, event=held.events.get(what="cancel"), at=noon(JUNE), today=JUNE)

    assert JUNE < before == Subscription.objects.get(pk=voice.pk).next_due_on


def test_add_on_without_its_base_is_refused(held, administrator, add_on):
    other = people.administrator(customers.group("Other"))
    bought = billing.subscribed(other.memberships.get().customer, billing.version("LINE", "10.00", product="line"))

    with pytest.raises(ordering.NeedsItsBase):
        order(other, bought, "VOICE")


def test_nothing_is_invoiced_without_the_order_number_a_contract_wants(held):
    terms.agree(
        actor=None, contract=held.contract, terms=with_terms(held.contract, po_required=True), signed_name="Ada Berg", on=FIRST,
        at=noon(FIRST),
    )  # fmt: skip

    result = carrying.bill_due(on=FIRST, at=noon(FIRST))

    assert (result.held, Document.objects.count()) == (1, 0)


def test_order_number_of_an_order_stands_on_its_lines(held, administrator):
    billing.version("LINE", "10.00", product="line")
    sign(administrator, held.contract, po_required=True, po_number="")
    with pytest.raises(terms.OrderNumberMissing):
        order(administrator, held, "LINE")

    bought = apply(administrator, order(administrator, held, "LINE", po_number="PO-77"))

    assert set(bought.lines.values_list("po_number", "document__po_number")) == {("PO-77", "PO-77")}
    assert proof.faults() == []


def test_price_that_cannot_be_kept_raises_an_alarm_and_changes_nothing(held, administrator, monkeypatch):
    run.bill(payer=held.customer, on=FIRST, at=noon(FIRST))
    quote = quoting.quote(
        actor=administrator, subscription=held, change=quoting.Change("set_quantity", quantity=9), at=noon(JUNE), today=JUNE
    )
    monkeypatch.setattr(outcome, "differences", lambda quoted, now: ["the amount today is 2 EUR instead of 1 EUR"])

    with pytest.raises(applying.PriceDiffers):
        apply(administrator, quote)

    assert [a.facts["why"] for a in told("billing.price_differed")] == [
        "The price is no longer as quoted: the amount today is 2 EUR instead of 1 EUR."
    ]
    assert held.events.count() == 1
