"""Orders that wait for an administrator, as the portal shows them: what, for how much, why it waits, may the viewer decide."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.people.models import User
from billing.amendments import approvals
from billing.amendments.models import OrderApproval
from billing.money import Money
from portal import quotes_shown
from portal.quotes_shown import QuoteShown
from window import formats


@dataclass(frozen=True)
class WaitingOrder:
    """One order with everything needed to decide; `objection` says why the viewer cannot."""

    approval: OrderApproval
    shown: QuoteShown
    committed: Money
    objection: str
    button: str


@dataclass(frozen=True)
class DecidedOrder:
    """One that was decided."""

    approval: OrderApproval
    what: str
    committed: Money


def waiting(found: Iterable[OrderApproval], *, viewer: User) -> list[WaitingOrder]:
    """Return the orders that wait, in the order given."""
    return [_waiting(approval, viewer) for approval in found]


def decided(found: Iterable[OrderApproval]) -> list[DecidedOrder]:
    """Return what was decided, in the order given."""
    return [DecidedOrder(approval, quotes_shown.in_words(approval.quote), _committed(approval)) for approval in found]


def _waiting(approval: OrderApproval, viewer: User) -> WaitingOrder:
    decision = approvals.may_decide(viewer, approval)
    shown = quotes_shown.of(approval.quote)
    button = _("Approve %(amount)s") % {"amount": formats.amount(approval.commitment_minor, approval.currency)}
    return WaitingOrder(approval, shown, _committed(approval), "" if decision.allowed else decision.reason, button)


def _committed(approval: OrderApproval) -> Money:
    return Money(approval.commitment_minor, approval.currency)
