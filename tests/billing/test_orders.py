"""Ordering more under a contract, ending it in time, and what waits for an administrator: exact, once, by the right person."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from accounts.people import invitations
from accounts.timeline.models import Activity
from billing.amendments import applying, approvals, differing, ordering, quoting
from billing.amendments.models import OrderApproval, Quote
from billing.amendments.ordering import Order
from billing.amendments.quoting import Change
from billing.anomalies import finding
from billing.catalog.models import Product
from billing.contracts import notice, state
from billing.contracts.models import Subscription
from billing.invoices import run
from billing.invoices.models import Document
from billing.ledger import balances, proof
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db
FIRST, TODAY = date(2026, 1, 1), date(2026, 1, 16)


@pytest.fixture
def helios():
    return customers.helios()


@pytest.fixture
def held(helios):
    """A contract signed by Germany, two seats in Berlin, billed for January."""
    signed = billing.contract(helios.germany, tax_rate="0.19")
    subscription = billing.subscribed(helios.berlin, billing.version("PRO", "62.00"), quantity=2, under=signed)
    billing.version("LINE", "84.00", product="line")
    run.bill(payer=helios.berlin, on=FIRST, at=billing.NOON)
    return subscription


def moment(day=TODAY):
    return billing.NOON + timedelta(days=(day - FIRST).days)


def order(actor, held, plan="LINE", quantity=1, since=TODAY):
    return ordering.quote(
        actor=actor, contract=held.contract, customer=held.customer, order=Order(plan, quantity, since), at=moment(), today=TODAY
    )


def change(actor, held, **facts):
    return quoting.quote(actor=actor, subscription=held, change=Change(**facts), at=moment(), today=TODAY)


def apply(actor, quote, day=TODAY):
    return applying.apply(actor=actor, token=quote.pk, at=moment(day), today=day)


def decide(actor, quote, *, approve=True, note="", day=TODAY):
    approval = OrderApproval.objects.get(quote=quote)
    return applying.decide(actor=actor, approval=approval, approve=approve, note=note, at=moment(day), today=day)


def limited(customer, minor, role="member"):
    """A member of `customer` who may order that much alone."""
    person = people.person()
    invitations.limit_orders(actor=None, membership=people.joins(person, customer, role), limit_minor=minor, at=moment())
    return person


def test_order_is_started_and_billed_at_its_quoted_price(helios, held):
    member = people.member(helios.berlin)

    quote = order(member, held, quantity=3)
    assert Subscription.objects.count() == 1, "asking for the price starts nothing"
    applied = apply(member, quote)

    assert applied.status == Quote.Status.APPLIED
    assert applied.document.total_minor == quote.outcome["total_minor"] == 15477  # 3 × 84.00 × 16/31 + 19 %
    assert state.as_of(applied.subscription, TODAY).quantity == 3
    assert proof.faults() == []


@settings(max_examples=40)
@given(quantity=st.integers(1, 10_000), days=st.integers(0, 60))
def test_order_costs_to_the_cent_what_it_was_quoted_for(helios, held, quantity, days):
    member, sid = people.member(helios.berlin), applying.transaction.savepoint()
    before = balances.owed_by(helios.berlin).get("EUR", 0)

    quote = order(member, held, quantity=quantity, since=TODAY + timedelta(days=days))
    apply(member, quote)

    assert balances.owed_by(helios.berlin).get("EUR", 0) - before == quote.outcome["total_minor"]
    applying.transaction.savepoint_rollback(sid)


def test_order_applied_twice_starts_one_subscription(helios, held):
    member = people.member(helios.berlin)
    quote = order(member, held)

    first, again = (apply(member, quote) for _ in range(2))

    assert first.subscription_id == again.subscription_id
    assert (Subscription.objects.count(), Document.objects.count()) == (2, 2)


def test_price_raised_meanwhile_is_not_applied(helios, held):
    member = people.member(helios.berlin)
    quote = order(member, held)
    billing.version("LINE", "99.00", product="line", effective_on=FIRST)

    with pytest.raises(applying.PriceDiffers):
        apply(member, quote)

    assert Subscription.objects.count() == 1


@pytest.mark.parametrize("stage", [Product.Stage.PREVIEW, Product.Stage.SUNSET])
def test_product_not_on_sale_is_neither_listed_nor_ordered(helios, held, stage):
    Product.objects.filter(code="line").update(stage=stage)

    assert {version.plan.code for version in ordering.on_sale(held.contract, TODAY)} == {"PRO"}
    with pytest.raises(ordering.NotOnSale):
        order(people.member(helios.berlin), held)


def test_contract_of_one_group_serves_nobody_of_another(helios, held):
    other = customers.group("Others")
    stranger = people.administrator(other)
    people.joins(stranger, helios.berlin)

    with pytest.raises(ordering.NotUnderContract):
        ordering.quote(
            actor=stranger, contract=held.contract, customer=other, order=Order("LINE", 1, TODAY), at=moment(), today=TODAY
        )


@pytest.mark.parametrize("facts", [{"since": TODAY - timedelta(days=1)}, {"quantity": 0}, {"plan": "GONE"}, {"plan": ""}])
def test_order_that_makes_no_sense_is_refused_and_nothing_is_written(helios, held, facts):
    with pytest.raises(Refusal):
        order(people.member(helios.berlin), held, **facts)

    assert (Quote.objects.count(), Subscription.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("term", "days", "given_on", "ends"),
    [
        (12, 30, date(2026, 6, 1), date(2027, 1, 1)),
        (12, 30, date(2026, 12, 2), date(2027, 1, 1)),
        (12, 30, date(2026, 12, 3), date(2028, 1, 1)),
        (1, 0, FIRST, date(2026, 2, 1)),
        (1, 0, date(2026, 2, 1), date(2026, 2, 1)),
        (0, 14, date(2026, 2, 1), date(2026, 2, 15)),
        (0, 0, date(2026, 2, 1), date(2026, 2, 1)),
    ],
)
def test_contract_ends_with_the_term_for_which_notice_was_in_time(helios, term, days, given_on, ends):
    contract = billing.contract(helios.berlin, term_months=term, notice_days=days)

    assert notice.earliest_end(contract, given_on) == ends


def test_end_before_the_term_is_refused_with_the_day_it_can_be(helios, held):
    with pytest.raises(quoting.NoticeNotKept, match="2027-01-01"):
        change(people.member(helios.berlin), held, what="cancel")


def test_end_with_the_term_is_recorded_with_its_reason_and_can_be_taken_back(helios, held):
    member = people.member(helios.berlin)

    quote = change(member, held, what="cancel", effective="end_of_term", reason="too_expensive", words="Found cheaper.")
    apply(member, quote)
    event = held.events.latest("sequence")

    assert state.as_of(held, TODAY).ends_on == date(2027, 1, 1)
    assert event.args == {"reason": "too_expensive", "words": "Found cheaper."}
    applying.undo_scheduled(actor=member, event=event, at=moment(), today=TODAY)
    assert state.as_of(held, TODAY).ends_on is None


def test_pause_and_resume_give_back_and_bill_the_days(helios, held):
    member = people.member(helios.berlin)

    paused = apply(member, change(member, held, what="pause"))
    assert paused.outcome["total_minor"] == -7616  # 124.00 × 16/31 + 19 %
    resumed = apply(member, change(member, held, what="resume"))

    assert resumed.outcome["total_minor"] == 7616
    assert proof.faults() == []


def test_order_within_the_limit_is_made_at_once(helios, held):
    member = limited(helios.berlin, 99_99)

    assert apply(member, order(member, held)).status == Quote.Status.APPLIED  # 84.00 + 19 % = 99.96 a month


def test_order_over_the_limit_waits_and_moves_nothing(helios, held):
    member = limited(helios.berlin, 99_95)

    quote = apply(member, order(member, held))

    assert (quote.status, quote.document) == (Quote.Status.ASKED, None)
    assert (Subscription.objects.count(), Document.objects.count()) == (1, 1)
    approval = quote.approval
    assert (approval.commitment_minor, approval.reason) == (
        9996,
        "You may order for up to 99.95\u00a0EUR alone; this commits you to 99.96\u00a0EUR.",
    )


def test_administrator_says_yes_and_it_happens_once_at_the_quoted_price(helios, held):
    member, administrator = limited(helios.berlin, 0), people.administrator(helios.europe)
    quote = apply(member, order(member, held))

    for _ in range(2):
        decide(administrator, quote, day=TODAY + timedelta(days=3))

    quote.refresh_from_db()
    assert (quote.status, quote.document.total_minor) == (Quote.Status.APPLIED, quote.outcome["total_minor"])
    assert Subscription.objects.count() == 2
    assert Activity.objects.filter(kind="billing.order_approved").count() == 1


def test_administrator_says_no_with_a_reason_and_nothing_happens(helios, held):
    member, administrator = limited(helios.berlin, 0), people.administrator(helios.europe)
    quote = apply(member, order(member, held))
    with pytest.raises(approvals.ReasonMissing):
        decide(administrator, quote, approve=False)

    decide(administrator, quote, approve=False, note="Not this year.")

    with pytest.raises(applying.QuoteRefused):
        apply(member, quote)
    with pytest.raises(approvals.AlreadyDecided):
        decide(administrator, quote)
    assert Subscription.objects.count() == 1


def test_order_approved_after_its_price_rose_changes_nothing_raises_the_alarm_and_still_waits(helios, held):
    member, administrator = limited(helios.berlin, 0), people.administrator(helios.europe)
    quote = apply(member, order(member, held))
    billing.version("LINE", "99.00", product="line", effective_on=FIRST)

    with pytest.raises(applying.PriceDiffers) as refused:
        decide(administrator, quote)

    alarms = differing.alarms_for(people.staff("agent"))
    assert [(alarm.about_ref, alarm.facts["why"]) for alarm in alarms] == [(held.contract.ref, refused.value.reason)]
    assert (Subscription.objects.count(), Document.objects.count()) == (1, 1)
    assert OrderApproval.objects.get().status == OrderApproval.Status.WAITING


def test_nobody_approves_their_own_order(helios, held):
    asker = limited(helios.berlin, 0, role="administrator")
    quote = apply(asker, order(asker, held))

    with pytest.raises(Refusal, match="somebody else decides"):
        decide(asker, quote)


def test_administrator_with_a_limit_of_their_own_approves_no_more_than_that(helios, held):
    member, lower = limited(helios.berlin, 0), limited(helios.berlin, 5000, role="administrator")
    quote = apply(member, order(member, held))

    with pytest.raises(Refusal, match=r"up to 50\.00\sEUR alone"):
        decide(lower, quote)

    assert OrderApproval.objects.get().status == OrderApproval.Status.WAITING


@pytest.mark.parametrize("role", ["member", "payer", "reader"])
def test_other_roles_decide_nothing(helios, held, role):
    member = limited(helios.berlin, 0)
    quote = apply(member, order(member, held))

    with pytest.raises(Refusal):
        decide(people.member(helios.group, role), quote)


def test_price_held_for_two_weeks_is_no_longer_had_afterwards(helios, held):
    member, administrator = limited(helios.berlin, 0), people.administrator(helios.europe)
    quote = apply(member, order(member, held))

    with pytest.raises(applying.QuoteExpired):
        decide(administrator, quote, day=TODAY + timedelta(days=14))

    assert Subscription.objects.count() == 1


def test_change_that_saves_money_needs_nobody(helios, held):
    member = limited(helios.berlin, 0)

    assert apply(member, change(member, held, what="set_quantity", quantity=1)).status == Quote.Status.APPLIED


def test_limit_in_another_currency_covers_nothing(helios, held):
    dollars = limited(helios.us, 10**9)
    people.joins(dollars, helios.berlin, scope="node")
    invitations.limit_orders(actor=None, membership=dollars.memberships.get(customer=helios.berlin), limit_minor=0, at=moment())

    assert apply(dollars, order(dollars, held)).status == Quote.Status.ASKED


@pytest.mark.parametrize(("role", "limit"), [("reader", 100), ("payer", 100), ("member", -1), ("member", 10**15)])
def test_limit_that_makes_no_sense_is_refused(helios, role, limit):
    membership = people.joins(people.person(), helios.berlin, role)

    with pytest.raises(invitations.LimitMakesNoSense):
        invitations.limit_orders(actor=None, membership=membership, limit_minor=limit, at=moment())


def test_second_subscription_is_no_double_charge_when_it_was_ordered(helios, held):
    member = people.member(helios.berlin)
    apply(member, order(member, held, plan="PRO"))

    assert list(finding.find_for([helios.berlin], at=moment())) == []


def test_second_subscription_is_a_double_charge_when_nobody_ordered_it(helios, held):
    twice = billing.subscribed(helios.berlin, held.events.get().plan_version, quantity=2, under=held.contract)
    run.bill(payer=helios.berlin, on=TODAY, at=moment())

    found = finding.find_for([helios.berlin], at=moment())

    assert [(one.detector, one.line.subscription) for one in found] == [("duplicate_charge", twice)]
