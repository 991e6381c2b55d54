"""Budgets: how much goodwill a month may bring, for the customers of a node or segment, or by one person's hand.

Goodwill are the kinds of remedy that give without an error behind them (`Remedy.goodwill`). A calendar month (UTC) counts what
was granted in it and not taken back; what waits for approval is counted when it is given. A supervisor or manager who approves
answers for going beyond it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.segments.models import SegmentMembership
from accounts.timeline import recording
from billing.money import Money
from support.remedies.books.models import GoodwillBudget
from support.remedies.kinds import REMEDIES
from support.remedies.models import Grant
from support.tickets import turns


@dataclass(frozen=True)
class Standing:
    """A budget and what this month has taken of it."""

    budget: GoodwillBudget
    used: Money

    @property
    def whole(self) -> Money:
        """What the month may bring."""
        return Money(self.budget.amount_minor, self.budget.currency)

    @property
    def left(self) -> Money:
        """What is left; below zero where approvals went beyond it."""
        return self.whole - self.used


class BudgetMakesNoSense(Refusal):
    """For several at once or nobody, below zero, or set by somebody who may not."""

    code = "budget_makes_no_sense"


def set_budget(*, actor: User, amount: Money, since: date, at: datetime, until: date | None = None, **of: Any) -> GoodwillBudget:
    """Set the budget of a `customer`, a `segment` or a `person` from `since` on; the one before it ends that day.

    Raises:
        BudgetMakesNoSense: the actor may not, it is for nobody or several, or the amount or the days cannot be.
    """
    holder = {name: of.get(name) for name in ("customer", "segment", "person")}
    if not access.may_anywhere(actor, access.STEER) or holder["person"] == actor:
        raise BudgetMakesNoSense(_("Only managers set budgets, and nobody their own."))
    if sum(one is not None for one in holder.values()) != 1:
        raise BudgetMakesNoSense(_("A budget is for a customer, a segment or a person."))
    if amount.amount_minor < 0 or since < at.date() or until is not None and until <= since:
        raise BudgetMakesNoSense(_("A budget is zero or more, does not begin in the past, and ends after it begins."))
    with transaction.atomic():
        running = GoodwillBudget.objects.filter(Q(until=None) | Q(until__gt=since), currency=amount.currency, **holder)
        running.filter(since__lt=since).update(until=since)
        running.filter(since__gte=since).update(until=since, since=since)
        made = GoodwillBudget.objects.create(
            currency=amount.currency, amount_minor=amount.amount_minor, since=since, until=until, **holder
        )
        facts = {"holder": str(made), "amount": str(amount), "since": since.isoformat()}
        recording.record(None, "finance.budget_set", actor=actor, at=at, about=made, facts=facts, internal=True)
    return made


def concerning(customer: Customer, person: User, currency: str, on: date) -> list[GoodwillBudget]:
    """Return the budgets that goodwill by `person` to `customer` takes from."""
    above = Customer.objects.above(customer)
    segments = SegmentMembership.objects.filter(Q(until=None) | Q(until__gt=on), customer__in=above, since__lte=on)
    concerned = Q(customer__in=above) | Q(segment__in=segments.values("segment")) | Q(person=person)
    return list(_in_force(on).filter(concerned, currency=currency).select_related("customer", "segment", "person").order_by("pk"))


def standings(budgets: Iterable[GoodwillBudget], at: datetime) -> list[Standing]:
    """Return each budget with what was given of it this month, in one statement."""
    asked = list(budgets)
    if not asked:
        return []
    kinds = [code for code, remedy in REMEDIES.items() if remedy.goodwill]
    month = datetime.combine(at.astimezone(UTC).date().replace(day=1), time.min, UTC)
    given = Grant.objects.filter(remedy__in=kinds, status=Grant.Status.GRANTED, granted_at__gte=month)
    sums = {
        f"of_{budget.pk}": Sum("amount_minor", filter=Q(currency=budget.currency) & _reached_by(budget, at.date()))
        for budget in asked
    }
    totals = given.aggregate(**sums)
    return [Standing(budget, Money(int(totals[f"of_{budget.pk}"] or 0), budget.currency)) for budget in asked]


def in_force(at: datetime) -> list[Standing]:
    """Return every budget that holds now, with what this month has taken."""
    return standings(_in_force(at.date()).select_related("customer", "segment", "person").order_by("pk"), at)


def take_turns(budgets: Iterable[GoodwillBudget]) -> None:
    """Wait until nobody else measures these budgets, until the transaction ends."""
    for budget in sorted(budgets, key=lambda budget: budget.pk):
        turns.take(f"goodwill budget {budget.pk}")


def _in_force(on: date) -> QuerySet[GoodwillBudget]:
    return GoodwillBudget.objects.filter(Q(until=None) | Q(until__gt=on), since__lte=on)


def _reached_by(budget: GoodwillBudget, on: date) -> Q:
    if budget.person_id:
        return Q(asked_by=budget.person_id)
    if budget.customer:
        node = budget.customer
        return Q(customer__tree_id=node.tree_id, customer__lft__gte=node.lft, customer__rght__lte=node.rght)
    held = SegmentMembership.objects.filter(Q(until=None) | Q(until__gt=on), segment=budget.segment_id, since__lte=on)
    above = held.filter(
        customer__tree_id=OuterRef("customer__tree_id"),
        customer__lft__lte=OuterRef("customer__lft"),
        customer__rght__gte=OuterRef("customer__rght"),
    )
    return Q(Exists(above))
