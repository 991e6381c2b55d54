"""What policy decided about remedies, put into the log of policy: each case is the ticket it was about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.policies import log, resolving
from support.remedies import authority, policy_limits
from support.remedies.models import Grant
from support.remedies.standing import Standing
from support.tickets.models import Ticket


def asked(standing: Standing, grant: Grant) -> None:
    """Note what spoke when a remedy was asked for: all that let it pass, or the one key that sent it to somebody else."""
    values, decision = standing.policy(grant.customer_id), grant.decision
    spoke = policy_limits.keys_for(values, standing.level, grant.remedy, grant.currency)
    objecting = [values[decision["key"]]] if decision["key"] else []
    outcome = log.FIRED if decision["allowed"] else log.BLOCKED
    _note(spoke if decision["allowed"] else objecting, outcome, grant.ticket, standing.person, decision["reason"], standing.at)


def approved(grant: Grant, *, by: User, at: datetime) -> None:
    """Note that a person with higher authority overrode what one key held back."""
    if key := grant.decision.get("key"):
        said = resolving.resolve(grant.customer, key, grant.asked_at.date())
        _note([said], log.OVERRIDDEN, grant.ticket, by, grant.decision["reason"], at)


@contextmanager
def blocked_noted(*, actor: User, ticket: Ticket, at: datetime) -> Iterator[None]:
    """Note, after the work was rolled back, that a limit of policy kept a remedy from being given."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code == authority.LIMIT_EXCEEDED and refusal.key:
            said = resolving.resolve(ticket.customer, refusal.key, at.date())
            _note([said], log.BLOCKED, ticket, actor, refusal.reason, at)
        raise


def _note(said: list[resolving.Resolved], outcome: str, ticket: Ticket, actor: User, words: str, at: datetime) -> None:
    log.note(said, outcome=outcome, customer=ticket.customer, actor=actor, about=("ticket", ticket.ref), words=words, at=at)
