"""Belonging: in which segments a customer is on a day, itself or through a node above it, and why."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.customers.models import Customer
from accounts.segments.models import SegmentMembership


def of(customer: Customer, on: date) -> QuerySet[SegmentMembership]:
    """Return the memberships that hold for a customer on a day, the segment that speaks first first."""
    held = SegmentMembership.objects.filter(customer__in=Customer.objects.above(customer), since__lte=on)
    in_force = held.filter(Q(until=None) | Q(until__gt=on), segment__active=True)
    return in_force.select_related("segment", "customer", "added_by").order_by(
        "-segment__rank", "segment__code", "-customer__lft"
    )
