"""Quoting: what a change of a running contract will cost, before anybody says yes.

The price comes from the same planning that bills: the proposed event is put on the history in memory and planned against what is
issued. A quote is good for half an hour. Days are the customer's local days, handed in; moments are aware.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from billing.amendments import bonus, credit, limits, outcome
from billing.amendments.models import Quote
from billing.catalog import plans
from billing.catalog.models import Plan, PlanVersion
from billing.contracts import conditions, endings, histories, notice, state, terms
from billing.contracts.models import ContractEvent, Subscription
from billing.rating import service
from billing.rating.history import History
from billing.rating.segments import TRIAL

NOW, NEXT_PERIOD, END_OF_TERM = "now", "next_period", "end_of_term"
MOMENTS: Final = (NOW, NEXT_PERIOD, END_OF_TERM)
GOOD_FOR: Final = timedelta(minutes=30)
What = ContractEvent.What
REASONS: Final = tuple(endings.REASONS)
OFFERED: Final = (What.CHANGE_PLAN, What.SET_QUANTITY, What.PAUSE, What.RESUME, What.CANCEL)


@dataclass(frozen=True)
class Change:
    """A proposed change: `plan_code` for another plan, `quantity` for more or fewer units; now, next period or on a day.

    A cancellation may be "end_of_term" too, and say why (`reason`, one of `REASONS`, and `words`).
    """

    what: str
    plan_code: str | None = None
    quantity: int | None = None
    effective: str | date = NOW
    reason: str = ""
    words: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the form that a quote keeps and `from_json` reads."""
        effective = self.effective.isoformat() if isinstance(self.effective, date) else self.effective
        told = {"reason": self.reason, "words": self.words} if self.reason or self.words else {}
        return {"what": self.what, "plan_code": self.plan_code, "quantity": self.quantity, "effective": effective, **told}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        effective = kept["effective"]
        day = effective if effective in MOMENTS else date.fromisoformat(effective)
        why = kept.get("reason", ""), kept.get("words", "")
        return cls(kept["what"], kept["plan_code"], kept["quantity"], day, *why)

    @property
    def args(self) -> dict[str, str]:
        """What the recorded event says beside plan and quantity."""
        return {name: value for name, value in (("reason", self.reason), ("words", self.words)) if value}


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


class NoticeNotKept(Refusal):
    """A contract ends with a term, and not before notice was given in time."""

    code = "notice_not_kept"


class NothingChanges(Refusal):
    """The subscription has that plan or quantity already."""

    code = "nothing_changes"


def quote(*, actor: User, subscription: Subscription, change: Change, at: datetime, today: date) -> Quote:
    """Return what `change` will cost, line by line, good for half an hour; nothing is changed or billed.

    Raises:
        UnknownChange, ChangeInThePast, NothingChanges: the change itself makes no sense.
        NoticeNotKept: it would end earlier than was agreed.
        BonusStandsOnIt: it would cost less while a bonus is kept up.
        OrderNumberMissing: the contract wants an order number on its invoices and has none.
        Refusal: not within the actor's reach, no price in the contract's currency, the contract's state allows no such change,
            or more would be owed than the credit limit lets.
    """
    access.decide(actor, access.CHANGE_CONTRACT, subscription.customer).or_refuse()
    if change.what not in (What.PAUSE, What.CANCEL):
        terms.order_number_or_refuse(subscription.contract, subscription.po_number)
    proposal = propose(subscription, change, at=at, today=today)
    told = priced(subscription, proposal, today=today)
    credit.decide(subscription.customer, limits.commitment(told), today).or_refuse()
    return Quote.objects.create(
        contract=subscription.contract,
        customer=subscription.customer,
        subscription=subscription,
        asked_by=actor,
        change=change.as_json(),
        effective_on=proposal.effective_on,
        history_length=len(proposal.stored.events),
        outcome=told,
        quoted_at=at,
        expires_at=at + GOOD_FOR,
    )


