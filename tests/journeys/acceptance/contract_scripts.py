"""What no browser can do for contracts: months that pass, a price agreed behind a quote. Each is for `manage.py shell`."""

PLAYED_TO_ITS_END = """
import json
from datetime import datetime, timedelta, UTC
from django.db import transaction
from accounts.timeline.models import Activity
from billing.contracts import renewing
from billing.contracts.models import Subscription
from billing.invoices import run
from billing.invoices.models import Line

held = Subscription.objects.select_related("contract", "customer").get(ref="{subscription}")
with transaction.atomic():
    day, last, after = datetime.now(UTC), None, 0
    for _month in range(16):
        renewing.decide(held.contract, at=day)
        run.bill(payer=held.customer, on=day.date(), at=day)
        day += timedelta(days=31)
    lines = Line.objects.filter(subscription=held, kind="recurring")
    ended = held.events.get(what="cancel").effective_on
    blocked = Activity.objects.filter(customer=held.customer, kind="billing.renewal_blocked")
    print(json.dumps({{
        "ends_on": str(ended), "billed_until": str(max(line.until for line in lines)),
        "billed_after": sum(line.until > ended for line in lines),
        "blocked": [f"{{one.facts['product']}} is not renewed and ends on {{one.facts['on']}}" for one in blocked],
    }}))
    transaction.set_rollback(True)
"""

DISCOUNT = """
from django.utils import timezone
from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.segments import conditions

now, customer = timezone.now(), Customer.objects.get(number="{number}")
managers = [User.objects.get(email=email) for email in ("manager@accord.example", "manager2@accord.example")]
asked = conditions.ask(actor=managers[0], kind="discount", value="7", since=now.date(), at=now, customer=customer)
conditions.approve(actor=managers[1], asked=asked, at=now)
"""
