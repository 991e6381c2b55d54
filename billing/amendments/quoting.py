"""Quoting: what a change of a running contract will cost, before anybody says yes.

The price comes from the same planning that bills: the proposed event is put on the history in memory and planned against what is
issued. A quote is good for half an hour. Days are the customer's local days, handed in; moments are aware.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing.amendments import outcome
from billing.amendments.models import Quote
from billing.catalog import plans
from billing.catalog.models import Plan, PlanVersion
from billing.contracts import histories, state
from billing.contracts.models import ContractEvent, Subscription
from billing.rating import service
from billing.rating.history import History

NOW, NEXT_PERIOD = "now", "next_period"
GOOD_FOR: Final = timedelta(minutes=30)
What = ContractEvent.What
OFFERED: Final = (What.CHANGE_PLAN, What.SET_QUANTITY, What.PAUSE, What.RESUME, What.CANCEL)


@dataclass(frozen=True)
class Change:
    """A proposed change: `plan_code` for another plan, `quantity` for more or fewer units; now, next period or on a day."""

    what: str
    plan_code: str | None = None
    quantity: int | None = None
    effective: str | date = NOW

    def as_json(self) -> dict[str, Any]:
        """Return the form that a quote keeps and `from_json` reads."""
        effective = self.effective.isoformat() if isinstance(self.effective, date) else self.effective
        return {"what": self.what, "plan_code": self.plan_code, "quantity": self.quantity, "effective": effective}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        effective = kept["effective"]
        day = effective if effective in (NOW, NEXT_PERIOD) else date.fromisoformat(effective)
        return cls(kept["what"], kept["plan_code"], kept["quantity"], day)


@dataclass(frozen=True)
class Proposal:
    """A change worked out against a history: the event that would be recorded and the history with it."""

    stored: History
    proposed: History
    effective_on: date
    takes_effect_on: date
    plan_version: PlanVersion | None


class UnknownChange(Refusal):
    """The change is none that can be quoted, or lacks its plan or quantity."""

    code = "unknown_change"


class ChangeInThePast(Refusal):
    """A change takes effect today or later."""

    code = "change_in_the_past"


class NothingChanges(Refusal):
    """The subscription has that plan or quantity already."""

    code = "nothing_changes"


def quote(*, actor: User, subscription: Subscription, change: Change, at: datetime, today: date) -> Quote:
    """Return what `change` will cost, line by line, good for half an hour; nothing is changed or billed.

    Raises:
        UnknownChange, ChangeInThePast, NothingChanges: the change itself makes no sense.
        Refusal: not within the actor's reach, no price in the contract's currency, or the contract's state allows no such change.
    """
    access.decide(actor, access.CHANGE_CONTRACT, subscription.customer).or_refuse()
    proposal = propose(subscription, change, at=at, today=today)
    return Quote.objects.create(
        subscription=subscription,
        asked_by=actor,
        change=change.as_json(),
        effective_on=proposal.effective_on,
        history_length=len(proposal.stored.events),
        outcome=priced(subscription, proposal, today=today),
        quoted_at=at,
        expires_at=at + GOOD_FOR,
    )


def propose(
    subscription: Subscription, change: Change, *, at: datetime, today: date, effective_on: date | None = None
) -> Proposal:
    """Put `change` on the subscription's history in memory; `effective_on` fixes the day of a change quoted before."""
    if change.what not in OFFERED:
        raise UnknownChange(f"{change.what!r} is not a change you can make here.")
    stored = histories.history_of(subscription)
    day = effective_on or _effective_on(change, stored, today)
    version = _version(subscription, change, day)
    _changes_something_or_refuse(change, stored, day)
    known, event = histories.proposal(
        stored, what=change.what, effective_on=day, at=at, plan_version=version, quantity=_quantity(change)
    )
    takes_effect_on = service.check(known, event)
    return Proposal(stored, known.with_event(event), day, takes_effect_on, version)


def priced(subscription: Subscription, proposal: Proposal, *, today: date) -> dict[str, Any]:
    """Return what the proposal costs (outcome.py)."""
    return outcome.of_change(subscription, proposal.stored, proposal.proposed, effective_on=proposal.takes_effect_on, today=today)


def plans_to_choose(subscription: Subscription, on: date) -> list[PlanVersion]:
    """Return the versions of the product's plans that the subscription could have on the day `on`, from small to large."""
    currency = subscription.contract.currency
    versions = PlanVersion.objects.filter(plan__product=subscription.product_id, currency=currency, effective_on__lte=on)
    newest = versions.order_by("plan__rank", "plan_id", "-effective_on", "-number").distinct("plan__rank", "plan_id")
    return list(newest.select_related("plan").prefetch_related("charges"))


def _effective_on(change: Change, stored: History, today: date) -> date:
    if isinstance(change.effective, date):
        if change.effective < today:
            raise ChangeInThePast(f"A change takes effect today or later, not on {change.effective}.")
        return change.effective
    if change.effective == NOW:
        return today
    if change.effective != NEXT_PERIOD:
        raise UnknownChange(f"{change.effective!r} does not say when the change is to take effect.")
    cycle = state.standing(stored, today).cycle
    return cycle.until if cycle else today


def _version(subscription: Subscription, change: Change, on: date) -> PlanVersion | None:
    if change.what != What.CHANGE_PLAN:
        return None
    plan = Plan.objects.filter(code=change.plan_code or "", product=subscription.product_id).first()
    if plan is None:
        raise UnknownChange(f"{change.plan_code!r} is not a plan of {subscription.product}.")
    return plans.version_for(plan, subscription.contract.currency, on)


def _quantity(change: Change) -> int | None:
    if change.what != What.SET_QUANTITY:
        return None
    if change.quantity is None:
        raise UnknownChange("The new quantity is missing.")
    return change.quantity


def _changes_something_or_refuse(change: Change, stored: History, on: date) -> None:
    segment = state.standing(stored, on).segment
    if change.what == What.SET_QUANTITY and segment.quantity == change.quantity:
        raise NothingChanges(f"The subscription has {change.quantity} already.")
    if change.what == What.CHANGE_PLAN and segment.plan.code == change.plan_code:
        raise NothingChanges("The subscription runs on this plan already.")