def propose(
    subscription: Subscription, change: Change, *, at: datetime, today: date, effective_on: date | None = None
) -> Proposal:
    """Put `change` on the subscription's history in memory; `effective_on` fixes the day of a change quoted before."""
    if change.what not in OFFERED:
        raise UnknownChange(_("{what!r} is not a change you can make here.").format(what=change.what))
    if change.reason and (change.what != What.CANCEL or change.reason not in REASONS):
        raise UnknownChange(_("A reason is given for an end, and is one of those offered."))
    stored = histories.history_of(subscription)
    day = effective_on or _effective_on(change, subscription, stored, today)
    version = _version(subscription, change, day)
    _changes_something_or_refuse(change, stored, day)
    known, event = histories.proposal(
        stored, what=change.what, effective_on=day, at=at, plan_version=version, quantity=_quantity(change)
    )
    takes_effect_on = service.check(known, event)
    bonus.kept_up_or_refuse(subscription, stored, known.with_event(event), today)
    return Proposal(stored, known.with_event(event), day, takes_effect_on, version)


def priced(subscription: Subscription, proposal: Proposal, *, today: date) -> dict[str, Any]:
    """Return what the proposal costs (outcome.py)."""
    return outcome.of_change(subscription, proposal.stored, proposal.proposed, effective_on=proposal.takes_effect_on, today=today)


def plans_to_choose(subscription: Subscription, on: date) -> list[PlanVersion]:
    """Return the versions of the product's plans that the subscription could have on the day `on`, from small to large."""
    offered = PlanVersion.objects.filter(plan__product=subscription.product_id)
    lists = conditions.price_lists_of(subscription.customer, on)
    return plans.versions_for(offered, subscription.contract.currency, on, lists)


def _effective_on(change: Change, subscription: Subscription, stored: History, today: date) -> date:
    ends = change.what == What.CANCEL
    earliest = _earliest_end(subscription, stored, today) if ends else today
    if ends and change.effective == END_OF_TERM:
        return earliest
    day = _asked_day(change, stored, today)
    if day < today:
        raise ChangeInThePast(_("A change takes effect today or later, not on {day}.").format(day=day))
    if day < earliest:
        raise NoticeNotKept(
            _(
                "The contract was agreed until {earliest}, the end of its term with {notice_days} days' notice; "
                "it can end on that day or later."
            ).format(earliest=earliest, notice_days=subscription.contract.notice_days)
        )
    return day


def _earliest_end(subscription: Subscription, stored: History, today: date) -> date:
    """Return the first day a cancellation may name: at once while on trial or before the start, else as notice allows."""
    standing = state.standing(stored, today)
    if standing.segment.phase == TRIAL or standing.status == state.FUTURE:
        return today
    return notice.earliest_end(subscription.contract, today)


def _asked_day(change: Change, stored: History, today: date) -> date:
    if isinstance(change.effective, date):
        return change.effective
    if change.effective == NOW:
        return today
    if change.effective != NEXT_PERIOD:
        raise UnknownChange(_("{effective!r} does not say when the change is to take effect.").format(effective=change.effective))
    cycle = state.standing(stored, today).cycle
    return cycle.until if cycle else today


def _version(subscription: Subscription, change: Change, on: date) -> PlanVersion | None:
    if change.what != What.CHANGE_PLAN:
        return None
    plan = Plan.objects.filter(code=change.plan_code or "", product=subscription.product_id).first()
    if plan is None:
        raise UnknownChange(
            _("{plan_code!r} is not a plan of {product}.").format(plan_code=change.plan_code, product=subscription.product)
        )
    lists = conditions.price_lists_of(subscription.customer, on)
    return plans.version_for(plan, subscription.contract.currency, on, lists)


def _quantity(change: Change) -> int | None:
    if change.what != What.SET_QUANTITY:
        return None
    if change.quantity is None:
        raise UnknownChange(_("The new quantity is missing."))
    return change.quantity


def _changes_something_or_refuse(change: Change, stored: History, on: date) -> None:
    segment = state.standing(stored, on).segment
    if change.what == What.SET_QUANTITY and segment.quantity == change.quantity:
        raise NothingChanges(_("The subscription has {quantity} already.").format(quantity=change.quantity))
    if change.what == What.CHANGE_PLAN and segment.plan.code == change.plan_code:
        raise NothingChanges(_("The subscription runs on this plan already."))
