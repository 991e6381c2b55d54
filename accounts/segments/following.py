"""Following: a customer that was added, changed or moved is put into its segments and stages at once, not only at night."""

from accounts.customers.models import Customer
from accounts.segments import evaluating
from accounts.timeline.models import Activity


def follow(activity: Activity) -> None:
    """Evaluate the segments of the customer an activity is about, with all below it. Again changes nothing."""
    if activity.customer_id is None:
        return
    customer = Customer.objects.get(pk=activity.customer_id)
    evaluating.evaluate(Customer.objects.current().below(customer)[: evaluating.AT_ONCE], at=activity.at)
