"""Grant requests: what the rules of authority are asked about, with what policy says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

from accounts.decisions import Decision
from accounts.people.models import StaffProfile, User
from accounts.policies.resolving import Resolved
from billing.money import Money
from support.remedies import policy_limits
from support.remedies.criteria import Weighed
from support.remedies.kinds.base import Remedy, Terms
from support.remedies.models import Approval
from support.remedies.standing import Standing
from support.tickets.models import Ticket


@dataclass(frozen=True)
class GrantRequest:
    """Somebody wants to give a remedy, or, with `approval`, to say yes or no to what a colleague asked for."""

    standing: Standing
    ticket: Ticket
    remedy: Remedy[Any]
    terms: Terms | None
    approval: Approval | None = None

    @property
    def actor(self) -> User:
        """Who wants to."""
        return self.standing.person

    @property
    def cost(self) -> Money:
        """What it gives, tax included: as it was asked for, or by its terms."""
        if self.approval:
            return Money(self.approval.grant.amount_minor, self.approval.grant.currency)
        return self.remedy.cost(self.terms)

    @property
    def values(self) -> policy_limits.Values:
        """What policy says for the customer of the ticket."""
        return self.standing.policy(self.ticket.customer_id)

    @cached_property
    def allowance(self) -> Weighed | None:
        """What lets the person give more than their limit here; None: nothing does."""
        return self.standing.allowed(self.remedy.code, self.cost, self.ticket)

    @property
    def keys(self) -> list[Resolved]:
        """The policy keys that govern it."""
        return policy_limits.keys_for(self.values, self.standing.level, self.remedy.code, self.cost.currency)


Rule = Callable[[GrantRequest], Decision]


def level_name(level: str) -> str:
    """Return what people call a level, within a sentence; German keeps the capital of a noun there."""
    label = str(StaffProfile.Level(level).label)
    return label if (get_language() or "").startswith("de") else label.lower()
