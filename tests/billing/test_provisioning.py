"""Between an order and a service that works: step by step, in order, once, and the customer sees it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from billing.amendments import applying, ordering, quoting
from billing.amendments.ordering import Order
from billing.contracts import events
from billing.contracts.models import ContractEvent, Subscription
from billing.provisioning import fulfilling, progress
from billing.provisioning.models import ProvisioningTask
from tests.factories import billing, customers, people, policies, provisioning

pytestmark = pytest.mark.django_db
FIRST, NOON = billing.FIRST_DAY, billing.NOON
BEFORE = NOON - timedelta(days=31)


@pytest.fixture
def helios():
    return customers.helios()


def apply_order(helios, actor=None):
    signed = billing.contract(helios.germany)
    billing.version("LINE", "84.00", product="line")
    line = billing.plan("LINE", product="line").product
    for position, (name, days) in enumerate(provisioning.STEPS, start=1):
        fulfilling.define(actor=None, product=line, position=position, name=name, days=days, at=NOON)
    person = actor or people.member(helios.berlin)
    quote = ordering.quote(
        actor=person, contract=signed, customer=helios.berlin, order=Order("LINE", 1, FIRST), at=NOON, today=FIRST
    )
    return applying.apply(actor=person, token=quote.pk, at=NOON, today=FIRST).subscription


def test_an_order_starts_its_tasks_with_their_days_and_a_quote_starts_none(helios):
    subscription = apply_order(helios)

    tasks = ProvisioningTask.objects.filter(subscription=subscription)
    assert [(task.name, task.due_on.day) for task in tasks] == [("Line ordered", 4), ("Router sent", 8), ("Line tested", 15)]
    assert Subscription.objects.count() == 1


def test_what_is_imported_or_signed_elsewhere_has_no_tasks(helios):
    apply_order(helios)

    imported = billing.subscribed(helios.us, billing.version("LINE", "84.00", product="line"))

    assert progress.of_subscriptions([imported.pk]) == {}


def test_steps_are_done_in_order_and_the_last_one_tells_that_it_works():
    subscription, tasks = provisioning.ordered()
    with pytest.raises(fulfilling.EarlierStepOpen, match="First comes: Line ordered"):
        provisioning.finished(tasks[1:2])

    provisioning.finished(tasks)

    kinds = Activity.objects.filter(customer=subscription.customer, kind__startswith="billing.order_").order_by("pk")
    assert [one.kind.removeprefix("billing.order_") for one in kinds] == ["step_done", "step_done", "fulfilled"]
    assert [one.facts["done"] for one in kinds] == ["1/3", "2/3", "3/3"]


def test_a_task_done_twice_is_done_once():
    _, tasks = provisioning.ordered()
    first, second = people.staff(), people.staff()

    provisioning.finished(tasks[:1], first)
    provisioning.finished(tasks[:1], second)

    assert ProvisioningTask.objects.get(pk=tasks[0].pk).done_by == first
    assert Activity.objects.filter(kind="billing.order_step_done").count() == 1


def test_a_task_is_opened_again_with_a_reason_and_only_from_the_end():
    _, tasks = provisioning.ordered()
    agent = people.staff()
    provisioning.finished(tasks[:2], agent)

    with pytest.raises(fulfilling.LaterStepDone, match="Router sent"):
        fulfilling.reopen(actor=agent, task=tasks[0], reason="Wrong line", at=NOON)
    with pytest.raises(fulfilling.ReasonMissing):
        fulfilling.reopen(actor=agent, task=tasks[1], reason=" ", at=NOON)
    again = fulfilling.reopen(actor=agent, task=tasks[1], reason="The parcel came back", at=NOON)

    assert (again.done_at, again.done_by, again.note) == (None, None, "The parcel came back")


def test_nothing_is_done_any_more_for_what_has_ended():
    subscription, tasks = provisioning.ordered()
    events.add(actor=None, subscription=subscription, what=ContractEvent.What.CANCEL, effective_on=FIRST, at=NOON)
    later = FIRST + timedelta(days=1)

    with pytest.raises(fulfilling.NothingToProvide):
        fulfilling.finish(actor=people.staff(), task=tasks[0], at=NOON, today=later)

    assert progress.open_for(people.staff(), later) == []


def test_customers_and_finance_do_no_tasks(helios):
    _, tasks = provisioning.ordered(helios.berlin)

    for outsider in (people.administrator(helios.group), people.staff("finance")):
        with pytest.raises(Refusal):
            provisioning.finished(tasks[:1], outsider)
        assert progress.open_for(outsider, FIRST) == []


def test_a_changed_step_leaves_what_was_ordered_before_as_it_is():
    subscription, tasks = provisioning.ordered()

    fulfilling.define(actor=None, product=subscription.product, position=1, name="Else", days=1, active=False, at=NOON)

    assert ProvisioningTask.objects.get(pk=tasks[0].pk).name == "Line ordered"
    fresh = fulfilling.begin(subscription=billing.subscribed(subscription.customer), ordered_on=FIRST)
    assert fresh == []


def test_only_managers_say_what_has_to_be_done():
    product = billing.plan("LINE", product="line").product

    with pytest.raises(fulfilling.NotForThisLevel):
        fulfilling.define(actor=people.staff("supervisor"), product=product, position=1, name="X", days=1, at=NOON)


def test_the_database_keeps_no_done_task_without_its_person():
    _, tasks = provisioning.ordered()

    with pytest.raises(IntegrityError, match="done_provisioning_has_its_person"), transaction.atomic():
        ProvisioningTask.objects.filter(pk=tasks[0].pk).update(done_at=NOON)


def test_an_order_over_the_credit_limit_is_refused_with_what_to_pay_and_orders_nothing(helios):
    policies.published({"orders.credit_limit": "150.00 EUR"}, at=BEFORE)
    billing.invoice(helios.berlin, 10_000)

    with pytest.raises(Refusal, match=r"owe 184\.00 EUR; .* is 150\.00 EUR .*Pay 34\.00 EUR first") as refused:
        apply_order(helios)

    assert refused.value.code == "over_credit_limit"
    assert Subscription.objects.count() == 0


def test_an_order_within_the_credit_limit_goes_through(helios):
    policies.published({"orders.credit_limit": "184.00 EUR"}, at=BEFORE)
    billing.invoice(helios.berlin, 10_000)

    assert apply_order(helios) is not None


def more_units(helios, quantity):
    """A line that runs at Berlin becomes so many, for who may change it; 150.00 EUR may be owed."""
    policies.published({"orders.credit_limit": "150.00 EUR"}, at=BEFORE)
    subscription, person = apply_order(helios), people.member(helios.berlin)
    change = quoting.Change(what="set_quantity", quantity=quantity)
    return quoting.quote(actor=person, subscription=subscription, change=change, at=NOON, today=FIRST)


def test_more_units_are_held_to_the_credit_limit_as_orders_are(helios):
    with pytest.raises(Refusal, match=r"is 150\.00 EUR"):
        more_units(helios, 1000)


def test_orders_that_start_later_count_before_they_are_billed(helios):
    policies.published({"orders.credit_limit": "150.00 EUR"}, at=BEFORE)
    signed, person = billing.contract(helios.germany), people.member(helios.berlin)
    billing.version("LINE", "84.00", product="line")

    def order():
        wanted = Order("LINE", 1, FIRST + timedelta(days=1))
        quote = ordering.quote(actor=person, contract=signed, customer=helios.berlin, order=wanted, at=NOON, today=FIRST)
        return applying.apply(actor=person, token=quote.pk, at=NOON, today=FIRST)

    order()
    with pytest.raises(Refusal, match=r"owe 168\.00 EUR"):
        order()
