"""A customer of a check's own whose months are billed one by one by the run. Each is text for `manage.py shell`."""

BEGINS = """
import json
from datetime import datetime, timedelta, UTC
from decimal import Decimal
from accounts.customers import tree
from accounts.people import invitations
from accounts.people.models import User
from billing.catalog import plans
from billing.catalog.models import LegalEntity, Plan
from billing.contracts import signing

first = datetime({year}, 6, 1, 9, tzinfo=UTC)
at = first - timedelta(days=12)
group = tree.add(
    actor=None, parent=None, kind="group", name="Quayside {mark}", at=at, legal_name="Quayside {mark} GmbH", country="DE",
    street="Am Anger 3", postcode="04109", city="Leipzig", email="{mark}@quayside.example", currency="EUR",
    timezone="Europe/Berlin",
)
person = User.objects.create_user("admin.{mark}@quayside.example", "{password}")
invitations.invite(actor=None, email=person.email, customer=group, role="administrator", scope="subtree", at=at)
contract = signing.sign(
    actor=None, customer=group, legal_entity=LegalEntity.objects.order_by("pk")[0], currency="EUR", timezone="Europe/Berlin",
    alignment={{"type": "bcd", "day": 1}}, signed_on=at.date(), tax_rate=Decimal("0.19"), at=at,
)
version = plans.version_for(Plan.objects.get(code="workspace-team"), "EUR", first.date())
signing.subscribe(
    actor=None, contract=contract, customer=group, plan_version=version, quantity=3, effective_on=first.date(), at=at)
print(json.dumps({{"email": person.email, "number": group.number}}))
"""

MONTHS_ARE_BILLED = """
import json
from datetime import datetime, UTC
from accounts.customers.models import Customer
from billing.invoices import run

payer = Customer.objects.get(number="{number}")
refs = {{}}
for month, name in ((6, "June"), (7, "July"), (8, "August")):
    at = datetime({year}, month, 1, 9, tzinfo=UTC)
    [document] = run.bill(payer=payer, on=at.date(), at=at)
    refs[name] = document.ref
print(json.dumps(refs))
"""
