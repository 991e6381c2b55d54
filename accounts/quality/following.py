"""Following: what is looked at again when a customer was added or changed."""

from accounts.customers.models import Customer
from accounts.quality import candidates, scores
from accounts.timeline.models import Activity


def follow(activity: Activity) -> None:
    """Judge the customer an activity is about, and look for its duplicates. Doing it again changes nothing."""
    customer = Customer.objects.filter(pk=activity.customer_id).first()
    if customer:
        scores.refresh(Customer.objects.filter(pk=customer.pk), at=activity.at)
        candidates.detect_for(customer, at=activity.at)
