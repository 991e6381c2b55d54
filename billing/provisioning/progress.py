"""Progress: how far an order is, and what is to be done next."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from django.db.models import Min, QuerySet

from accounts import reading, ready
from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from accounts.ready import Fact
from billing.contracts import state
from billing.provisioning.models import ProvisioningTask

MOST_SHOWN: Final = 100


@dataclass(frozen=True)
class Progress:
    """The tasks of one subscription in their order."""

    tasks: list[ProvisioningTask]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(1 for task in self.tasks if task.done_at)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.tasks)

    @property
    def last_done(self) -> ProvisioningTask | None:
        """What was done last; None when nothing is done."""
        return next((task for task in reversed(self.tasks) if task.done_at), None)

    @property
    def next(self) -> ProvisioningTask | None:
        """What is to be done next; None when everything is done."""
        return next((task for task in self.tasks if not task.done_at), None)


def of_subscriptions(subscriptions: Iterable[int]) -> dict[int, Progress]:
    """Return how far each of `subscriptions` (ids) is, by id; one without tasks is left out. One statement."""
    found: dict[int, list[ProvisioningTask]] = defaultdict(list)
    for task in _tasks_of(subscriptions=list(subscriptions)):
        found[task.subscription_id].append(task)
    return {pk: Progress(tasks) for pk, tasks in found.items()}


@ready.statement
def _tasks_of(subscriptions: Fact) -> QuerySet[ProvisioningTask]:
    tasks = ProvisioningTask.objects.filter(reading.among("subscription_id", subscriptions))
    return tasks.order_by("subscription_id", "position")


def within(customers: QuerySet[Customer]) -> QuerySet[ProvisioningTask]:
    """The tasks for subscriptions that `customers` use."""
    return ProvisioningTask.objects.filter(subscription__customer__in=customers)


def open_for(viewer: User, today: date, *, most: int = MOST_SHOWN) -> list[Progress]:
    """Return the orders within the viewer's reach that are not all done and still wanted, what is due next first."""
    reach = access.customers_within_reach(viewer, access.FULFIL_ORDERS)
    to_do = within(reach).filter(done_at=None).values("subscription").annotate(next=Min("due_on"))
    unfinished = [row["subscription"] for row in to_do.order_by("next", "subscription")[:most]]
    related = ("subscription__customer__kind", "subscription__contract", "subscription__product", "done_by")
    rows = ProvisioningTask.objects.filter(subscription__in=unfinished).select_related(*related)
    by_order = groupby(rows.order_by("subscription", "position"), key=lambda task: task.subscription)
    orders = [Progress(list(tasks)) for _subscription, tasks in by_order]
    states = state.states_of([order.tasks[0].subscription for order in orders], today)
    wanted = [order for order in orders if states[order.tasks[0].subscription_id].status != state.CANCELLED]
    return sorted(wanted, key=lambda order: (order.next.due_on if order.next else date.max, order.tasks[0].pk))
