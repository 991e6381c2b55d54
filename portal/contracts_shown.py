"""Contracts as the portal shows them: how each subscription stands, what is to come, whether the viewer may change it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import QuerySet

from accounts.people import access, asked
from accounts.people.access import Rights
from accounts.people.models import User
from billing.catalog import coupons
from billing.catalog.models import Product
from billing.contracts import events, redeeming, state, sunset
from billing.contracts.models import Contract, ContractEvent, Redemption, Subscription
from billing.contracts.state import Records, State
from billing.invoices import selectors
from billing.invoices.models import Document, Line
from billing.provisioning import progress
from billing.provisioning.progress import Progress
from portal import invoices_shown
from portal.invoices_shown import Row

DOCUMENTS_SHOWN: Final = 12


@dataclass(frozen=True)
class SubscriptionShown:
    """A subscription on a day."""

    subscription: Subscription
    state: State
    may_change: bool
    progress: Progress | None = None


@dataclass(frozen=True)
class ContractShown:
    """A contract with those of its subscriptions that the viewer may see."""

    contract: Contract
    subscriptions: list[SubscriptionShown]
    records: Records


@dataclass(frozen=True)
class Change:
    """One change in a subscription's history: in words, since when, by whom, and whether it still counts."""

    words: str
    effective_on: date
    recorded_at: datetime
    by: str
    undone: bool
    event: ContractEvent


@dataclass(frozen=True)
class Ending:
    """A product that is given up: the first day without it, and what is offered instead."""

    product: Product
    on: date
    successor: Product | None


@dataclass(frozen=True)
class Coming:
    """A change still to come: in words, from when, and whether the viewer may undo it."""

    words: str
    on: date
    event: ContractEvent
    may_undo: bool


@dataclass(frozen=True)
class CouponShown:
    """A coupon that the contract has: what it takes off, in words."""

    redemption: Redemption
    words: str


def contracts(found: Iterable[Contract], *, rights: Rights, on: date) -> list[ContractShown]:
    """Return the contracts with their prefetched subscriptions, in a constant number of statements."""
    found = list(found)
    bought = [subscription for contract in found for subscription in contract.subscriptions.all()]
    records = state.records_of(bought)
    states = state.states_in(records, on)
    may = {s.pk: rights.at(s.customer).may(access.CHANGE_CONTRACT).allowed for s in bought}
    ordered = progress.of_subscriptions(states)
    shown = {s.pk: SubscriptionShown(s, states[s.pk], may[s.pk], ordered.get(s.pk)) for s in bought}
    return [ContractShown(each, [shown[s.pk] for s in each.subscriptions.all()], records) for each in found]


def billed_for(contract: Contract, *, viewer: User, on: date) -> list[Row]:
    """Return the newest documents that `viewer` may see with lines for subscriptions of `contract`, on the day `on`."""
    return invoices_shown.rows(_billed_for(viewer=viewer, contract=contract), on=on)


@asked.statement
def _billed_for(viewer: User, contract: Contract) -> QuerySet[Document]:
    lines = Line.objects.filter(subscription__contract=contract)
    billed = invoices_shown.of_one_contract(selectors.visible_to(viewer).filter(pk__in=lines.values("document")))
    return billed.order_by("-issued_on", "-pk")[:DOCUMENTS_SHOWN]


def scheduled(shown: ContractShown, *, today: date) -> list[Coming]:
    """Return the changes still to come on the contract's subscriptions, soonest first."""
    records = shown.records
    coming = [
        Coming(events.words(change.event), change.takes_effect_on, change.event, one.may_change)
        for one in shown.subscriptions
        for change in events.scheduled_in(records.histories[one.subscription.pk], records.events[one.subscription.pk], today)
    ]
    return sorted(coming, key=lambda change: (change.on, change.event.pk))


def endings(shown: ContractShown) -> list[Ending]:
    """Return the products that are given up and still run, with the day each ends and what is offered instead."""
    running = [one for one in shown.subscriptions if one.state.status in (state.ACTIVE, state.PAUSED)]
    found = [(one, sunset.ends_on(shown.contract, one.subscription.product)) for one in running]
    endings = (Ending(one.subscription.product, day, one.subscription.product.successor) for one, day in found if day)
    return list(dict.fromkeys(endings))


def coupons_of(shown: ContractShown, *, rights: Rights, today: date) -> list[CouponShown]:
    """Return the coupons that hold: those of the whole contract to whom its signer is shown, others with their subscription."""
    seen: set[int | None] = {one.subscription.pk for one in shown.subscriptions}
    if rights.at(shown.contract.customer).may(access.SEE_MONEY).allowed:
        seen.add(None)
    held = redeeming.held_by(shown.contract, today)
    return [CouponShown(one, coupons.words(one.coupon)) for one in held if one.subscription_id in seen]


def history(shown: ContractShown) -> list[Change]:
    """Return everything that was changed, newest first."""
    stored = [event for one in shown.subscriptions for event in shown.records.events[one.subscription.pk]]
    told = [_change(event) for event in stored if event.what != ContractEvent.What.UNDO]
    return sorted(told, key=lambda change: (change.recorded_at, change.event.pk), reverse=True)


def on_their_way(shown: ContractShown) -> list[SubscriptionShown]:
    """Return the subscriptions that were ordered and do not work yet."""
    return [one for one in shown.subscriptions if one.progress and one.progress.next and one.state.status != state.CANCELLED]


def _change(event: ContractEvent) -> Change:
    return Change(
        words=events.words(event),
        effective_on=event.effective_on,
        recorded_at=event.recorded_at,
        by=str(event.recorded_by or "Accord"),
        undone=hasattr(event, "undone_by"),
        event=event,
    )
