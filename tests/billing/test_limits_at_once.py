"""Two orders, or two coupons, of one person at the same moment are weighed one after the other: together they pass no limit."""

import threading
from decimal import Decimal

from django.db import connections

from accounts.people import invitations
from billing.amendments import applying, quoting
from billing.amendments.models import Quote
from billing.catalog import coupons
from billing.contracts import redeeming
from billing.contracts.models import Redemption
from tests.factories import billing, customers, people

NOON, TODAY = billing.NOON, billing.FIRST_DAY


def at_once(*acts):
    """Do these things in connections of their own, as much at the same moment as can be; return what went wrong."""
    start, faults = threading.Barrier(len(acts)), []

    def run(act):
        start.wait()
        try:
            act()
        except Exception as fault:  # noqa: BLE001 (whatever it is, the test shows it)
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def quoted(actor, subscription):
    change = quoting.Change("set_quantity", quantity=2, effective=quoting.NEXT_PERIOD)
    return quoting.quote(actor=actor, subscription=subscription, change=change, at=NOON, today=TODAY).pk


def test_two_orders_at_once_pass_no_limit(committed):
    customer, version = customers.group(), billing.version("PRO", "62.00")
    running = [billing.subscribed(customer, version) for _ in range(2)]
    member = people.person(password=None)
    invitations.limit_orders(actor=None, membership=people.joins(member, customer), limit_minor=62_00, at=NOON)
    tokens = [quoted(member, one) for one in running]

    def apply(token):
        return lambda: applying.apply(actor=member, token=token, at=NOON, today=TODAY)

    assert at_once(*(apply(token) for token in tokens)) == []
    assert sorted(Quote.objects.values_list("status", flat=True)) == ["applied", "asked"]


def test_two_coupons_at_once_pass_no_limit(committed):
    root, manager = customers.group(), people.manager()
    running = [billing.subscribed(root, billing.version(code, "100.00")) for code in ("ONE", "TWO")]
    coupon = coupons.define(actor=None, at=NOON, code="half", name="Half", percent=Decimal(50))

    def give(subscription):
        facts = {"actor": manager, "coupon": coupon, "on": TODAY, "at": NOON}
        return lambda: redeeming.redeem(contract=subscription.contract, **facts)

    assert at_once(*(give(one) for one in running)) == []
    assert sorted(Redemption.every.values_list("waits", flat=True)) == [False, True]
