"""A customer of a test's own, with one person, a contract and invoices, so that nothing a test changes is shared."""

import json
import secrets
from dataclasses import dataclass
from decimal import Decimal

from playwright.sync_api import Page

PLANTED = """
import json
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.customers import tree
from accounts.people import invitations
from accounts.people.models import User
from billing.catalog import plans
from billing.catalog.models import LegalEntity, Plan, Product
from billing.contracts import signing
from billing.invoices import legacy, newline
from billing.invoices.running import carrying

at = timezone.now() - timedelta(days={days_ago}, minutes=5)
today, first = at.date(), at.date().replace(day=1)
seller = LegalEntity.objects.order_by("pk")[0]
group = tree.add(
    actor=None, parent=None, kind="group", name="Orchard {mark}", ref="ORCHARD-{mark}", at=at, legal_name="Orchard {mark} GmbH",
    country="{country}", currency="{currency}", timezone="Europe/Berlin", tier="{tier}", email="office@{mark}.orchard.example",
)
person = User.objects.create_user("admin@{mark}.orchard.example", "{password}", name="Orchard administrator {mark}")
invitations.invite(actor=None, email=person.email, customer=group, role="administrator", scope="subtree", at=at)
contract = signing.sign(
    actor=None, customer=group, legal_entity=seller, currency="{currency}", timezone="Europe/Berlin",
    alignment={{"type": "bcd", "day": 1}}, signed_on=first, at=at,
)
version = plans.version_for(Plan.objects.get(code="workspace-team"), "{currency}", today)
signing.subscribe(
    actor=None, contract=contract, customer=group, plan_version=version, quantity=10, effective_on=first, at=at
)
carrying.bill_due(on=today, at=at, judges=())
for ref, months, net_minor, *later in {billed}:
    since = (first - timedelta(days=30 * months)).replace(day=1) + timedelta(days=sum(later))
    line = newline.NewLine(
        kind=newline.RECURRING, customer=group, description="Workspace Team, 10 seats", amount_minor=net_minor,
        product=Product.objects.get(code="workspace"), since=since, until=since + timedelta(days=28),
    )
    legacy.import_invoice(
        customer=group, legal_entity=seller, ref=ref, issued_on=since, due_on=today + timedelta(days=14),
        currency="{currency}", lines=[line], at=at,
    )
print(json.dumps(group.number))
"""


@dataclass(frozen=True)
class OwnCustomer:
    """A planted customer: its mark, its number, and the address of its one person, an administrator."""

    mark: str
    number: str

    @property
    def email(self) -> str:
        return f"admin@{self.mark}.orchard.example"

    @property
    def name(self) -> str:
        return f"Orchard {self.mark}"

    def invoice(self, name: str) -> str:
        """Return the number of one of the invoices it was planted with."""
        return f"OWN-{self.mark}-{name}"


def plant(
    accord, *, billed: tuple[tuple[str | int, ...], ...] = (), tier: str = "gold", currency: str = "EUR", days_ago: int = 0
) -> OwnCustomer:
    """Plant a customer that was billed, each time as (name, months ago, net cents), for the first 28 days of that month.

    A fourth number lets those 28 days begin so many days later.
    """
    mark = secrets.token_hex(3)
    invoices = [(f"OWN-{mark}-{name}", *facts) for name, *facts in billed]
    country = "US" if currency == "USD" else "DE"
    facts = {"mark": mark, "billed": invoices, "tier": tier, "currency": currency, "country": country, "days_ago": days_ago}
    return OwnCustomer(mark, str(told_by(accord, PLANTED.format(password=accord.password, **facts))))


def told_by(accord, script: str) -> object:
    """Run Python in the product's own shell and return what its last line prints, read as JSON."""
    return json.loads(accord.manage("shell", "-c", script).strip().splitlines()[-1])


def owed(person: Page, customer: OwnCustomer) -> int:
    """Read in cents what a customer owes, by the API as its own person; below zero it is credit."""
    answer = person.request.get(f"/api/v1/customers/{customer.number}/balance/")
    assert answer.ok, answer.text()
    return sum(round(100 * Decimal(one["amount"])) for one in answer.json()["owed"])
