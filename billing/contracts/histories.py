"""Histories: the stored events of subscriptions as the plain values that rating works on.

Any number of histories takes the same few statements. A plan is named in a history by its code and version ("PRO@3").
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.db.models import QuerySet, prefetch_related_objects

from accounts import reading, ready
from accounts.ready import Fact
from billing.catalog import charges
from billing.catalog.models import Charge, PlanVersion
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.periods import Alignment, Interval
from billing.rating.history import Event, History, Intro, PlanTerms, Policy, PricedCharge, Usage
from billing.usage import selectors as usage

_POLICIES: Final = {billed: Policy(bill_cancellation_day=billed) for billed in (False, True)}


def history_of(subscription: Subscription) -> History:
    """Return the history of one subscription."""
    return histories_of([subscription])[subscription.pk]


def histories_of(subscriptions: Iterable[Subscription], *, stored: Iterable[ContractEvent] | None = None) -> dict[int, History]:
    """Return the histories of many subscriptions by their key, in a constant number of statements.

    Who has read all their events already hands them in as `stored`.
    """
    wanted = list(subscriptions)
    contracts = _contracts(wanted)
    events: dict[int, list[ContractEvent]] = defaultdict(list)
    for event in _events(wanted) if stored is None else _as_recorded(stored):
        events[event.subscription_id].append(event)
    plans = _terms(event.plan_version_id for found in events.values() for event in found)
    measured = usage.of_subscriptions(subscription.id for subscription in wanted)
    return {
        subscription.id: _history(
            subscription, contracts[subscription.contract_id], events[subscription.id], plans, measured.get(subscription.id, {})
        )
        for subscription in wanted
    }


def terms_of(version: PlanVersion) -> PlanTerms:
    """Return a plan version as rating knows it; its charges in the order they were published."""
    return _terms_with(version, version.charges.all())


def _terms_with(version: PlanVersion, published: Iterable[Charge]) -> PlanTerms:
    intros = [] if version.intro_price is None else [Intro(version.intro_price, version.intro_periods)]
    intros += [Intro(Decimal(step["price"]), step["periods"], _unit(step.get("unit"))) for step in version.steps]
    return PlanTerms(
        code=version.plan.code,
        version=version.number,
        charges=tuple(_priced(charge) for charge in sorted(published, key=lambda charge: charge.pk)),
        trial_days=version.trial_days,
        intros=tuple(intros),
        term_months=version.term_months,
        trial_months=version.trial_months,
        ends_with_term=version.ends_with_term,
        price_list=version.price_list.name if version.price_list else "",
    )


def _unit(name: str | None) -> Interval | None:
    return Interval(name) if name else None


def proposal(
    history: History,
    *,
    what: str,
    effective_on: date,
    at: datetime,
    plan_version: PlanVersion | None = None,
    quantity: int | None = None,
    price_override: Decimal | None = None,
    args: Mapping[str, Any] | None = None,
) -> tuple[History, Event]:
    """Return the history that knows the proposed plan, and the event as it would be recorded next; nothing is stored."""
    terms = terms_of(plan_version) if plan_version else None
    plans = {**history.plans, terms.key: terms} if terms else history.plans
    facts = _args(what, terms.key if terms else None, quantity, price_override, args or {})
    return replace(history, plans=plans), Event(history.next_sequence, effective_on, at, what, facts)


def _events(subscriptions: Iterable[Subscription]) -> Iterable[ContractEvent]:
    """Return the events of these subscriptions in the order recorded, what an undo undoes beside it."""
    keys = [subscription.id for subscription in subscriptions]
    return _as_recorded(_events_of(subscriptions=keys))


@ready.statement
def _events_of(subscriptions: Fact) -> QuerySet[ContractEvent]:
    return ContractEvent.objects.filter(reading.among("subscription_id", subscriptions))


def _as_recorded(stored: Iterable[ContractEvent]) -> list[ContractEvent]:
    events = sorted(stored, key=lambda event: event.sequence)
    prefetch_related_objects([event for event in events if event.undoes_id], "undoes")
    return events


def _contracts(subscriptions: Iterable[Subscription]) -> dict[int, Contract]:
    """Return the contracts by key, as they came with the subscriptions where they did."""
    unread = {s.contract_id for s in subscriptions if not Subscription.contract.is_cached(s)}
    found = Contract.objects.in_bulk(unread) if unread else {}
    return found | {s.contract_id: s.contract for s in subscriptions if s.contract_id not in unread}


def _history(
    subscription: Subscription,
    contract: Contract,
    events: list[ContractEvent],
    plans: Mapping[int, PlanTerms],
    measured: Mapping[str, tuple[Usage, ...]],
) -> History:
    used = [plans[event.plan_version_id] for event in events if event.plan_version_id]
    return History(
        subscription=subscription.ref,
        currency=contract.currency,
        alignment=Alignment.parse(contract.alignment),
        plans={terms.key: terms for terms in used},
        events=tuple(_event(event, plans) for event in events),
        usage=measured,
        policy=_POLICIES[contract.bill_cancellation_day],
    )


def _terms(version_ids: Iterable[int | None]) -> dict[int, PlanTerms]:
    wanted = list({key for key in version_ids if key})
    priced: dict[int, list[Charge]] = defaultdict(list)
    for charge in _charges(versions=wanted):
        priced[charge.plan_version_id].append(charge)
    return {version.pk: _as_known(_terms_with(version, priced[version.pk])) for version in _versions(keys=wanted)}


@ready.statement
def _versions(keys: Fact) -> QuerySet[PlanVersion]:
    return PlanVersion.objects.filter(reading.among("pk", keys)).select_related("plan", "price_list")


@ready.statement
def _charges(versions: Fact) -> QuerySet[Charge]:
    return Charge.objects.filter(reading.among("plan_version_id", versions))


@lru_cache(maxsize=1024)
def _as_known(terms: PlanTerms) -> PlanTerms:
    """Return the first terms seen that equal these, so that what was worked out for them need not be worked out again."""
    return terms


def _priced(charge: Charge) -> PricedCharge:
    return PricedCharge(
        code=charge.code,
        kind=charge.kind,
        model=charge.model,
        params=charge.params,
        interval=Interval(charge.interval_unit, charge.interval_count),
        billing=charge.billing,
        metric=charge.metric,
    )


def _event(event: ContractEvent, plans: Mapping[int, PlanTerms]) -> Event:
    plan = plans[event.plan_version_id].key if event.plan_version_id else None
    args = {**event.args, "event": event.undoes.sequence} if event.undoes_id and event.undoes else event.args
    facts = _args(event.what, plan, event.quantity, event.price_override, args)
    return Event(event.sequence, event.effective_on, event.recorded_at, event.what, facts)


def _args(
    what: str, plan: str | None, quantity: int | None, price_override: Decimal | None, args: Mapping[str, Any]
) -> dict[str, Any]:
    """Return an event's details under the names that rating/service.py documents."""
    facts = dict(args)
    if plan is not None:
        facts["plan"] = plan
    if quantity is not None:
        facts["quantity"] = quantity
    price_name = "price" if what == ContractEvent.What.OVERRIDE_PRICE else "price_override"
    if price_override is not None:
        facts[price_name] = charges.decimal_text(price_override)
    return facts
