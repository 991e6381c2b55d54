"""Two approve an order for credit while its asker takes it back: one comes first, and it is sold at most once."""

from billing.invoices import credit_orders
from billing.invoices.models import Document
from tests.billing.test_limits_at_once import at_once
from tests.factories import billing, customers, people

NOON, DAY = billing.NOON, billing.FIRST_DAY


def approve(actor, order):
    return credit_orders.decide(actor=actor, order=order, approve=True, note="", on=DAY, at=NOON)


def test_two_approvals_and_a_withdrawal_at_once_sell_it_at_most_once(committed):
    berlin = billing.subscribed(customers.group("Berlin")).customer
    agent, supervisor, manager = people.agent(), people.supervisor(), people.manager()
    order = billing.credit_order(berlin, by=agent)

    faults = at_once(
        lambda: approve(supervisor, order), lambda: approve(manager, order),
        lambda: credit_orders.withdraw(actor=agent, order=order, at=NOON),
    )  # fmt: skip

    order.refresh_from_db()
    assert len(faults) == 2 and all(isinstance(fault, credit_orders.AlreadyDecided) for fault in faults)
    assert Document.objects.count() == (1 if order.status == "approved" else 0)
