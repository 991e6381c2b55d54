"""Events: adding a dated change to a subscription, and undoing one that is still to come.

Whether a change makes sense where it stands is decided by billing/rating (refusals by name there). Events are only ever added;
the contract's row is locked while one is, so sequences have no gaps and two changes never pass each other unseen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words
from billing.catalog import charges, plans, units
from billing.catalog.models import PlanVersion
from billing.contracts import endings, histories
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.rating import service
from billing.rating.history import History

What = ContractEvent.What
WITH_BASE: Final = "with_base"


@dataclass(frozen=True)
class ScheduledChange:
    """A recorded change that has yet to take effect, and the day it will."""

    event: ContractEvent
    takes_effect_on: date


class PlanDoesNotFit(Refusal):
    """The plan belongs to another product or is priced in another currency."""

    code = "plan_does_not_fit"


def add(
    *,
    actor: User | None,
    subscription: Subscription,
    what: str,
    effective_on: date,
    at: datetime,
    plan_version: PlanVersion | None = None,
    quantity: int | None = None,
    price_override: Decimal | None = None,
    args: Mapping[str, Any] | None = None,
) -> ContractEvent:
    """Record a change of `subscription`; nothing is billed here, the next run or amendments.applying does that.

    Raises:
        PlanDoesNotFit: another product's plan, or another currency.
        Refusal: the change makes no sense there (billing/rating/refusals.py).
    """
    with transaction.atomic():
        contract = lock_contract(subscription)
        _fits_or_refuse(subscription, contract, plan_version)
        history, event = histories.proposal(
            histories.history_of(subscription), what=what, effective_on=effective_on, at=at, plan_version=plan_version,
            quantity=quantity, price_override=price_override, args=args,
        )  # fmt: skip
        takes_effect_on = service.check(history, event)
        if plan_version:
            plans.mark_used(plan_version)
        stored = ContractEvent.objects.create(
            subscription=subscription, sequence=event.sequence, what=what, effective_on=effective_on, recorded_at=at,
            recorded_by=actor, plan_version=plan_version, quantity=quantity, price_override=price_override,
            args=dict(args or {}),
        )  # fmt: skip
        falls_due(subscription, min(effective_on, takes_effect_on))
        _record("billing.contract_changed", stored, contract, on=takes_effect_on, actor=actor, at=at)
        if what == What.CANCEL:
            _say_why(stored, actor=actor, at=at)
            _end_add_ons(stored, actor=actor, effective_on=takes_effect_on, at=at)
        return stored


def _record(kind: str, change: ContractEvent, contract: Contract, *, on: date, actor: User | None, at: datetime) -> None:
    """Put on the timeline what became of a change, and from which day on."""
    facts = {"change": _kept_words(change), "on": str(on), "contract": contract.ref}
    bought = change.subscription
    recording.record(bought.customer, kind, actor=actor, at=at, about=bought, facts=facts)


def _say_why(ended: ContractEvent, *, actor: User | None, at: datetime) -> None:
    """Tell our own people why it ends, where the customer said so."""
    with in_plain_words():
        why = endings.why(ended.args)
    if why:
        recording.record(
            ended.subscription.customer, "billing.end_explained", actor=actor, at=at, about=ended.subscription,
            facts={"why": why}, internal=True,
        )  # fmt: skip


def _end_add_ons(ended: ContractEvent, *, actor: User | None, effective_on: date, at: datetime) -> None:
    """End what was added to a subscription with it, unless it ends earlier; the events remember what they follow."""
    for added in ended.subscription.add_ons.order_by("pk"):
        end = service.read(histories.history_of(added)).end
        if end is None or end > effective_on:
            add(actor=actor, subscription=added, what=What.CANCEL, effective_on=effective_on, at=at, args={WITH_BASE: ended.pk})


def undo(*, actor: User | None, event: ContractEvent, at: datetime, today: date) -> ContractEvent:
    """Take back a change that has not taken effect before `today`, by a further event.

    Raises:
        TooLateToUndo, NothingToUndo: it took effect, was undone already or is the start.
    """
    subscription = event.subscription
    with transaction.atomic():
        contract = lock_contract(subscription)
        history, proposed = histories.proposal(
            histories.history_of(subscription), what=What.UNDO, effective_on=today, at=at, args={"event": event.sequence}
        )
        would_have = service.check(history, proposed)
        stored = ContractEvent.objects.create(
            subscription=subscription, sequence=proposed.sequence, what=What.UNDO, effective_on=today, recorded_at=at,
            recorded_by=actor, undoes=event,
        )  # fmt: skip
        falls_due(subscription, min(today, would_have))
        _record("billing.change_undone", event, contract, on=would_have, actor=actor, at=at)
        for with_it in _with(event):
            undo(actor=actor, event=with_it, at=at, today=today)
        return stored


def following(event: ContractEvent) -> list[Subscription]:
    """Return the add-ons that follow `event`, and what follows them: taking it back takes theirs back, too."""
    found = [with_it.subscription for with_it in _with(event)]
    return found + [further for with_it in _with(event) for further in following(with_it)]


def _with(event: ContractEvent) -> QuerySet[ContractEvent]:
    """Return what still counts of add-ons that ended with the end `event` of their base, in their order."""
    ended = ContractEvent.objects.filter(undone_by=None, subscription__base=event.subscription_id)
    return ended.filter(**{f"args__{WITH_BASE}": event.pk}).select_related("subscription__customer").order_by("pk")


def lock_contract(subscription: Subscription) -> Contract:
    """Hold the contract's row until the transaction ends; taken after the payer's lock, before documents."""
    return Contract.objects.select_for_update().get(pk=subscription.contract_id)


def falls_due(subscription: Subscription, day: date) -> None:
    """Have the next run look at `subscription` on `day`, or earlier if it would anyway."""
    current = Subscription.objects.values_list("next_due_on", flat=True).get(pk=subscription.pk)
    subscription.next_due_on = min(current or date.max, day)
    if subscription.next_due_on != current:
        subscription.save(update_fields=["next_due_on"])


def scheduled(subscription: Subscription, today: date) -> list[ScheduledChange]:
    """Return the changes that take effect after `today`, soonest first; each can still be undone."""
    return scheduled_in(histories.history_of(subscription), list(subscription.events.all()), today)


def scheduled_in(history: History, events: Iterable[ContractEvent], today: date) -> list[ScheduledChange]:
    """Return the changes still to come, for a history and its events that are loaded already."""
    stored = {event.sequence: event for event in events}
    return [
        ScheduledChange(stored[change.event.sequence], change.takes_effect_on) for change in service.scheduled(history, today)
    ]


def _kept_words(event: ContractEvent) -> str:
    with in_plain_words():
        return words(event)


def words(event: ContractEvent) -> str:
    """Say a change in a few plain words."""
    plan = event.plan_version.plan.name if event.plan_version else ""
    price = event.price_override
    sentences = {
        What.SUBSCRIBE: _("{plan} starts").format(plan=plan),
        What.CHANGE_PLAN: _("Change to {plan}").format(plan=plan),
        What.SET_QUANTITY: units.counted(event.quantity or 0, event.subscription.product.unit_name),
        What.PAUSE: _("Pause"),
        What.RESUME: _("Resume"),
        What.CANCEL: _("Cancellation"),
        What.OVERRIDE_PRICE: _("Listed price again")
        if price is None
        else _("Agreed price of {price}").format(price=charges.decimal_text(price)),
        What.SET_ANCHOR: _("Change of the billing day"),
        What.UNDO: _("Undo"),
    }
    return sentences[What(event.what)]


def _fits_or_refuse(subscription: Subscription, contract: Contract, plan_version: PlanVersion | None) -> None:
    if plan_version is None:
        return
    if plan_version.currency != contract.currency:
        raise PlanDoesNotFit(
            _("{plan_version} is priced in {currency}, the contract in {contract_currency}.").format(
                plan_version=plan_version, currency=plan_version.currency, contract_currency=contract.currency
            )
        )
    if plan_version.plan.product_id != subscription.product_id:
        raise PlanDoesNotFit(_("{plan} is not a plan of {product}.").format(plan=plan_version.plan, product=subscription.product))
