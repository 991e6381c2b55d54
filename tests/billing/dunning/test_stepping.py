"""Stepping: a step is taken once, on the payer's own day, and never for money that has come."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.timeline.models import Activity
from billing.dunning import disputes, entitlements, pausing, plans, standing, stepping
from billing.dunning.models import DunningStep, StepTaken
from billing.invoices import settling
from billing.invoices.models import Document
from billing.ledger import proof
from tests.factories import billing, customers, people

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
# issued on 1 January, due on the 15th: steps after 3, 10, 17 (fee), 24 (no orders) and 38 days
FIRST, FEE, STOP, SUSPEND = date(2026, 1, 18), date(2026, 2, 1), date(2026, 2, 8), date(2026, 2, 22)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def walk(until: date) -> None:
    """Let the job run every noon from the due day on."""
    day = date(2026, 1, 15)
    while day <= until:
        stepping.take_due(at=at(day))
        day += timedelta(days=1)


def actions() -> list[str]:
    return list(StepTaken.objects.order_by("pk").values_list("action", flat=True))


def letters() -> list[Activity]:
    return list(Activity.objects.filter(kind="billing.dunning_letter").order_by("pk"))


def test_the_ladder_is_climbed_step_by_step():
    invoice = billing.invoice(customers.group("Nordwind"), 12000)

    walk(SUSPEND)

    climbed = StepTaken.objects.filter(document=invoice).order_by("pk").values_list("action", flat=True)
    assert list(climbed) == ["remind", "remind", "fee", "restrict", "suspend"]
    told = Activity.objects.filter(kind="billing.dunning_step_taken", about_ref=invoice.ref).order_by("pk")
    done = ["reminder sent", "reminder sent", "reminder fee charged", "new orders stopped", "service suspended"]
    assert [activity.facts["step"] for activity in told] == done
    fee = Document.objects.get(fee_for__isnull=False)
    assert (fee.total_minor, fee.tax_minor, fee.lines.get().description[:12]) == (500, 0, "Reminder fee")
    assert proof.faults() == []


def test_a_second_look_on_the_same_day_does_nothing():
    billing.invoice(customers.group("Nordwind"), 12000)

    assert [stepping.take_due(at=at(FIRST)) for _ in range(3)] == [1, 0, 0]


def test_before_its_day_nothing_is_asked_for():
    billing.invoice(customers.group("Nordwind"), 12000)

    assert stepping.take_due(at=at(FIRST - timedelta(days=1))) == 0
    assert actions() == []


def test_the_day_is_the_payers_own():
    billing.invoice(customers.group("Kiwi", timezone="Pacific/Auckland"), 12000)

    assert stepping.take_due(at=datetime(2026, 1, 17, 12, tzinfo=UTC)) == 1


def test_a_gold_customer_has_the_ladder_of_gold_and_so_has_what_stands_below_it():
    top = customers.group("Nordwind", tier="gold")
    billing.invoice(customers.below(top, "Kiel"), 12000)

    walk(date(2026, 2, 10))

    assert [(row.action, row.taken_on) for row in StepTaken.objects.order_by("pk")] == [
        ("remind", date(2026, 1, 22)), ("remind", date(2026, 2, 5)),
    ]  # fmt: skip


def test_one_letter_speaks_of_all_invoices_of_a_payer():
    customer = customers.group("Nordwind")
    one, two = billing.invoice(customer, 12000), billing.invoice(customer, 3000)

    stepping.take_due(at=at(FIRST))

    [letter] = letters()
    assert letter.facts["amount"] == "150.00 EUR"
    assert [told["ref"] for told in letter.facts["invoices"]] == [one.ref, two.ref]
    assert letter.facts["invoices"][0]["next"] == "remind"


def test_an_invoice_in_another_currency_is_reminded_where_the_fee_has_none():
    billing.invoice(customers.group("Nordwind"), 12000, currency="USD")

    walk(FEE)

    assert actions() == ["remind", "remind", "remind"]


def test_a_fee_is_reminded_of_but_begets_no_fee_and_stops_nothing():
    customer = customers.group("Nordwind")
    invoice = billing.invoice(customer, 12000)
    walk(FEE)
    settling.write_off(document=invoice, reason="bankrupt", on=FEE, at=at(FEE), actor=None)

    walk(date(2026, 6, 1))

    assert Document.objects.filter(fee_for__isnull=False).count() == 1
    assert set(StepTaken.objects.exclude(document=invoice).values_list("action", flat=True)) == {"remind"}
    assert entitlements.of(customer, date(2026, 6, 1)).allowed


def test_money_that_came_is_not_asked_for():
    invoice = billing.invoice(customers.group("Nordwind"), 12000)
    settling.write_off(document=invoice, reason="gone", on=FIRST, at=at(FIRST), actor=None)

    walk(SUSPEND)

    assert actions() == []


def test_orders_stop_and_work_again_the_moment_it_is_paid():
    customer = customers.group("Nordwind")
    invoice = billing.invoice(customer, 12000)
    walk(STOP)
    refused = entitlements.of(customer, STOP)
    for document in Document.objects.open():
        settling.write_off(document=document, reason="settled", on=STOP, at=at(STOP), actor=None)

    assert (refused.code, invoice.ref in refused.reason) == ("payment_overdue", True)
    assert entitlements.of(customer, STOP).allowed
    assert [stepping.lift_what_was_paid(at=at(STOP)) for _ in range(2)] == [1, 0]


def test_who_uses_what_is_not_paid_is_stopped_with_its_payer_and_a_sister_is_not():
    tree = customers.helios()
    billing.invoice(tree.group, lines=[billing.one_off(tree.berlin, 12000)])

    walk(SUSPEND)

    states = entitlements.states_of([tree.group, tree.berlin, tree.us], SUSPEND)
    assert [states[node.pk].state for node in (tree.group, tree.berlin, tree.us)] == ["suspended", "suspended", "active"]


def test_a_promise_lets_it_rest_and_is_given_once():
    customer = customers.group("Nordwind")
    invoice, payer = billing.invoice(customer, 12000), people.payer(customer)
    pausing.promise(actor=payer, document=invoice, pay_on=date(2026, 1, 25), at=at(FIRST), today=date(2026, 1, 17))

    walk(date(2026, 1, 25))

    assert actions() == []
    assert not pausing.may_promise(payer, invoice).allowed
    walk(date(2026, 1, 27))
    assert actions() == ["remind"]


def test_a_disputed_line_is_not_asked_for_and_a_no_gives_three_days():
    customer = customers.group("Nordwind")
    member, agent = people.member(customer), people.agent()
    invoice = billing.invoice(customer, lines=[billing.one_off(customer, 10000), billing.one_off(customer, 2000)])
    line = invoice.lines.select_related("document__customer").first()
    dispute = disputes.raise_one(actor=member, line=line, ticket_ref="T-1", at=at(FIRST), today=date(2026, 1, 16))

    stepping.take_due(at=at(FIRST))
    assert StepTaken.objects.get().amount_minor == 2000

    disputes.refuse(actor=agent, dispute=dispute, reason="It was used every day.", at=at(date(2026, 1, 24)))
    walk(date(2026, 1, 26))
    assert actions() == ["remind"]
    walk(date(2026, 1, 28))
    assert StepTaken.objects.order_by("-pk").first().amount_minor == 12000


def test_a_plan_that_is_kept_asks_for_nothing_more():
    customer = customers.group("Nordwind")
    invoice, payer = billing.invoice(customer, 10000), people.payer(customer)
    plan = plans.agree(
        actor=payer, documents=[invoice], count=3, first_on=date(2026, 1, 31), at=at(FIRST), today=date(2026, 1, 18)
    )
    walk(date(2026, 2, 1))

    assert [(part.due_on, part.amount_minor) for part in plan.instalments.all()] == [
        (date(2026, 1, 31), 3333), (date(2026, 2, 28), 3333), (date(2026, 3, 31), 3334),
    ]  # fmt: skip
    assert actions() == []
    assert plans.watch(at=at(date(2026, 2, 3))) == 0
    assert plans.watch(at=at(date(2026, 2, 4))) == 1
    assert Activity.objects.filter(kind="billing.plan_broken").count() == 1


def test_a_customer_agrees_only_within_what_is_theirs():
    customer = customers.group("Nordwind")
    payer, member = people.payer(customer), people.member(customer)
    small, large = [billing.invoice(customer, 10000)], [billing.invoice(customer, 200001)]
    first, today = date(2026, 1, 31), date(2026, 1, 18)

    def answer(actor, documents, count):
        return plans.decide(actor, documents, count=count, first_on=first, today=today).code

    assert answer(payer, small, 3) == "allowed"
    assert answer(payer, small, 4) == "plan_not_possible"
    assert answer(payer, large, 3) == "plan_too_large"
    assert answer(member, small, 3) != "allowed"
    assert answer(people.finance(), large, 12) == "allowed"


def test_nobodys_tier_is_asked_for_while_all_climb_the_same_ladder(django_assert_num_queries):
    DunningStep.objects.exclude(tier="").delete()
    invoice = billing.invoice(customers.group("Nordwind", tier="gold"), 12000)

    with django_assert_num_queries(3):  # the ladder, the steps taken, the rests
        [known] = standing.of([invoice], disputed={})

    assert known.due(FIRST).action == "remind"
