"""What policy says of remedies: the most on one ticket, what each level may give, and how often goodwill is given.

Read from the values resolved for a customer; amounts are by currency, tax included. A key for goodwill speaks before the one
for all remedies. `verdict` is the pure answer that rules, sample cases and simulations share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from accounts.people import access
from accounts.policies.resolving import Resolved
from billing.money import Money
from support.remedies.kinds.base import Cap

LADDER: Final = (access.AGENT, access.SUPERVISOR, access.MANAGER)
ON_TICKET: Final = "remedy.ticket_limit"
NOT_GIVEN: Final = "remedy.not_given"
TIMES, TIMES_DAYS = "remedy.times", "remedy.times_days"
GOODWILL: Final = "goodwill_credit"
ALLOWED, REFUSED = "allowed", "refused"
Values = Mapping[str, Resolved]


@dataclass(frozen=True)
class Said:
    """An amount a policy names, the key that names it, and the version."""

    amount: Money
    key: str
    source: str


def on_ticket(values: Values, currency: str) -> Said | None:
    """Return the most that may stand on one ticket, whoever gives it; None: nothing was said."""
    return _said(values, ON_TICKET, currency)


def for_ticket(values: Values, level: str, remedy: str, currency: str) -> Said | None:
    """Return what a level may give of a remedy on one ticket by itself; None: nothing was said."""
    own = _said(values, f"goodwill.{level}_ticket_limit", currency) if remedy == GOODWILL else None
    return own or _said(values, f"remedy.{level}_ticket_limit", currency)


def for_day(values: Values, level: str, currency: str) -> Said | None:
    """Return what a level may give in one day by itself; None: nothing was said."""
    return _said(values, f"remedy.{level}_day_limit", currency)


def cap(values: Values, declared: Cap | None) -> Cap | None:
    """Return how often a capped remedy is given to one group: as policy says, else as the remedy declares."""
    if declared is None:
        return None
    times, days = values[TIMES].value, values[TIMES_DAYS].value
    return Cap(declared.most if times is None else times, declared.days if days is None else days)


def is_given(values: Values, remedy: str) -> bool:
    """Say whether a remedy is given at all: policy does not name it among those that are not."""
    said = values.get(NOT_GIVEN)
    return said is None or remedy not in (said.value or ())


def keys_for(values: Values, level: str, remedy: str, currency: str) -> list[Resolved]:
    """Return the keys that spoke when a level gave a remedy."""
    found = (on_ticket(values, currency), for_ticket(values, level, remedy, currency), for_day(values, level, currency))
    return [values[said.key] for said in found if said]


def verdict(
    values: Values, *, level: str, remedy: str, whole: Money, otherwise: Mapping[str, Money] = MappingProxyType({})
) -> str:
    """Say what becomes of a remedy that brings a ticket to `whole`: allowed, who approves it, or refused. Pure.

    A level of which policy says nothing may give what stands in `otherwise`, or else nothing here.
    """
    most = on_ticket(values, whole.currency)
    if level not in LADDER or not is_given(values, remedy) or most and whole > most.amount:
        return REFUSED
    for one in LADDER[LADDER.index(level) :]:
        said = for_ticket(values, one, remedy, whole.currency)
        limit = said.amount if said else otherwise.get(one)
        if limit and whole <= limit:
            return ALLOWED if one == level else f"needs {one}"
    return REFUSED


def _said(values: Values, key: str, currency: str) -> Said | None:
    resolved = values.get(key)
    if resolved is None or resolved.value is None or currency not in resolved.value:
        return None
    return Said(Money.of(resolved.value[currency], currency), key, resolved.source.ref)
