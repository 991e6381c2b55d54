"""What became of a ticket, as its customer reads it: what was wrong, what was done, and how the account stands now."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from billing.invoices.models import Document
from billing.ledger import balances
from billing.money import Money
from support.remedies import declines
from support.remedies.kinds.credit_duplicate_charge import CreditDuplicateCharge
from support.remedies.models import Decline, Grant
from support.tickets import conversation, deadlines
from support.tickets.models import Ticket
from support.voice import promises
from support.voice.models import Praise, Promise


@dataclass(frozen=True)
class PutRight:
    """A remedy that was granted: what was wrong, and the new balance (one amount a currency; below zero is credit)."""

    grant: Grant
    wrong: str
    amount: Money
    document: Document
    balance: list[Money]


def put_right(ticket: Ticket) -> list[PutRight]:
    """Return the remedies granted on `ticket`, the latest first."""
    granted = (
        ticket.grants.filter(status=Grant.Status.GRANTED, document__kind=Document.Kind.CREDIT_NOTE, amount_minor__gt=0)
        .select_related("document__customer")
        .order_by("-granted_at", "-pk")
    )
    return [_put_right(grant, ticket) for grant in granted]


def _put_right(grant: Grant, ticket: Ticket) -> PutRight:
    amount = Money(grant.amount_minor, grant.currency)
    return PutRight(grant, _wrong(grant, ticket), amount, grant.document, _owed_by(grant.document))


def _wrong(grant: Grant, ticket: Ticket) -> str:
    """Say what was wrong: that a line was billed twice where that was credited, else what the customer wrote about."""
    if grant.remedy != CreditDuplicateCharge.code or ticket.line is None:
        return ticket.subject
    facts = {"line": ticket.line.description, "ref": ticket.line.document.ref}
    return _("“%(line)s” on %(ref)s was billed twice.") % facts


def _owed_by(document: Document) -> list[Money]:
    owed = balances.owed_by(document.customer)
    return [Money(minor, currency) for currency, minor in owed.items()] or [Money.zero(document.currency)]


@dataclass(frozen=True)
class NextAnswer:
    """By when we answer next, and whether that moment has passed."""

    due_at: datetime
    is_late: bool


def next_answer(ticket: Ticket, at: datetime) -> NextAnswer | None:
    """Return by when the customer hears from us next; None when it is their turn or nothing was promised."""
    if ticket.status == Ticket.Status.RESOLVED:
        return None
    clock = deadlines.sheet_of(ticket, at).next_answer
    return NextAnswer(clock.due_at, clock.due_at < at) if clock and clock.due_at else None


@dataclass(frozen=True)
class Promised:
    """Something we promised, and how it stands in words for the customer."""

    promise: Promise
    state: str
    tone: str


def promised(ticket: Ticket, at: datetime) -> list[Promised]:
    """Return what we promised on `ticket`, the latest first."""
    return [_promised(promise, at) for promise in promises.of_ticket(ticket)]


def decline_of(ticket: Ticket) -> Decline | None:
    """Return the no that the customer was last told on `ticket`."""
    return declines.latest_on(ticket)


def may_appeal(ticket: Ticket, decline: Decline | None) -> bool:
    """Say whether the no on `ticket` stands and can be appealed against."""
    if decline is None or decline.appealed_at or ticket.status != Ticket.Status.RESOLVED:
        return False
    return ticket.outcome == conversation.DECLINED and not declines.is_final(decline)


def _promised(promise: Promise, at: datetime) -> Promised:
    broken = promises.is_broken(promise, at)
    if promise.state == promises.OPEN:
        return Promised(promise, _("We are late with this.") if broken else _("We are on it."), "bad" if broken else "info")
    if promise.state == promises.KEPT:
        return Promised(promise, _("Done, but too late.") if broken else _("Done."), "warning" if broken else "good")
    return Promised(promise, _("We had to take this back."), "warning")


def praise_of(ticket: Ticket) -> Praise | None:
    """Return the thanks given for `ticket`."""
    return Praise.objects.filter(ticket=ticket).select_related("to").first()
