"""Sellers: with whom of ours a customer does business."""

from accounts.customers.models import Customer
from billing.catalog.models import LegalEntity
from billing.contracts.models import Contract


def nearest_to(customer: Customer) -> LegalEntity | None:
    """Return the seller of the nearest contract at or above `customer`, the latest signed first; None: there is none."""
    above = Contract.objects.filter(customer__in=Customer.objects.above(customer))
    contract = above.order_by("-customer__lft", "-signed_on", "-pk").select_related("legal_entity").first()
    return contract.legal_entity if contract else None
