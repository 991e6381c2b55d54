"""Queueing: from an activity to one message for each endpoint that is to be told of it.

The timeline asks `wanted` in the transaction of the work which activities need telling at all; `queue` is the reader
"webhook" and runs after commit, as often as it must: an endpoint has one message per activity.
"""

from collections.abc import Iterable

from django.db.models.functions import Now

from accounts import reading
from accounts.customers.models import Customer
from accounts.people import access, keys
from accounts.timeline.models import Activity
from accounts.webhooks import endpoints
from accounts.webhooks.models import WebhookEndpoint, WebhookMessage

READER = "webhook"


def wanted(activities: Iterable[Activity], trees: dict[int, int]) -> list[Activity]:
    """Return the activities of groups in which some endpoint is told of anything; `trees` names the group by customer."""
    told = [activity for activity in activities if activity.customer_id and not activity.internal]
    if not told:
        return []
    open_trees = set(
        WebhookEndpoint.objects.told()
        .filter(reading.among("customer__tree_id", set(trees.values())))
        .values_list("customer__tree_id", flat=True)
    )
    return [activity for activity in told if activity.customer_id and trees[activity.customer_id] in open_trees]


def queue(activity: Activity) -> None:
    """Write a message for each endpoint at the activity's customer or above it that wants this kind and may know of it."""
    customer = activity.customer
    if customer is None or activity.internal:
        return
    above = Customer.objects.above(customer)
    found = WebhookEndpoint.objects.told().filter(endpoints.wanting(activity.kind), customer__in=above)
    messages = [
        WebhookMessage(endpoint=endpoint, activity=activity, queued_at=Now(), due_at=Now())
        for endpoint in found.filter(registered_at__lte=activity.recorded_at).select_related("registered_by", "customer")
        if may_know(endpoint, customer)
    ]
    WebhookMessage.objects.bulk_create(messages, ignore_conflicts=True)


def may_know(endpoint: WebhookEndpoint, customer: Customer) -> bool:
    """Say whether an endpoint may be told of `customer`: it lies below, and who registered it manages people and sees it."""
    if not stands(endpoint):
        return False
    reach = access.customers_within_reach(endpoint.registered_by)
    return reach.filter(pk__in=Customer.objects.below(endpoint.customer)).filter(pk=customer.pk).exists()


def stands(endpoint: WebhookEndpoint) -> bool:
    """Say whether somebody still stands behind an endpoint: a person who manages people, or a program whose key may read."""
    holder = endpoint.registered_by
    if holder.is_program and not keys.may_read(holder):
        return False
    return access.decide(endpoint.registered_by, access.MANAGE_PEOPLE, endpoint.customer).allowed
