"""Following: what is looked at again when a customer was added or changed."""

from accounts.customers.models import Customer
from accounts.quality import candidates
from accounts.timeline.models import Activity


def follow(activity: Activity) -> None:
    """Look for duplicates of the customer an activity is about. Doing it again changes nothing."""
    customer = Customer.objects.filter(pk=activity.customer_id).first()
    if customer:
        candidates.detect_for(customer, at=activity.at)
