"""Approvals inside the customer's own organisation: an order over somebody's limit waits for an administrator.

The quote's price holds while it waits, for up to `HELD_FOR`; should it change meanwhile, the approval is refused by name and a
new price is asked for. Nobody approves what they asked for themselves, or more than they may order alone; what was chosen at
once stays one commitment, however its parts are decided.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Decision, Refusal
from accounts.people import access, second_person
from accounts.people.models import User
from accounts.timeline import recording
from billing.amendments import limits
from billing.amendments.models import OrderApproval, Quote
from billing.money import Money

HELD_FOR: Final = timedelta(days=14)
LONGEST_NOTE: Final = 300
OWN_ORDER: Final = "own_order"


class AlreadyDecided(Refusal):
    """Somebody decided otherwise."""

    code = "already_decided"


class ReasonMissing(Refusal):
    """A no comes with its reason."""

    code = "reason_missing"


def request(quote: Quote, *, actor: User, decision: Decision, at: datetime, chosen_with: Money | None = None) -> Quote:
    """Let a quote wait for an administrator; its price is held. Runs in the caller's transaction, under the quote's lock.

    `chosen_with` is what all that was chosen at once commits to: whoever says yes may commit to as much.
    """
    committed = limits.commitment(quote.outcome)
    together = chosen_with if chosen_with and chosen_with.currency == committed.currency else Money(0, committed.currency)
    approval = OrderApproval.objects.create(
        quote=quote,
        commitment_minor=committed.amount_minor,
        chosen_with_minor=together.amount_minor,
        currency=committed.currency,
        reason=decision.reason[:300],
        asked_at=at,
    )
    quote.status, quote.asked_by, quote.expires_at = Quote.Status.ASKED, actor, at + HELD_FOR
    quote.save(update_fields=["status", "asked_by", "expires_at"])
    facts = {"amount": str(committed), "who": str(actor), "customer_number": quote.customer.number}
    recording.record(quote.customer, "billing.order_asked", actor=actor, at=at, about=approval, facts=facts)
    return quote


def waiting_within(customers: "QuerySet[Customer]") -> "QuerySet[OrderApproval]":
    """The orders that wait for a decision at any of `customers`, the longest wait first."""
    waiting = OrderApproval.objects.filter(status=OrderApproval.Status.WAITING, quote__customer__in=customers)
    related = ("quote__customer", "quote__asked_by", "quote__contract", "quote__subscription__product")
    return waiting.select_related(*related).order_by("asked_at", "pk")


def waiting_under(contracts: Iterable[int], customer: Customer) -> "QuerySet[OrderApproval]":
    """Return the orders of `customer` under these contracts that wait for a decision, the oldest first."""
    waiting = OrderApproval.objects.filter(status=OrderApproval.Status.WAITING, quote__customer=customer)
    related = ("quote__customer", "quote__contract")
    return waiting.filter(quote__contract__in=contracts).select_related(*related).order_by("asked_at", "pk")


def hold(approval: OrderApproval) -> OrderApproval:
    """Lock an approval until the transaction ends and return it as it stands."""
    held = OrderApproval.objects.select_for_update(of=("self",)).select_related(
        "quote__customer", "quote__asked_by", "quote__contract"
    )
    return held.get(pk=approval.pk)


def may_decide(actor: User, approval: OrderApproval) -> Decision:
    """Say whether `actor` may decide: a second person, administrator there, whose limit reaches as far."""
    decision = access.decide(actor, access.APPROVE_ORDERS, approval.quote.customer)
    if not decision.allowed:
        return decision
    reason = _("You asked for this yourself; somebody else decides.")
    second = second_person.decide(actor, approval.quote.asked_by, reason=reason, code=OWN_ORDER)
    if not second.allowed:
        return second
    committed, together = (Money(minor, approval.currency) for minor in (approval.commitment_minor, approval.chosen_with_minor))
    return limits.decide(actor, approval.quote.customer, committed, chosen_with=together)


def refuse_waiting(approval: OrderApproval, *, actor: User | None, note: str, at: datetime) -> OrderApproval:
    """Refuse an order that can no longer be had, whoever would decide. Runs under the lock of its contract."""
    approval.quote.status = Quote.Status.REFUSED
    approval.quote.save(update_fields=["status"])
    return note_answer(approval, actor=actor, approve=False, note=note, at=at)


def note_answer(approval: OrderApproval, *, actor: User | None, approve: bool, note: str, at: datetime) -> OrderApproval:
    """Write the answer down. Runs in the transaction that carries it out.

    Raises:
        ReasonMissing: a no without one.
    """
    note = note.replace("\x00", "").strip()[:LONGEST_NOTE]
    if not approve and not note:
        raise ReasonMissing(_("Say why, so that your colleague knows what to do."))
    approval.status = OrderApproval.Status.APPROVED if approve else OrderApproval.Status.REFUSED
    approval.decided_by, approval.decided_at, approval.note = actor, at, note
    approval.save(update_fields=["status", "decided_by", "decided_at", "note"])
    kind = "billing.order_approved" if approve else "billing.order_refused"
    amount, contract = str(Money(approval.commitment_minor, approval.currency)), approval.quote.contract.ref
    facts = {"amount": amount, "note": note, "who": str(actor or _("We")), "contract": contract}
    recording.record(approval.quote.customer, kind, actor=actor, at=at, about=approval, facts=facts)
    return approval


def answered_or_none(approval: OrderApproval, *, approve: bool) -> OrderApproval | None:
    """Return an approval that has this answer already, none while it waits.

    Raises:
        AlreadyDecided: it has the other answer.
    """
    if approval.status == OrderApproval.Status.WAITING:
        return None
    if (approval.status == OrderApproval.Status.APPROVED) != approve:
        raise AlreadyDecided(
            _("{decided_by} has decided already: {status}.").format(
                decided_by=approval.decided_by, status=approval.get_status_display().lower()
            )
        )
    return approval
