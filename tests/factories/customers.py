"""Customers for tests: `group()`, nodes below it, and the Helios tree that the stories are told with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

from accounts.customers import tree
from accounts.customers.models import Customer, Responsibility

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_serial = count(1)


def group(name: str = "", *, at: datetime = NOON, **details: str) -> Customer:
    """The root of a new group."""
    return tree.add(actor=None, parent=None, kind="group", name=name or f"Group {next(_serial)}", at=at, **details)


def below(parent: Customer, name: str = "", kind: str = "site", *, at: datetime = NOON, **details: str) -> Customer:
    """A new node under `parent`; a location unless another kind is named."""
    return tree.add(actor=None, parent=parent, kind=kind, name=name or f"Customer {next(_serial)}", at=at, **details)


def pays_for(payer: Customer, customer: Customer, *, since: date = date(2020, 1, 1), until: date | None = None) -> Responsibility:
    """Let `payer` pay for `customer` and all below it that has no payer of its own."""
    return Responsibility.objects.create(
        customer=customer, responsible=payer, role=Responsibility.Role.PAYER, since=since, until=until
    )


@dataclass(frozen=True)
class Helios:
    """Helios Group > Helios Europe > Helios Germany > Berlin > Lab, and Helios US beside Europe."""

    group: Customer
    europe: Customer
    germany: Customer
    berlin: Customer
    lab: Customer
    us: Customer


def helios() -> Helios:
    """The whole Helios tree, freshly numbered."""
    root = group("Helios Group")
    europe = below(root, "Helios Europe", "division")
    germany = below(europe, "Helios Germany", "legal_entity", country="DE")
    berlin = below(germany, "Berlin", "site")
    lab = below(berlin, "Lab", "department")
    us = below(root, "Helios US", "legal_entity", country="US", timezone="America/New_York", currency="USD")
    return Helios(*(Customer.objects.get(pk=node.pk) for node in (root, europe, germany, berlin, lab, us)))
