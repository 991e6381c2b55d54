"""Limits: the dated rows that say how much a level or a person may give, and how managers set them.

What policy says of a level at a customer comes before the level's row (`combined`). Amounts are gross minor units, for one
ticket and for one day (UTC). A row of the person beats the row of their level; a row for the kind of remedy beats the row
for all kinds. A new limit holds at once: the row in force ends the day before it starts. Rows are whole days, so a limit
set twice on one day changes that day's row instead; what each grant was measured against is kept with the grant, and who
set what stays on the timeline.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import StaffProfile, User
from accounts.timeline import recording
from billing.money import Money
from support.remedies import policy_limits
from support.remedies.models import AuthorityGrant
from support.remedies.policy_limits import Values
from support.tickets import turns


@dataclass(frozen=True)
class Limit:
    """What may be given on one ticket and in one day (None: as much as on tickets), tax included, and which version says so."""

    per_ticket: Money
    per_day: Money | None
    ticket_source: str = ""
    day_source: str = ""


class MayNotSetLimits(Refusal):
    """Only managers set limits, and not their own."""

    code = "may_not_set_limits"


class LimitMakesNoSense(Refusal):
    """For a level and a person at once, below zero, more for a ticket than for a day, or in the past."""

    code = "limit_makes_no_sense"


def limits_of(user: User, remedy: str, currency: str, on: date) -> Limit | None:
    """Return how much `user` may give of the remedy with this code on the day `on`; None: nothing was ever said."""
    level = access.level_of(user)
    if not level:
        return None
    return strongest(in_force(on).filter(Q(user=user) | Q(level=level)), remedy, currency)


def limits_of_level(level: str, remedy: str, currency: str, on: date) -> Limit | None:
    """Return how much a level may give of the remedy with this code on the day `on`; None: nothing was ever said."""
    return strongest(in_force(on).filter(level=level), remedy, currency)


def in_force(on: date) -> QuerySet[AuthorityGrant]:
    """Return the rows that hold on the day `on`, whoever they speak for."""
    return AuthorityGrant.objects.filter(Q(since__lte=on), Q(until=None) | Q(until__gt=on))


def strongest(rows: Iterable[AuthorityGrant], remedy: str, currency: str) -> Limit | None:
    """Return what the row that counts for a remedy says: a person's before a level's, one for the remedy before all kinds."""
    speaking = [row for row in rows if row.currency == currency and row.remedy in ("", remedy)]
    row = max(speaking, key=lambda row: (row.user_id is not None, row.remedy != ""), default=None)
    if row is None:
        return None
    return Limit(Money(row.per_ticket_minor, row.currency), Money(row.per_day_minor, row.currency))


def combined(rows: Sequence[AuthorityGrant], values: Values, level: str, remedy: str, currency: str) -> Limit | None:
    """Return what a person of a level may give: what policy says of the level, else the level's row.

    A row of the person narrows that, and where policy is silent stands in place of the level's row; it never widens policy.
    """
    standard = _by_policy([row for row in rows if row.user_id is None], values, level, remedy, currency)
    own = strongest([row for row in rows if row.user_id is not None], remedy, currency)
    if own is None or standard is None:
        return own or standard
    ticket, day = standard.ticket_source, standard.day_source
    if ticket and standard.per_ticket <= own.per_ticket:
        own = replace(own, per_ticket=standard.per_ticket, ticket_source=ticket)
    if day and standard.per_day and (own.per_day is None or standard.per_day <= own.per_day):
        own = replace(own, per_day=standard.per_day, day_source=day)
    return own


def _by_policy(rows: Sequence[AuthorityGrant], values: Values, level: str, remedy: str, currency: str) -> Limit | None:
    row = strongest(rows, remedy, currency)
    ticket = policy_limits.for_ticket(values, level, remedy, currency)
    day = policy_limits.for_day(values, level, currency)
    if ticket is None:
        return replace(row, per_day=day.amount, day_source=day.source) if row and day else row
    per_day = day.amount if day else row.per_day if row else None
    return Limit(ticket.amount, per_day, ticket.source, day.source if day else "")


def rows_for(user: User, on: date) -> list[AuthorityGrant]:
    """Return the rows that speak for `user` on the day `on`: for each remedy and currency the one that counts."""
    rows = in_force(on).filter(Q(user=user) | Q(user=None, level=access.level_of(user) or None))
    counting = {(row.remedy, row.currency): row for row in rows.order_by(F("user").asc(nulls_first=True), "pk")}
    return sorted(counting.values(), key=lambda row: (row.currency, row.remedy))


def set_limit(
    *,
    actor: User,
    per_ticket_minor: int,
    per_day_minor: int,
    at: datetime,
    since: date | None = None,
    level: str = "",
    user: User | None = None,
    remedy: str = "",
    currency: str = "EUR",
) -> AuthorityGrant:
    """Let a level or a person give so much from `since` on (today if not said), until a later row or without end.

    The same again changes nothing.

    Raises:
        MayNotSetLimits, LimitMakesNoSense: the actor may not, or the limit cannot be.
    """
    since = since or at.date()
    holder = {"level": level, "user": user, "remedy": remedy, "currency": currency}
    amounts = {"per_ticket_minor": per_ticket_minor, "per_day_minor": per_day_minor}
    if not access.may_anywhere(actor, access.STEER) or user == actor:
        raise MayNotSetLimits(_("Only managers set limits, and nobody their own."))
    if fault := _fault(level, user, per_ticket_minor, per_day_minor, since, at):
        raise LimitMakesNoSense(fault)
    with turns.patience(), transaction.atomic():
        turns.take(f"limits of {user.pk if user else level} {remedy} {currency}")
        held = _held(holder, since)
        if held and all(getattr(held, name) == minor for name, minor in amounts.items()):
            return held
        row = _place(holder, amounts, since)
        _record(row, actor=actor, at=at)
    return row


def _place(holder: dict[str, Any], amounts: dict[str, int], since: date) -> AuthorityGrant:
    """Cut the row in force at `since` and put the new one in its place; a row that starts that very day is changed."""
    before = _held(holder, since)
    if before and before.since == since:
        before.per_ticket_minor, before.per_day_minor = amounts["per_ticket_minor"], amounts["per_day_minor"]
        before.save(update_fields=["per_ticket_minor", "per_day_minor"])
        return before
    following = AuthorityGrant.objects.filter(**holder, since__gt=since).order_by("since").first()
    until = before.until if before else following.since if following else None
    if before:
        before.until = since
        before.save(update_fields=["until"])
    return AuthorityGrant.objects.create(**holder, **amounts, since=since, until=until)


def _held(holder: dict[str, Any], on: date) -> AuthorityGrant | None:
    """Return the row in force on a day, locked."""
    rows = AuthorityGrant.objects.select_for_update(of=("self",)).filter(Q(until=None) | Q(until__gt=on), **holder)
    return rows.filter(since__lte=on).first()


def _fault(level: str, user: User | None, per_ticket_minor: int, per_day_minor: int, since: date, at: datetime) -> str:
    if bool(level) == bool(user) or level and level not in StaffProfile.Level.values:
        return _("A limit is for a level or for a person.")
    if not 0 <= per_ticket_minor <= per_day_minor:
        return _("A limit is zero or more, and the limit for a day at least that for a ticket.")
    return _("A limit cannot begin in the past.") if since < at.date() else ""


def _record(row: AuthorityGrant, *, actor: User, at: datetime) -> None:
    facts = {
        "holder": str(row.user or StaffProfile.Level(row.level).label),
        "remedy": row.remedy,
        "per_ticket": str(Money(row.per_ticket_minor, row.currency)),
        "per_day": str(Money(row.per_day_minor, row.currency)),
        "since": row.since.isoformat(),
    }
    recording.record(None, "support.authority_set", actor=actor, at=at, about=row, facts=facts, internal=True)
