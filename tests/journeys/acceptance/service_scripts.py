"""What no browser can do for the checks of what customers have with us. Each is text for `manage.py shell`."""

A_LINE_IS_OFFERED = """
from django.utils import timezone
from accounts.people.models import User
from billing.catalog.models import Plan, Product
from support.offers import defining

now = timezone.now()
defining.define(
    actor=User.objects.get(email="manager@accord.example"), code="line-for-editors", name="A line for editors",
    plan=Plan.objects.get(code="connect-site"), instead_of=None, needs=Product.objects.get(code="workspace"), least_quantity=8,
    because="{quantity} people at {customer} share one line.", rank=1, since=now.date(), at=now,
)
"""

FIFTEEN_DAYS_PASS = """
from datetime import timedelta
from django.db.models import F
from support.voice.models import Feedback

Feedback.objects.filter(customer__ref="TR").update(given_at=F("given_at") - timedelta(days=15))
"""
