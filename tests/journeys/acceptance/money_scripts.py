"""Money of a check's own: invoices to pay, and a price whose half hour has passed. Each is text for `manage.py shell`."""

INVOICES = """
import json
from django.utils import timezone
from accounts.customers.models import Customer
from accounts.days import local_day
from billing.catalog.models import LegalEntity
from billing.invoices import newline, single

at = timezone.now()
refs = []
for place, ref in enumerate({customers}, start=1):
    customer = Customer.objects.get(ref=ref)
    line = newline.NewLine(
        kind=newline.ONE_OFF, customer=customer, description="Visit of a technician", amount_minor=place * 1000)
    document = single.charge(
        actor=None, customer=customer, legal_entity=LegalEntity.objects.order_by("pk")[0], currency="EUR", lines=[line],
        on=local_day(at, customer.timezone), at=at,
    )
    refs.append(document.ref)
print(json.dumps(refs))
"""

HALF_AN_HOUR_PASSES = """
from datetime import timedelta
from django.db.models import F
from billing.amendments.models import Quote

passed = timedelta(minutes=31)
Quote.objects.filter(pk="{token}").update(expires_at=F("expires_at") - passed, quoted_at=F("quoted_at") - passed)
"""
