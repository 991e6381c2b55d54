"""Combinations: how much goodwill a person may give by themselves, by tier, time with us and whose fault it was.

The page "What may I do?" lists them. Each answer is for a customer of whom nothing particular is agreed, on a ticket about no
invoice, while nothing was given before; what holds at one ticket the ticket says. Amounts are on one ticket, tax included.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from accounts.policies import acknowledging, resolving
from billing.money import Money
from support.remedies import allowances, criteria, limits, policy_limits
from support.remedies.criteria import SIDES, Circumstances
from support.remedies.models import Allowance, AuthorityGrant
from support.remedies.policy_limits import GOODWILL, Values

FAULTS = ("", *SIDES.values)  # empty: nobody judged


@dataclass(frozen=True)
class Combination:
    """The most a person gives alone as goodwill to a customer of this tier, with us so many days, by whose fault it was."""

    tier: str
    days: int
    most_by_fault: dict[str, Money]


@dataclass(frozen=True)
class _Holder:
    """What speaks for a person: the rows of limits and allowances, their level, and the quizzes they passed."""

    level: str
    rows: Sequence[AuthorityGrant]
    allowances: Sequence[Allowance]
    passed: frozenset[str]


def of_goodwill(user: User, currency: str, *, at: datetime) -> list[Combination]:
    """Return how much goodwill `user` may give alone in a currency for each tier and time with us that makes a difference.

    A time makes a difference when an allowance asks for it. One statement for each tier, and four.
    """
    holder = _holder(user, currency, at)
    if not holder.level:
        return []
    times = sorted({0, *(row.tenure_days for row in holder.allowances if not row.share_percent)})
    found = []
    for tier in Customer.Tier.values[::-1]:
        values = resolving.resolve_for(tier, (), at.date())
        for days in times:
            cases = {fault: Circumstances(tier=tier, fault=fault, days=days, certificates=holder.passed) for fault in FAULTS}
            most = {fault: _most(holder, values, case, currency) for fault, case in cases.items()}
            found.append(Combination(tier, days, most))
    return found


def _holder(user: User, currency: str, at: datetime) -> _Holder:
    level, on = access.level_of(user), at.date()
    rows = list(limits.in_force(on).filter(Q(user=user) | Q(user=None, level=level or None)))
    own = any(row.user_id and row.currency == currency for row in rows)
    return _Holder(level, rows, _speaking(user, level, currency, on, own=own), acknowledging.certificates(user, at))


def _speaking(user: User, level: str, currency: str, on: date, *, own: bool) -> list[Allowance]:
    """Return the allowances for goodwill; of who has a limit of their own only those that name them."""
    held = allowances.held_by(user, level, on).filter(currency=currency, remedy__in=["", GOODWILL])
    return [row for row in held if row.user_id or not own]


def _most(holder: _Holder, values: Values, case: Circumstances, currency: str) -> Money:
    limit = limits.combined(holder.rows, values, holder.level, GOODWILL, currency)
    of_the_day = limit.per_day if limit else None
    fitting = [row for row in holder.allowances if all(one.holds for one in criteria.circumstances(row, case))]
    own = _within(limit.per_ticket, of_the_day) if limit else Money.zero(currency)
    most = max([own, *(_once(row, of_the_day) for row in fitting)])
    whole = policy_limits.on_ticket(values, currency)
    return _within(most, whole.amount if whole else None)


def _once(row: Allowance, of_the_day: Money | None) -> Money:
    """What an allowance lets somebody give in one go, while nothing was given before.

    One that names no day's budget of its own leaves the day's limit as it is.
    """
    bounds: Iterable[int | None] = (
        row.per_ticket_minor, row.per_action_minor, row.per_day_minor, row.per_month_minor, row.per_node_month_minor,
    )  # fmt: skip
    once = Money(min(bound for bound in bounds if bound is not None), row.currency)
    return once if row.per_day_minor is not None else _within(once, of_the_day)


def _within(amount: Money, bound: Money | None) -> Money:
    return amount if bound is None else min(amount, bound)
