"""Reversing: taking a remedy back by counter-documents and counter-entries, with a reason the customer reads.

Finance takes back what it does not agree with; who gave a remedy may take it back while finance has not acknowledged it. What
was given stays on record, the cause stays taken, and finance sees both amounts in its feed.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.money import Money
from support.remedies import giving
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import NotReversible
from support.remedies.models import FeedRow, Grant
from support.tickets import conversation, turns

LONGEST_REASON: Final = 300


class ReasonMissing(Refusal):
    """Taking a remedy back says why."""

    code = "reason_missing"


def possible(grant: Grant) -> Decision:
    """Say whether what `grant` gave can be taken back, whoever wants to."""
    if grant.status != Grant.Status.GRANTED:
        return refused("not_given", _("{grant} is not in force.").format(grant=grant))
    kind = REMEDIES.get(grant.remedy)
    return refused(NotReversible.code, kind.stays) if kind and kind.stays else ALLOWED


def decide(actor: User, grant: Grant) -> Decision:
    """Say whether `actor` may take back what `grant` gave, which comes with its feed row."""
    if not (answer := possible(grant)).allowed:
        return answer
    if access.decide(actor, access.KEEP_BOOKS, grant.customer).allowed:
        return ALLOWED
    if not (answer := access.decide(actor, access.GRANT_REMEDY, grant.customer)).allowed:
        return answer
    if grant.asked_by_id != actor.pk:
        return refused("not_own_grant", _("Who gave it, or finance, takes it back."))
    if grant.feed_row.status == FeedRow.Status.ACKNOWLEDGED:
        return refused("acknowledged_already", _("Finance has acknowledged it; only finance takes it back now."))
    return ALLOWED


def reverse(*, actor: User, grant: Grant, reason: str, at: datetime) -> Grant:
    """Take back what was given and tell the customer why. Doing it again changes nothing.

    Raises:
        ReasonMissing: no reason was given.
        NotReversible: it can no longer be taken back.
        Refusal: its kind stays as it is given, or it is not this person's to take back.
    """
    reason = reason.replace("\x00", "").strip()[:LONGEST_REASON]
    with turns.patience(), transaction.atomic():
        ticket = conversation.lock(grant.ticket)
        grant = _locked(grant)
        if grant.status == Grant.Status.REVERSED:
            return grant
        decide(actor, grant).or_refuse()
        if not reason:
            raise ReasonMissing(_("Say why it is taken back; the customer reads it."))
        back = giving.remedy_of(grant).reverse(actor=actor, grant=grant, reason=reason, at=at)
        grant.status, grant.reversed_by, grant.reversed_at = Grant.Status.REVERSED, actor, at
        grant.reversal_reason = reason
        grant.save(update_fields=["status", "reversed_by", "reversed_at", "reversal_reason"])
        grant.documents.add(*back.issued)
        grant.feed_row.reversal = back.entry
        grant.feed_row.save(update_fields=["reversal"])
        recording.record(grant.customer, "support.remedy_reversed", actor=actor, at=at, about=grant, facts=_facts(grant, reason))
        conversation.tell(actor=actor, ticket=ticket, text=_words(grant, reason), at=at)
    return grant


def _facts(grant: Grant, reason: str) -> dict[str, str]:
    return giving.facts_of(grant) | {"reason": reason}


def _words(grant: Grant, reason: str) -> str:
    """Tell the customer what was taken back and why, in their language."""
    ticket = grant.ticket
    with translation.override(ticket.requester.language if ticket.requester else grant.customer.language):
        words = {"remedy": giving.remedy_of(grant).label, "reason": reason}
        if not grant.amount_minor:
            return _("We had to take this back: {remedy}. The reason: {reason}").format(**words)
        words["amount"] = str(Money(grant.amount_minor, grant.currency))
        return _("We had to take this back: {remedy}, {amount}. The reason: {reason}").format(**words)


def _locked(grant: Grant) -> Grant:
    related = (
        "ticket__requester",
        "ticket__customer",
        "customer",
        "document__customer",
        "document__legal_entity",
        "feed_row__entry",
    )
    return Grant.objects.select_for_update(of=("self",)).select_related(*related).get(pk=grant.pk)
