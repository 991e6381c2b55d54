"""Facts: what a segment's rule may ask of a customer. Topics above register facts of their own (revenue, open tickets).

A fact is read for many customers in one statement and answers with text or a whole number; amounts are minor units.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer

SIGN_INS: Final = """
SELECT asked.id, max(person.last_login)::date
FROM accounts_customer asked
JOIN accounts_customer node ON node.tree_id = asked.tree_id AND node.lft <= asked.lft AND node.rght >= asked.rght
JOIN accounts_membership held ON held.customer_id = node.id AND held.effect = 'allow'
    AND (held.scope = 'subtree' OR node.id = asked.id)
JOIN accounts_user person ON person.id = held.user_id
WHERE asked.id = ANY(%s) AND person.last_login IS NOT NULL
GROUP BY asked.id
"""
Value = str | int
Reader = Callable[[Iterable[Customer], date], dict[int, Value]]


@dataclass(frozen=True)
class Fact:
    """One thing that can be asked: its name, what it is, and how it is read; a missing answer is `absent`."""

    code: str
    label: str | Promise
    read: Reader
    absent: Value = ""


FACTS: Final[dict[str, Fact]] = {}


def register(fact: Fact) -> None:
    """Let rules ask `fact`."""
    FACTS[fact.code] = fact


def column(name: str) -> Reader:
    """Return the reader of a column of the customer."""
    return lambda customers, on: {customer.pk: getattr(customer, name) for customer in customers}


def _nodes(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    return {customer.pk: (customer.rght - customer.lft + 1) // 2 for customer in customers}


def _days(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    return {customer.pk: (on - customer.created_at.date()).days for customer in customers}


def _silent_days(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    """Return the days since anybody with a role at the customer last signed in; nobody ever: since it is a customer."""
    seen = latest_sign_ins([customer.pk for customer in customers])
    since = {customer.pk: seen.get(customer.pk) or customer.created_at.date() for customer in customers}
    return {pk: (on - day).days for pk, day in since.items()}


def _begun(customers: Iterable[Customer], on: date) -> dict[int, Value]:
    """Return 1 where somebody with a role at the customer ever signed in."""
    return dict.fromkeys(latest_sign_ins([customer.pk for customer in customers]), 1)


def latest_sign_ins(customers: Iterable[int]) -> dict[int, date]:
    """Return the last day on which somebody with a role at a customer signed in: at itself, or above it for a subtree."""
    with connection.cursor() as cursor:
        cursor.execute(SIGN_INS, [list(customers)])
        return dict(cursor.fetchall())


for _fact in (
    Fact("tier", _("Tier"), column("tier")),
    Fact("kind", _("Kind of node"), column("kind_id")),
    Fact("country", _("Country"), column("country")),
    Fact("stage", _("Stage"), column("stage")),
    Fact("currency", _("Currency"), column("currency")),
    Fact("level", _("Levels below the top of its group"), column("level"), 0),
    Fact("nodes", _("Nodes at and below it"), _nodes, 0),
    Fact("days", _("Days it has been a customer"), _days, 0),
    Fact("sign_ins", _("Whether anybody ever signed in (1 or 0)"), _begun, 0),
    Fact("silent_days", _("Days since anybody signed in"), _silent_days, 0),
):
    register(_fact)
