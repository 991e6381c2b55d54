"""Conditions: special terms of a customer and all below it, or of a segment; the nearest speaks, and is named as the source.

A customer's own condition comes before one further up, and that before a segment's (the higher rank first). One person
asks, a manager who did not ask approves; what is over is not applied.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import two_persons
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.segments.models import Condition, Segment
from accounts.timeline import recording

KINDS = Condition.Kind
_AMOUNT: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
_CURRENCY: Final = re.compile(r"[A-Za-z]{3}")


@dataclass(frozen=True)
class Term:
    """A special term as it holds for a customer: what, and where it comes from."""

    kind: str
    value: str
    source: str
    condition: Condition


class ConditionRefused(Refusal):
    """Not this person's to ask for or approve, of nobody, or with a value that makes no sense."""

    code = "condition_refused"


def ask(
    *, actor: User, kind: str, value: str, since: date, at: datetime, until: date | None = None,
    customer: Customer | None = None, segment: Segment | None = None, reason: str = "",
) -> Condition:  # fmt: skip
    """Ask for a special term.

    Raises:
        ConditionRefused, two_persons.SpanMakesNoSense: it cannot be asked for.
    """
    if access.level_of(actor) not in {access.KEY_ACCOUNT, access.SUPERVISOR, access.MANAGER}:
        raise ConditionRefused(_("Key account managers, supervisors and managers ask for conditions."))
    if (customer is None) == (segment is None):
        raise ConditionRefused(_("A condition is of a customer or of a segment."))
    two_persons.check_span(since, until, at)
    with transaction.atomic():
        asked = Condition.objects.create(
            kind=kind, value=_checked(kind, value), customer=customer, segment=segment, since=since, until=until,
            reason=reason, asked_by=actor, asked_at=at,
        )  # fmt: skip
        _record("accounts.condition_asked", asked, actor, at)
    return asked


def approve(*, actor: User, asked: Condition, at: datetime) -> Condition:
    """Let a special term hold.

    Raises:
        ConditionRefused, two_persons.SecondPersonNeeded: the actor is no manager, or asked for it.
    """
    _require_manager(actor)
    with transaction.atomic():
        held = two_persons.approve(asked, actor=actor, at=at)
        _record("accounts.condition_approved", held, actor, at)
    return held


def end(*, actor: User, held: Condition, at: datetime) -> Condition:
    """Let a special term hold no longer.

    Raises:
        ConditionRefused: the actor is no manager.
    """
    _require_manager(actor)
    with transaction.atomic():
        ended = two_persons.end(held, at=at)
        _record("accounts.condition_ended", ended, actor, at)
    return ended


def agreed_for(customer: Customer, on: date) -> list[Condition]:
    """Return what was agreed for `customer` itself and is not over on the day `on`."""
    rows = Condition.objects.filter(Q(until=None) | Q(until__gt=on), customer=customer).exclude(approved_at=None)
    return list(rows.order_by("since", "pk"))


def hold_alike(origin: Customer, to: Customer, *, actor: User | None, on: date, at: datetime) -> None:
    """Let what was agreed for `origin` itself hold for `to` as well, on the same days, the past ones included."""
    for row in agreed_for(origin, on):
        row.pk, row._state.adding, row.customer = None, True, to
        row.save()
        _record("accounts.condition_approved", row, actor, at)


def of(customer: Customer, on: date) -> dict[str, Term]:
    """Return the special terms of a customer on a day, by kind, in one statement."""
    return _terms(sorted(_speaking_for(Customer.objects.above(customer), on), key=_nearness))


def under(customer: Customer, to: Customer | None, on: date) -> dict[str, Term]:
    """Return the special terms a customer would have on a day if it stood under `to` (None: at the top of a group)."""
    own = _speaking_for(Customer.objects.filter(pk=customer.pk), on)
    above = _speaking_for(Customer.objects.above(to), on) if to else []
    return _terms(
        sorted({*own, *above}, key=lambda row: (row.customer_id is not None, row.customer_id == customer.pk, *_nearness(row)))
    )


def _speaking_for(nodes: QuerySet[Customer], on: date) -> list[Condition]:
    inside = Q(segment__memberships__customer__in=nodes, segment__memberships__since__lte=on) & (
        Q(segment__memberships__until=None) | Q(segment__memberships__until__gt=on)
    )
    rows = Condition.objects.filter(two_persons.in_force(on)).filter(Q(customer__in=nodes) | inside, segment_active(on))
    return list(rows.select_related("customer", "segment"))


def _terms(rows: Iterable[Condition]) -> dict[str, Term]:
    """Let rows speak from general to near."""
    found: dict[str, Term] = {}
    for row in rows:
        source = row.customer.name if row.customer else _("segment {name}").format(name=row.segment)
        found[row.kind] = Term(row.kind, row.value, source, row)
    return found


def segment_active(on: date) -> Q:
    """Return the condition that a row is of no segment or of one in use."""
    return Q(segment=None) | Q(segment__active=True)


def _nearness(row: Condition) -> tuple[Any, ...]:
    """Order from general to near: segments by rank, then nodes from the top of the group down, later ones last."""
    if row.customer is None:
        return (0, row.segment.rank if row.segment else 0, row.since, row.pk)
    return (1, row.customer.lft, row.since, row.pk)


def _checked(kind: str, value: str) -> str:
    value = value.strip()
    if kind not in KINDS.values or not value or len(value) > 60 or "\x00" in value:
        raise ConditionRefused(_("A condition has a kind and a value."))
    is_fine, words = CHECKS.get(kind, (bool, ""))
    if not is_fine(value):
        raise ConditionRefused(words)
    return value


def _is_discount(value: str) -> bool:
    return 0 < _number(value) <= 100


def _is_term(value: str) -> bool:
    return value.isascii() and value.isdigit() and int(value) <= 180


def _is_amount(value: str) -> bool:
    number, _space, currency = value.partition(" ")
    return bool(_AMOUNT.fullmatch(number)) and _number(number) > 0 and bool(_CURRENCY.fullmatch(currency))


CHECKS: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    KINDS.DISCOUNT: (_is_discount, "A discount is above 0 and at most 100 per cent."),
    KINDS.PAYMENT_TERM: (_is_term, "Days to pay are a whole number up to 180."),
    KINDS.SERVICE_LEVEL: (Customer.Tier.values.__contains__, "A service level is one of gold, silver, standard."),
    KINDS.GOODWILL: (_is_amount, "Goodwill is an amount with its currency, such as 300.00 EUR."),
}


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Decimal(-1)
    return number if number.is_finite() and text.isascii() else Decimal(-1)


def _require_manager(actor: User) -> None:
    if access.level_of(actor) not in access.STEER.levels:
        raise ConditionRefused(_("A manager approves and ends conditions."))


def _record(kind: str, row: Condition, actor: User | None, at: datetime) -> None:
    facts = {"what": str(row), "since": row.since.isoformat(), "until": str(row.until or "")}
    recording.record(row.customer, kind, actor=actor, at=at, about=row, facts=facts, internal=True)
