"""Reversing: taking a change back after it took effect, from its first day, with what it cost.

The history gets an undo that speaks from the day the change took effect; what it cost is then credited by the same run that
bills everything: wanted less issued. Nothing is recorded where that would make the customer owe more.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from billing.contracts import events, histories
from billing.contracts.models import ContractEvent
from billing.invoices import run
from billing.invoices.models import Document
from billing.money import Money
from billing.rating import service
from billing.rating.history import History


class CreditsElsewhere(Refusal):
    """What the change cost was billed to several payers or on several documents."""

    code = "credits_elsewhere"


def took_effect_on(event: ContractEvent) -> date:
    """Return the day on which a change takes effect."""
    return event.effective_on


def is_undone(event: ContractEvent) -> bool:
    """Say whether a change was taken back."""
    return ContractEvent.objects.filter(undoes=event).exists()


def foresee(event: ContractEvent, *, on: date) -> Money:
    """Return what would be credited on the day `on` if `event` was taken back; below zero, what would be owed.

    Raises:
        NothingToUndo: it counts for nothing already.
        CreditsElsewhere: it is not one document.
        Refusal: what came after makes no sense without it.
    """
    subscription = event.subscription
    documents = run.preview(subscription, _without(event), on)
    if len(documents) > 1:
        raise CreditsElsewhere(_("It was billed to several payers; credit the charges one by one."))
    currency = subscription.contract.currency
    return Money(-sum(document.total_minor for document in documents), currency)


def reverse(*, actor: User, event: ContractEvent, on: date, at: datetime) -> Document | None:
    """Take `event` back from the day it took effect, and issue what that credits; part of a use case that decided it.

    Raises:
        Refusal: as `foresee`.
    """
    subscription = event.subscription
    with transaction.atomic():
        payer = run.hold_payer(subscription.customer, [subscription.pk], on)
        events.lock_contract(subscription)
        foresee(event, on=on)
        events.undo(actor=actor, event=event, at=at, today=took_effect_on(event))
        issued = run.bill(payer=payer, on=on, at=at, only=subscription, actor=actor)
        return issued[0] if issued else None


def _without(event: ContractEvent) -> History:
    """Return the history with the undo of `event` as its latest entry, checked."""
    args: dict[str, Any] = {"event": event.sequence}
    stored = histories.history_of(event.subscription)
    history, proposed = histories.proposal(
        stored, what=ContractEvent.What.UNDO, effective_on=took_effect_on(event), at=event.recorded_at, args=args
    )
    service.check(history, proposed)
    return history.with_event(proposed)
