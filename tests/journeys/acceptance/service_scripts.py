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

CONCERN_OF_FIFTEEN_DAYS_AGO = """
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from accounts.customers.models import Customer
from accounts.people.models import User
from support.voice import feedback

feedback.give(
    actor=User.objects.get(email="member@tramontana.example"), customer=Customer.objects.get(ref="TR"), kind="concern",
    words="Nobody told us that the router comes later.", key=uuid4(), at=timezone.now() - timedelta(days=15),
)
"""

SOMEBODY_ORDERS_IN_BERLIN = """
from django.utils import timezone
from accounts.customers.models import Customer
from accounts.people import invitations
from accounts.people.models import Membership, User

now, berlin = timezone.now(), Customer.objects.get(ref="HB")
person = User.objects.create_user("orders-{mark}@berlin.helios.example".lower(), "{password}", name="Orders {mark}")
invitations.invite(actor=None, email=person.email, customer=berlin, role="member", scope="subtree", at=now)
held = Membership.objects.get(user=person)
invitations.limit_orders(actor=None, membership=held, limit_minor=40_000, at=now)
print(person.email)
"""
