"""Orders on their way for tests."""

from billing.provisioning import fulfilling
from billing.provisioning.models import ProvisioningTask
from tests.factories import billing, customers, people
from tests.factories.billing import FIRST_DAY, NOON

STEPS = (("Line ordered", 3), ("Router sent", 7), ("Line tested", 14))


def ordered(customer=None, *, steps=STEPS):
    """A subscription that was ordered just now, with what is to be done for it."""
    subscription = billing.subscribed(customer or customers.group(), billing.version("LINE", "84.00", product="line"))
    for position, (name, days) in enumerate(steps, start=1):
        fulfilling.define(actor=None, product=subscription.product, position=position, name=name, days=days, at=NOON)
    return subscription, fulfilling.begin(subscription=subscription, ordered_on=FIRST_DAY)


def task() -> ProvisioningTask:
    """What comes first for an order of some customer."""
    return ordered()[1][0]


def finished(tasks, actor=None):
    """Do some tasks."""
    doer = actor or people.staff()
    for one in tasks:
        fulfilling.finish(actor=doer, task=one, at=NOON, today=FIRST_DAY)
