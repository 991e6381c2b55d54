"""Standing changes: a new tier, segment or special term of a customer lets the deadlines of its tickets be reckoned anew."""

from accounts.customers.models import Customer
from accounts.timeline.models import Activity
from support.tickets.models import Ticket


def follow(activity: Activity) -> None:
    """Mark what is due next as out of date: on the tickets of the customer and all below it; of a segment's terms, on all."""
    if activity.kind == "accounts.customer_changed" and "tier" not in activity.facts.get("before", {}):
        return
    open_tickets = Ticket.objects.unresolved()
    if activity.customer_id:
        customer = Customer.objects.get(pk=activity.customer_id)
        open_tickets = open_tickets.filter(customer__in=Customer.objects.below(customer))
    open_tickets.update(reckoned_at=None)
