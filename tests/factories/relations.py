"""Relations between customers for tests: who serves whom, and a ticket raised for another."""

from datetime import date
from typing import Any
from uuid import uuid4

from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation, RelationKind
from accounts.people import relations
from accounts.people.models import User
from support.tickets import behalf, conversation
from support.tickets.models import Ticket
from tests.factories import people
from tests.factories.customers import NOON, group


def serves(customer: Customer, other: Customer | None = None, *, kind: str = "serves", **span: date | None) -> Relation:
    """Let `customer` serve `other` (a new group unless named) since 2020, and for good unless said."""
    days = {"since": date(2020, 1, 1), "until": None} | span
    related = {"kind": RelationKind.objects.get(pk=kind), "customer": customer, "other": other or group("Oxbow Foods")}
    return relations.relate(actor=None, at=NOON, **related, **days)


def raised(relation: Relation, *, by: User | None = None, **facts: Any) -> Ticket:
    """A ticket that a member of who serves raised for who is served."""
    words = {"subject": "More seats", "text": "Our customer needs more seats.", "kind": "other", "key": uuid4(), "at": NOON}
    asker = by or people.member(relation.customer)
    return conversation.open_ticket(actor=asker, customer=behalf.customer_of(relation), relation=relation, **words | facts)
