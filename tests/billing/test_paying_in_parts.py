"""Paying in parts: whatever is paid, sent again or declined, nothing counts twice, nothing is lost, never more than is owed."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.days import local_day
from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.dunning import plans
from billing.invoices import proof
from billing.invoices.models import Settlement
from billing.ledger import balances
from billing.ledger import proof as ledger
from billing.money import Money
from billing.payments import attempts, collecting
from billing.payments import proof as payment_proof
from billing.payments.models import Payment
from tests.factories import billing, customers, payments, people
from tests.factories.payments import NOON

REASONS = ("", "Two seats were never used", "Paid half by the sister company")
CARDS = st.sampled_from([payments.GOOD, payments.GOOD, payments.DECLINED, payments.TIMES_OUT, payments.TIMES_OUT_DECLINED])
ACTS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 9000), CARDS, st.sampled_from(REASONS), st.integers(0, 2)), max_size=7
)


def faults():
    return [*ledger.faults(), *proof.faults(), *payment_proof.faults()]


@given(total=st.integers(1, 10**7), count=st.integers(1, 24), first=st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_parts_are_a_month_apart_and_sum_to_what_is_owed(total, count, first):
    parts = plans.parts_of(Money(total, "EUR"), count=count, first_on=first)

    assert sum(part.amount.amount_minor for part in parts) == total
    assert all(part.amount.amount_minor >= total // count for part in parts)
    days = [part.due_on for part in parts]
    assert days[0] == first
    assert all(28 <= (later - earlier).days <= 31 for earlier, later in zip(days, days[1:], strict=False))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_parts_paid_in_any_order_settle_what_they_say_and_never_more_than_is_owed(acts):
    berlin = customers.group("Berlin")
    documents = [billing.invoice(berlin, 10000), billing.invoice(berlin, 700)]

    for turn, (which, amount, card, reason, again) in enumerate(acts):
        document, key, at = documents[which], uuid4(), NOON + timedelta(hours=turn)
        wanted = {"card": card, "amounts": {document.pk: amount}, "part_reason": reason, "at": at}
        for _ in range(again + 1):
            pay_or_refuse(berlin, document, key=key, **wanted)
        assert Payment.objects.filter(key=key).count() <= 1
        collecting.ask_unknown(at=at + attempts.TIME_BETWEEN_QUESTIONS)
        assert faults() == []

    for document in documents:
        document.refresh_from_db()
        paid = sum(Settlement.objects.filter(document=document).values_list("amount_minor", flat=True))
        meant = Payment.objects.filter(status="succeeded", shares__document=document).values_list("amount_minor", flat=True)
        assert document.open_minor == document.total_minor - paid
        assert 0 <= paid == sum(meant) <= document.total_minor
    assert balances.credit_of(berlin).get("EUR", 0) == 0
    started = {activity.facts.get("part_reason", "") for activity in Activity.objects.filter(kind="billing.payment_started")}
    assert started == set(Payment.objects.values_list("part_reason", flat=True))


def pay_or_refuse(payer, document, **facts):
    try:
        payments.pay(payer, document, **facts)
    except Refusal:
        assert Payment.objects.filter(key=facts["key"]).count() <= 1


@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    owed=st.lists(st.integers(10, 60000), min_size=1, max_size=3), count=st.integers(2, 3),
    paid=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 60000)), max_size=6),
)  # fmt: skip
def test_plan_is_kept_exactly_when_all_of_it_was_paid_by_its_days(owed, count, paid):
    berlin = customers.group("Berlin")
    documents = [billing.invoice(berlin, amount) for amount in owed]
    today = local_day(NOON, berlin.timezone)
    plan = plans.agree(actor=people.finance(), documents=documents, count=count, first_on=today, at=NOON, today=today)

    for which, amount in paid:
        document = documents[which % len(documents)]
        document.refresh_from_db()
        if part := min(amount, document.open_minor):
            payments.pay(berlin, document, amounts={document.pk: part}, part_reason="As agreed")
    stands = plans.progress(plan)
    plans.watch(at=NOON + timedelta(days=100))

    plan.refresh_from_db()
    came = sum(Payment.objects.filter(payer=berlin, status="succeeded").values_list("amount_minor", flat=True))
    assert (stands.paid.amount_minor, plan.total_minor) == (came, sum(owed))
    assert sum(part.amount_minor for part, _ in stands.parts) == sum(owed)
    assert [covered for _, covered in stands.parts] == sorted((covered for _, covered in stands.parts), reverse=True)
    assert (plan.status == "kept") == (came == sum(owed)) == (plan.status != "broken")
    assert faults() == []
