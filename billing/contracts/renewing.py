"""Renewing: what happens when a contract's term comes to its end and nobody gave notice.

When it is too late to end a contract with the term that runs, the next term is decided. What goes on is told to the customer.
A contract that does not renew ends with its term, and so does a product whose renewals have ended: its cancellation is recorded
then, for the day the term ends, and the successor is named. Deciding again changes nothing. Days are the contract's own.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.days import latest_day, local_day
from accounts.decisions import Refusal
from accounts.timeline import recording
from billing.catalog.models import Product
from billing.contracts import events, histories, notice
from billing.contracts.models import Contract, ContractEvent, Subscription
from billing.rating import service

ONE_DAY: Final = timedelta(days=1)
NOT_RENEWED, SUNSET = "not_renewed", "sunset"


@dataclass(frozen=True)
class Undecided:
    """A contract whose next term could not be decided, and why."""

    contract: Contract
    reason: str


def decide_due(*, at: datetime) -> list[Undecided]:
    """Decide on the next term of every contract for which it is time; return those for which it could not be."""
    due = Contract.objects.filter(Q(renewal_due_on=None) | Q(renewal_due_on__lte=latest_day(at)), term_months__gt=0)
    undecided = []
    for contract in due.order_by("pk").iterator():
        try:
            decide(contract, at=at)
        except Refusal as refusal:
            undecided.append(Undecided(contract, refusal.reason))
    return undecided


def decide(contract: Contract, *, at: datetime) -> None:
    """Decide what follows the term that runs, if it is time for it: renewed, or ended with it.

    Raises:
        Refusal: a cancellation makes no sense there; nothing was decided then.
    """
    with transaction.atomic():
        held = Contract.objects.select_for_update(of=("self",)).select_related("customer").get(pk=contract.pk)
        today = local_day(at, held.timezone)
        until = notice.term_with(held, today).until
        if today < decided_on(held, until):
            _look_again(held, decided_on(held, until))
            return
        after = notice.term_with(held, until).until
        running = _running_beyond(held, until)
        ending = {subscription: why for subscription in running if (why := why_it_ends(held, subscription.product, until))}
        for subscription, why in ending.items():
            _end(subscription, why, until, at)
        if len(ending) < len(running) and held.renewed_until != after:
            held.renewed_until = after
            facts = {"contract": held.ref, "on": str(until), "until": str(after)}
            recording.record(held.customer, "billing.contract_renewed", actor=None, at=at, about=held, facts=facts)
        _look_again(held, decided_on(held, after))


def decided_on(contract: Contract, until: date) -> date:
    """Return the day on which it is decided what follows the term that ends before `until`."""
    return min(notice.notice_by(contract, until), until - ONE_DAY)


def why_it_ends(contract: Contract, product: Product, until: date) -> str:
    """Return why `product` does not go on under the contract after the term that ends before `until`; empty when it does."""
    if product.renewal_ends_on and product.renewal_ends_on <= until:
        return SUNSET
    return "" if contract.renews else NOT_RENEWED


def _running_beyond(contract: Contract, until: date) -> list[Subscription]:
    """Return what runs under the contract after that day unless it is ended; what is added to something follows that."""
    known = list(contract.subscriptions.select_related("product__successor", "customer").order_by("pk"))
    told = histories.histories_of(known)
    lives = {subscription: service.read(told[subscription.pk]) for subscription in known}
    return [subscription for subscription, life in lives.items() if life.segments and (life.end is None or life.end > until)]


def _end(subscription: Subscription, why: str, until: date, at: datetime) -> None:
    life = service.read(histories.history_of(subscription))
    if life.end is not None and life.end <= until:  # it ended with what it was added to
        return
    events.add(
        actor=None, subscription=subscription, what=ContractEvent.What.CANCEL, effective_on=until, at=at, args={"reason": why}
    )
    if why == SUNSET:
        product = subscription.product
        facts = {"product": product.name, "on": str(until), "instead": product.successor.name if product.successor else ""}
        recording.record(subscription.customer, "billing.renewal_blocked", actor=None, at=at, about=subscription, facts=facts)


def _look_again(contract: Contract, day: date) -> None:
    contract.renewal_due_on = day
    contract.save(update_fields=["renewal_due_on", "renewed_until"])
