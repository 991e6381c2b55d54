"""Key accounts: which customers are, by which criteria, with which manager, from when to when; all below them are too.

One of our people asks, a manager who did not ask approves. The last day removes it everywhere at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts import reading, ready, two_persons
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.ready import Fact
from accounts.segments.models import KeyAccount
from accounts.timeline import recording

NEAREST: Final = """
SELECT DISTINCT ON (asked.id) asked.id, held.id
FROM accounts_customer asked
JOIN accounts_customer node ON node.tree_id = asked.tree_id AND node.lft <= asked.lft AND node.rght >= asked.rght
JOIN accounts_keyaccount held ON held.customer_id = node.id
WHERE asked.id = ANY(%(asked)s) AND held.approved_by_id IS NOT NULL AND held.since <= %(on)s
    AND (held.until IS NULL OR held.until > %(on)s)
ORDER BY asked.id, node.lft DESC, held.since DESC
"""


@dataclass(frozen=True)
class Terms:
    """Why it is one, who manages it, what everybody must know, what it has by right, when we talk."""

    manager: User
    criteria: str
    note: str = ""
    early_access: bool = False
    talk_due_on: date | None = None


class MayNotName(Refusal):
    """Key account managers and managers ask; the manager named works for us; a reason is given."""

    code = "may_not_name_key_account"


def ask(*, actor: User, customer: Customer, terms: Terms, since: date, at: datetime, until: date | None = None) -> KeyAccount:
    """Ask that a customer becomes a key account.

    Raises:
        MayNotName, two_persons.SpanMakesNoSense: the actor may not, or it makes no sense.
    """
    if access.level_of(actor) not in {access.KEY_ACCOUNT, access.MANAGER}:
        raise MayNotName(_("Key account managers and managers name key accounts."))
    if not access.level_of(terms.manager) or not terms.criteria.strip():
        raise MayNotName(_("A key account has a manager of ours and the criteria that make it one."))
    two_persons.check_span(since, until, at)
    with transaction.atomic():
        asked = KeyAccount.objects.create(customer=customer, since=since, until=until, asked_by=actor, asked_at=at, **vars(terms))
        _record("accounts.key_account_asked", asked, actor, at)
    return asked


def approve(*, actor: User, asked: KeyAccount, at: datetime) -> KeyAccount:
    """Let it be one.

    Raises:
        MayNotName, two_persons.SecondPersonNeeded: the actor is no manager, or asked for it.
    """
    _require_manager(actor)
    with transaction.atomic():
        held = two_persons.approve(asked, actor=actor, at=at)
        _record("accounts.key_account_approved", held, actor, at)
    return held


def end(*, actor: User, held: KeyAccount, at: datetime) -> KeyAccount:
    """Let it be one no longer, from today on.

    Raises:
        MayNotName: the actor is no manager.
    """
    _require_manager(actor)
    with transaction.atomic():
        ended = two_persons.end(held, at=at)
        _record("accounts.key_account_ended", ended, actor, at)
    return ended


def put_note_away(*, actor: User, held: KeyAccount, at: datetime) -> None:
    """Note that somebody read the note of a key account and put it away for themselves.

    Raises:
        MayNotName: the actor does not work for us.
    """
    if not access.level_of(actor):
        raise MayNotName(_("Only our own people see the notes of key accounts."))
    facts = {"name": held.customer.name}
    recording.record(
        held.customer, "accounts.key_account_note_put_away", actor=actor, at=at, about=held, facts=facts, internal=True
    )


def of(customer: Customer, on: date) -> KeyAccount | None:
    """Return what makes a customer a key account on a day: its own entry, or that of the nearest node above."""
    return of_many([customer.pk], on).get(customer.pk)


def of_many(customers: Iterable[int], on: date) -> dict[int, KeyAccount]:
    """Return the key accounts among some customers, by the customer's primary key, in two statements."""
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, {"asked": list(customers), "on": on})
        nearest = dict(cursor.fetchall())
    rows = {row.pk: row for row in _held(keys=[*set(nearest.values())])}
    return {customer: rows[held] for customer, held in nearest.items()}


@ready.statement
def _held(keys: Fact) -> QuerySet[KeyAccount]:
    return KeyAccount.objects.filter(reading.among("pk", keys)).select_related("manager", "customer")


def managed_by(user: User, on: date) -> QuerySet[Customer]:
    """Return the customers of the key accounts a person manages on a day, with all below them."""
    held = KeyAccount.objects.filter(two_persons.in_force(on), manager=user, customer__tree_id=OuterRef("tree_id"))
    above = held.filter(customer__lft__lte=OuterRef("lft"), customer__rght__gte=OuterRef("rght"))
    managed: QuerySet[Customer] = Customer.objects.filter(Exists(above))
    return managed


def _require_manager(actor: User) -> None:
    if access.level_of(actor) not in access.STEER.levels:
        raise MayNotName(_("A manager approves and ends key accounts."))


def _record(kind: str, row: KeyAccount, actor: User, at: datetime) -> None:
    facts = {"criteria": row.criteria, "since": row.since.isoformat(), "manager": str(row.manager)}
    recording.record(row.customer, kind, actor=actor, at=at, about=row, facts=facts, internal=True)
