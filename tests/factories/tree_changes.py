"""Changes of who answers for a part of the tree, for tests."""

from datetime import date

from accounts.customers import addresses
from accounts.customers.models import Address, Customer, Handover
from accounts.people import handovers
from accounts.people.models import User
from accounts.quality import splitting
from accounts.quality.split_models import Split
from tests.factories import people
from tests.factories.customers import NOON, below, group


def handed_over(customer: Customer, *, actor: User | None = None) -> Handover:
    """A new customer below `customer` that pays for all of it from a day on."""
    payer = below(customer, kind="cost_centre" if customer.kind_id != "group" else "division")
    given = {"role": "payer", "since": NOON.date(), "at": NOON}
    asked = handovers.ask(actor=actor or people.staff("manager"), customer=customer, responsible=payer, **given)
    return handovers.approve(actor=people.staff("manager"), handover=asked, at=NOON)


def waiting_handover(customer: Customer) -> Handover:
    """What waits at `customer`: a new one below it is to pay for all of it, asked for by a manager and decided on by nobody."""
    if there := handovers.waiting().filter(customer=customer).first():
        return there
    payer = below(customer, kind="cost_centre" if customer.kind_id != "group" else "division")
    given = {"role": "payer", "since": NOON.date(), "at": NOON}
    return handovers.ask(actor=people.staff("manager"), customer=customer, responsible=payer, **given)


def waiting_split(on: date | None = None) -> Split:
    """A site below a division that is to be a division of its own, asked for by an agent and decided on by nobody."""
    division = below(group(), "Europe", "division")
    site = below(division, "Berlin")
    given = {"name": "Europe North", "parts": {"children": [site.pk]}, "on": on or NOON.date(), "at": NOON}
    return splitting.ask(actor=people.agent(), customer=division, **given)


def address(customer: Customer, *, purpose: str = "invoices") -> Address:
    """An address of `customer` for invoices, from NOON on."""
    given = {"street": "Gate 4", "city": "Berlin", "since": NOON.date(), "until": None}
    return addresses.keep(actor=None, customer=customer, purpose=purpose, at=NOON, **given)
