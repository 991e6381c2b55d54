"""Account escalation: a customer, with everything below, is watched from above; each of its tickets says so until it ends."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import ready
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.service_levels.models import AccountEscalation


class EscalationWithoutReason(Refusal):
    """Nobody can act on an escalation that does not say why."""

    code = "escalation_without_reason"


def raise_account(*, actor: User, customer: Customer, reason: str, at: datetime) -> AccountEscalation:
    """Escalate the account of `customer` and all below it. One that is escalated already stays as it is.

    Raises:
        Refusal: the actor does not work on tickets there.
        EscalationWithoutReason: no reason was given.
    """
    access.decide(actor, access.WORK_TICKETS, customer).or_refuse()
    reason = reason.replace("\x00", "").strip()[:300]
    if not reason:
        raise EscalationWithoutReason(_("Say why the account is escalated, so that others can act on it."))
    with transaction.atomic():
        facts = {"reason": reason, "raised_by": actor, "raised_at": at}
        raised, is_new = AccountEscalation.objects.get_or_create(customer=customer, ended_at=None, defaults=facts)
        if is_new:
            told = {"reason": reason, "name": customer.name, "level": access.SUPERVISOR}
            recording.record(customer, "support.account_escalated", actor=actor, at=at, about=customer, facts=told, internal=True)
    return raised


def end(*, actor: User, customer: Customer, at: datetime) -> None:
    """End the escalation of this very customer; where there is none nothing changes.

    Raises:
        Refusal: the actor does not work on tickets there.
    """
    access.decide(actor, access.WORK_TICKETS, customer).or_refuse()
    with transaction.atomic():
        ended = AccountEscalation.objects.filter(customer=customer, ended_at=None).update(ended_by=actor, ended_at=at)
        if ended:
            told = {"name": customer.name}
            recording.record(customer, "support.account_calmed", actor=actor, at=at, about=customer, facts=told, internal=True)


def going() -> QuerySet[AccountEscalation]:
    """Return the escalations that have not ended, with their customers."""
    return AccountEscalation.objects.filter(ended_at=None).select_related("customer", "raised_by")


def covering(customer: Customer) -> AccountEscalation | None:
    """Return the escalation that covers a customer: its own, else that of the nearest node above."""
    return going().filter(customer__in=Customer.objects.above(customer)).order_by("-customer__lft").first()


def covered(customers: Iterable[Customer]) -> frozenset[int]:
    """Return which of the customers stand within an escalated account, in one statement."""
    spans = _spans()
    return frozenset(
        customer.pk
        for customer in customers
        if any(tree == customer.tree_id and first <= customer.lft <= last for tree, first, last in spans)
    )


@ready.statement
def _spans() -> QuerySet[AccountEscalation, tuple[int, int, int]]:
    return going().values_list("customer__tree_id", "customer__lft", "customer__rght")
