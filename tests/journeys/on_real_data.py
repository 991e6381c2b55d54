"""What makes a group out of real data a customer of the demo business: people, a contract, a period billed twice.

Given to `manage.py shell` by the journey, with GROUP, SITE (refs) and PASSWORD in place of the words between braces.
"""

from datetime import timedelta

from django.utils import timezone

from accounts.customers.models import Customer
from accounts.people import invitations
from accounts.people.models import User
from billing.catalog import plans
from billing.catalog.models import LegalEntity, Plan, Product
from billing.contracts import signing
from billing.invoices import legacy, newline
from billing.invoices.running import carrying

at = timezone.now()
today = at.date()
group, site = (Customer.objects.get(ref=ref) for ref in ("{GROUP}", "{SITE}"))
seller = LegalEntity.objects.order_by("pk")[0]
for email, customer, role in (("admin@real.example", group, "administrator"), ("member@real.example", site, "member")):
    User.objects.create_user(email, "{PASSWORD}")
    invitations.invite(actor=None, email=email, customer=customer, role=role, scope="subtree", at=at)
contract = signing.sign(
    actor=None, customer=site, legal_entity=seller, currency="EUR", timezone="Europe/Paris",
    alignment={{"type": "bcd", "day": 1}}, signed_on=today.replace(day=1), at=at,
)  # fmt: skip
version = plans.version_for(Plan.objects.get(code="workspace-team"), "EUR", today)
signing.subscribe(
    actor=None, contract=contract, customer=site, plan_version=version, quantity=10, effective_on=today.replace(day=1), at=at
)
carrying.bill_due(on=today, at=at, judges=())
since = (today.replace(day=1) - timedelta(days=100)).replace(day=1)
for ref in ("REAL-1", "REAL-2"):
    line = newline.NewLine(
        kind=newline.RECURRING, customer=site, description="Workspace Team, 10 seats", amount_minor=12_000,
        product=Product.objects.get(code="workspace"), since=since, until=since + timedelta(days=30),
    )  # fmt: skip
    legacy.import_invoice(
        customer=site, legal_entity=seller, ref=ref, issued_on=since, due_on=since, currency="EUR", lines=[line], at=at
    )
