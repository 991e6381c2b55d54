"""An account of a check's own: a group with an administrator, a product and a contract that no other check looks at."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

MOMENT, LOOKS = 2_000, 45  # milliseconds between two looks into the mailbox; how many until a mail counts as lost
OPEN = """
import json
from decimal import Decimal
from django.utils import timezone
from accounts.customers import tree
from accounts.days import local_day
from accounts.people import invitations
from accounts.people.models import User
from billing.catalog import plans
from billing.catalog.models import LegalEntity
from billing.catalog.plans import ChargeTerms
from billing.contracts import signing
from billing.invoices import run

at, zone, mark = timezone.now(), "Europe/Berlin", "{mark}"
today = local_day(at, zone)
first = today.replace(day=1)
group = tree.add(
    actor=None, parent=None, kind="group", name="Brightwater " + mark, at=at, legal_name="Brightwater " + mark + " GmbH",
    country="DE", street="Am Kai 4", postcode="20457", city="Hamburg", email=mark + "@brightwater.example", currency="EUR",
    timezone=zone,
)
email = "admin." + mark + "@brightwater.example"
User.objects.create_user(email, "{password}")
invitations.invite(actor=None, email=email, customer=group, role="administrator", scope="subtree", at=at)
names = {{"small": "8.00", "large": "14.50"}}
products = [plans.define_product(code=name + "-" + mark, name=name.title() + " " + mark) for name in ("tide", "reef")]
for rank, (name, price) in enumerate(names.items()):
    plan = plans.define_plan(
        product=products[0], code=name + "-" + mark, name="Tide " + name + " " + mark, rank=rank)
    plans.publish_version(
        plan=plan, currency="EUR", effective_on=first, charges=[ChargeTerms("base", plan.name, {{"unit_price": price}})])
contract = signing.sign(
    actor=None, customer=group, legal_entity=LegalEntity.objects.order_by("pk")[0], currency="EUR", timezone=zone,
    alignment={{"type": "bcd", "day": 1}}, signed_on=first, tax_rate=Decimal("0.19"), at=at,
)
version = plans.version_for(products[0].plans.get(code="small-" + mark), "EUR", first)
held = signing.subscribe(
    actor=None, contract=contract, customer=group, plan_version=version, quantity=10, effective_on=first, at=at)
billed = run.bill(payer=group, on=today, at=at)
print(json.dumps({{"email": email, "number": group.number, "name": group.name, "contract": contract.ref,
    "subscription": held.ref, "invoice": billed[0].ref, "mark": mark}}))
"""


@dataclass(frozen=True)
class Account:
    """An account of its own: ten units of the small plan of one product, billed since the first of the month."""

    email: str
    number: str
    name: str
    contract: str
    subscription: str
    invoice: str
    mark: str

    @property
    def product(self) -> str:
        """The name of what it has."""
        return f"Tide {self.mark}"

    @property
    def successor(self) -> str:
        """The name of a product that nobody has."""
        return f"Reef {self.mark}"


def opened(accord) -> Account:
    """Plant a group with its product, contract and first invoice; its administrator signs in with the demo password."""
    return Account(**told_by(accord, OPEN.format(mark=secrets.token_hex(3), password=accord.password)))


def told_by(accord, script: str) -> Any:
    """Run Python in the product's own shell and return what its last line prints, read as JSON."""
    return json.loads(accord.manage("shell", "-c", script).strip().splitlines()[-1])


def mail_to(page: Page, email: str, subject: str) -> None:
    """Wait until a mail with this subject has come, and open it."""
    found = page.get_by_role("link", name=subject)
    page.goto(f"/mailbox/?to={email}")
    for _look in range(LOOKS):
        if found.count():
            break
        page.wait_for_timeout(MOMENT)
        page.reload()
    found.first.click()
