"""Resolution: what could be done about a ticket, and doing it.

`proposals` answers the screen: each remedy worth offering, with its amount, its effect, the words the customer would read,
and whether it is this viewer's to give. `grant` does it: one transaction from the lock to the closing message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Decision, Refusal
from accounts.people import access
from accounts.people.models import User
from billing.money import Money
from support.remedies import approvals, authority, giving, policy_log
from support.remedies.kinds import REMEDIES
from support.remedies.kinds.base import Effect, Remedy, Terms
from support.remedies.models import Grant
from support.remedies.standing import Standing
from support.tickets import conversation, turns
from support.tickets.conversation import KeyAlreadyUsed
from support.tickets.models import Ticket


@dataclass(frozen=True)
class Proposal:
    """A remedy worth offering: its terms and amount, whether the viewer may give it, what changes, what is written."""

    remedy: Remedy[Any]
    terms: Terms
    amount: Money
    decision: Decision
    effects: list[Effect]
    closing_text: str

    @property
    def fields(self) -> dict[str, str]:
        """What a form must send back to ask for exactly this."""
        return self.remedy.facts(self.terms) | {"remedy": self.remedy.code, "key": str(self.terms.key)}


class NoSuchRemedy(Refusal):
    """A kind of remedy that does not exist."""

    code = "no_such_remedy"


def proposals(ticket: Ticket, viewer: User, at: datetime) -> list[Proposal]:
    """Return what could be given on `ticket`, best first, each with the decision for `viewer`."""
    ticket = conversation.worked_on(ticket, at)
    standing = Standing(viewer, at, [ticket])
    return [_proposal(ticket, standing, remedy, terms) for remedy in REMEDIES.values() for terms in remedy.proposals(ticket)]


def proposed(*, actor: User, ticket: Ticket, remedy: Remedy[Any], terms: Terms, at: datetime) -> Proposal:
    """Return what `remedy` with these terms would do on `ticket`, and whether `actor` may give it. Nothing changes."""
    ticket = conversation.worked_on(ticket, at)
    return _proposal(ticket, Standing(actor, at, [ticket]), remedy, terms)


def read(code: str, facts: Mapping[str, str], *, key: UUID, resolve: bool = True) -> tuple[Remedy[Any], Terms]:
    """Return the remedy and terms that a form or an API call asks for.

    Raises:
        NoSuchRemedy, TermsUnreadable: nothing of the kind can be given.
    """
    if code not in REMEDIES:
        raise NoSuchRemedy(_("There is no such remedy."))
    remedy = REMEDIES[code]
    return remedy, remedy.read(facts, key=key, resolve=resolve)


def grant(*, actor: User, ticket: Ticket, remedy: Remedy[Any], terms: Terms, at: datetime, may_ask: bool = True) -> Grant:
    """Give `remedy` on `ticket`, or park it for approval when it exceeds the actor's authority (the grant's status says which).

    No money moves while it waits. Repeating a call with the same `terms.key` returns the first result. Who says that
    nobody shall be asked (`may_ask`) is refused instead.

    Raises:
        Refusal: a rule objects and no approval could change that; its reason is fit to show.
        AlreadyCompensated: a colleague put it right at the same moment.
    """
    with policy_log.blocked_noted(actor=actor, ticket=ticket, at=at), turns.patience(), transaction.atomic():
        ticket = conversation.worked_on(conversation.lock(ticket), at)
        access.decide(actor, access.GRANT_REMEDY, ticket.customer).or_refuse()
        if earlier := Grant.objects.filter(key=terms.key).first():
            return _same(earlier, actor, ticket, remedy, terms)
        terms = remedy.read(remedy.facts(terms), key=terms.key, resolve=terms.resolve)  # as things stand under the lock
        authority.take_turn(actor, ticket, remedy, at=at)
        standing = Standing(actor, at, [ticket])
        decision = authority.decide(actor=actor, ticket=ticket, remedy=remedy, terms=terms, at=at, standing=standing)
        if not decision.approver or not may_ask:
            authority.over_is_no(decision).or_refuse()
        asked = giving.ask(actor=actor, ticket=ticket, remedy=remedy, terms=terms, decision=decision, at=at)
        policy_log.asked(standing, asked)
        if decision.approver:
            return approvals.request(asked, ticket=ticket, approver=decision.approver, at=at)
        return giving.give(asked, ticket=ticket, terms=terms, at=at)


def _proposal(ticket: Ticket, standing: Standing, remedy: Remedy[Any], terms: Terms) -> Proposal:
    return Proposal(
        remedy=remedy,
        terms=terms,
        amount=remedy.cost(terms),
        decision=authority.decide(
            actor=standing.person, ticket=ticket, remedy=remedy, terms=terms, at=standing.at, standing=standing
        ),
        effects=remedy.preview(ticket, terms),
        closing_text=remedy.closing_text(ticket, terms),
    )


def _same(earlier: Grant, actor: User, ticket: Ticket, remedy: Remedy[Any], terms: Terms) -> Grant:
    asked = (actor.pk, ticket.pk, remedy.code, remedy.cause(terms))
    if (earlier.asked_by_id, earlier.ticket_id, earlier.remedy, earlier.cause) != asked:
        raise KeyAlreadyUsed
    return earlier
