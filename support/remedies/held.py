"""Held: what a person may give where nothing more particular is said, with who says so; the page "What may I do?" reads it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.people import access
from accounts.people.models import User
from accounts.policies import resolving
from billing.money import Money
from support.remedies import limits, policy_limits
from support.remedies.limits import Limit
from support.remedies.models import AuthorityGrant

PERSON, LEVEL = "person", "level"


@dataclass(frozen=True)
class Held:
    """How much may be given of a kind of remedy (empty: every kind), and the versions, the person or the level that say so."""

    remedy: str
    per_ticket: Money
    per_day: Money | None
    source: str
    since: date | None


def held(user: User, on: date) -> list[Held]:
    """Return what `user` may give in the whole house on a day: for every kind, then for kinds apart."""
    level = access.level_of(user)
    if not level:
        return []
    rows = list(limits.in_force(on).filter(Q(user=user) | Q(user=None, level=level)).order_by("pk"))
    values = resolving.resolve_at(resolving.HOUSE, on)
    kinds = ["", *sorted({row.remedy for row in rows if row.remedy} | _own_kinds(values, level))]
    found = ((kind, currency) for currency in sorted(_currencies(rows, values)) for kind in kinds)
    limited = ((kind, limits.combined(rows, values, level, kind, currency)) for kind, currency in found)
    return [_held(kind, limit, rows) for kind, limit in limited if limit]


def _own_kinds(values: policy_limits.Values, level: str) -> set[str]:
    own = values.get(f"goodwill.{level}_ticket_limit")
    return {policy_limits.GOODWILL} if own and own.value else set()


def _currencies(rows: list[AuthorityGrant], values: policy_limits.Values) -> set[str]:
    said = [resolved.value for code, resolved in values.items() if code.endswith("_limit") and resolved.value]
    return {row.currency for row in rows} | {currency for amounts in said for currency in amounts}


def _held(kind: str, limit: Limit, rows: list[AuthorityGrant]) -> Held:
    speaking = [row for row in rows if row.currency == limit.per_ticket.currency and row.remedy in ("", kind)]
    row = max(speaking, key=lambda one: (one.user_id is not None, one.remedy != ""), default=None)
    by_row = "" if row is None else PERSON if row.user_id else LEVEL
    source = ", ".join(sorted({said for said in (limit.ticket_source, limit.day_source) if said}))
    return Held(kind, limit.per_ticket, limit.per_day, source or by_row, None if source or row is None else row.since)
