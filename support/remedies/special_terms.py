"""Special terms: how much goodwill an agent may give at a customer of whom that was agreed apart (accounts/segments).

The condition takes the place of what policy says of an agent's goodwill on one ticket, up or down, as far as policy lets a
nearer place say so; a higher level that may give less is raised to it, so that nobody above an agent may give less. What holds
for everybody on one ticket holds as before. The nearest condition speaks and is named as the source.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Final

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.policies import resolving
from accounts.policies.resolving import CONDITION, Resolved, Source
from accounts.segments.models import Condition
from billing.contracts import conditions
from billing.contracts.conditions import Reach
from billing.money import Money
from support.remedies import policy_limits

KEY: Final = "goodwill.{level}_ticket_limit"


def laid_over(
    values: Mapping[int, dict[str, Resolved]], customers: Iterable[Customer], on: date
) -> dict[int, dict[str, Resolved]]:
    """Return what policy says for these customers (by key) with the goodwill that was agreed for them; two statements."""
    reaching = conditions.nearest(customers, on, Condition.Kind.GOODWILL)
    return {pk: _with(said, reaching[pk]) if pk in reaching else said for pk, said in values.items()}


def _with(said: dict[str, Resolved], reach: Reach) -> dict[str, Resolved]:
    agreed = _agreed(reach.condition)
    if agreed is None:
        return said
    source = Source(CONDITION, where=reach.source, version=reach.condition.pk)
    agents = KEY.format(level=access.AGENT)
    told = said | {agents: resolving.laid_over(said[agents], _naming(said[agents], agreed), source)}
    if told[agents].source != source:
        return told
    for level in policy_limits.LADDER[1:]:
        limit = policy_limits.for_ticket(said, level, policy_limits.GOODWILL, agreed.currency)
        if limit and limit.amount < agreed:
            key = KEY.format(level=level)
            told[key] = replace(said[key], value=_naming(said[key], agreed), source=source)
    return told


def _naming(said: Resolved, amount: Money) -> dict[str, str]:
    return {**(said.value or {}), amount.currency: amount.number}


def _agreed(condition: Condition) -> Money | None:
    """Read "300.00 EUR"; nothing when it is no amount of a currency that exists, which then changes nothing."""
    number, _space, currency = condition.value.partition(" ")
    whole, _point, part = number.partition(".")
    decimals = part.rstrip("0")
    with suppress(Refusal):
        return Money.of(f"{whole}.{decimals}" if decimals else whole, currency.upper())
    return None
