"""Giving: what happens, all at once or not at all, when a remedy is given.

Its document is issued, the grant completed, finance's row written with the document's ledger entry, the customer told in
their own language, the ticket resolved if the terms say so, and all of it recorded. Called by resolution.py and
approvals.py inside their transaction, with the ticket locked and authority decided.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import uuid5

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import numbering
from accounts.decisions import Decision, Refusal
from accounts.people.models import User
from accounts.timeline import recording
from billing.money import Money
from support.remedies import finance_feed
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import Remedy, Terms
from support.remedies.models import Grant
from support.tickets import conversation
from support.tickets.models import Ticket

CAUSE_IS_TAKEN: Final = "one_remedy_per_cause"
KEY_IS_TAKEN: Final = "support_grant_key_key"


class AlreadyCompensated(Refusal):
    """Somebody else put the same thing right a moment earlier."""

    code = "already_compensated"


class AmountChanged(Refusal):
    """What can still be given is not what was decided on."""

    code = "amount_changed"


def ask(*, actor: User, ticket: Ticket, remedy: Remedy[Any], terms: Terms, decision: Decision, at: datetime) -> Grant:
    """Record that `actor` asks for a remedy; from now on its cause is taken.

    Raises:
        AlreadyCompensated: it was taken by somebody else at the same moment.
        KeyAlreadyUsed: so was the key, for another ticket.
    """
    cost = remedy.cost(terms)
    asked = Grant(
        ref=numbering.next_ref("G"), key=terms.key, remedy=remedy.code, ticket=ticket, customer=ticket.customer,
        cause=remedy.cause(terms), terms=remedy.facts(terms) | {"resolve": terms.resolve}, amount_minor=cost.amount_minor,
        currency=cost.currency, status=Grant.Status.AWAITING_APPROVAL, asked_by=actor, asked_at=at, decision=_kept(decision),
    )  # fmt: skip
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError as fault:
        if CAUSE_IS_TAKEN in str(fault):
            raise AlreadyCompensated(_("A colleague has put this right at this very moment.")) from fault
        if KEY_IS_TAKEN in str(fault):
            raise conversation.KeyAlreadyUsed from fault
        raise
    return asked


def give(asked: Grant, *, ticket: Ticket, terms: Terms, at: datetime, by_policy: bool = False) -> Grant:
    """Give what was asked for and authorised, as a deed of who asked for it; what a rule gave is told in nobody's name.

    Raises:
        Refusal: it can no longer be given, or `AmountChanged`: not exactly as it was asked for.
    """
    remedy = remedy_of(asked)
    given = remedy.apply(actor=asked.asked_by, ticket=ticket, terms=terms, at=at)
    if given.amount != Money(asked.amount_minor, asked.currency):
        raise AmountChanged(_("By now {amount} is left to give; ask again.").format(amount=given.amount))
    asked.status, asked.document, asked.granted_at = Grant.Status.GRANTED, given.document, at
    asked.save(update_fields=["status", "document", "granted_at"])
    asked.documents.set(given.issued)
    recording.record(ticket.customer, "support.remedy_granted", actor=asked.asked_by, at=at, about=asked, facts=facts_of(asked))
    finance_feed.write(asked, entry=given.entry, at=at)
    if by_policy:
        conversation.resolve_by_policy(
            ticket=ticket, outcome=conversation.REMEDIED, text=_words(asked, remedy, ticket, terms), at=at
        )
    else:
        _tell_customer(asked, remedy, ticket=ticket, terms=terms, at=at)
    return asked


def remedy_of(asked: Grant) -> Remedy[Any]:
    """Return the kind of remedy a grant is of."""
    return REMEDIES[asked.remedy]


def terms_of(asked: Grant) -> Terms:
    """Return the terms a grant was asked for with."""
    facts = {name: str(value) for name, value in asked.terms.items() if name != "resolve"}
    terms: Terms = remedy_of(asked).read(facts, key=asked.key, resolve=asked.terms["resolve"])
    return terms


def facts_of(asked: Grant) -> dict[str, Any]:
    """Return what the timeline says of a grant."""
    return {
        "remedy": str(remedy_of(asked).label),
        "amount": str(Money(asked.amount_minor, asked.currency)),
        "ticket": asked.ticket.ref,
        "cause": asked.cause,
        "document": str(asked.document) if asked.document else "",
    }


def _tell_customer(asked: Grant, remedy: Remedy[Any], *, ticket: Ticket, terms: Terms, at: datetime) -> None:
    """Write the closing message: what was wrong, what was done, what comes next; and end the ticket if asked to."""
    text = _words(asked, remedy, ticket, terms)
    if terms.resolve:
        conversation.resolve(actor=asked.asked_by, ticket=ticket, outcome=conversation.REMEDIED, text=text, at=at)
    else:
        key = uuid5(asked.key, "closing message")
        conversation.reply(actor=asked.asked_by, ticket=ticket, text=text, at=at, key=key, confidential=True)


def _words(asked: Grant, remedy: Remedy[Any], ticket: Ticket, terms: Terms) -> str:
    with translation.override(ticket.requester.language if ticket.requester else ticket.customer.language):
        return remedy.closing_text(ticket, terms, asked.document)


def _kept(decision: Decision) -> dict[str, Any]:
    return asdict(decision)
