"""Approvals as they are shown: what waits, appeals among it, whether the viewer may say yes, what was decided lately."""

from collections import defaultdict
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Decision
from accounts.people import access
from accounts.people.models import User
from billing.invoices import credit_orders, wallets
from billing.money import Money
from support.remedies import approvals, authority, declines, giving
from support.remedies import substitutes as standing_in
from support.remedies.models import Approval
from window.formats import amount

DECIDED_LATELY = 10


def visible_to(viewer: User) -> QuerySet[Approval]:
    """Return the approvals of customers for whom the viewer may decide."""
    reach = access.customers_within_reach(viewer, access.DECIDE_APPROVALS)
    return Approval.objects.filter(grant__customer__in=reach).select_related(
        "grant__ticket", "grant__customer", "grant__asked_by"
    )


def shown(viewer: User, *, at: datetime) -> dict[str, object]:
    """Return what waits for the viewer, each with the objection to a yes if there is one, and what was decided lately."""
    waiting = list(
        approvals.waiting_for(viewer, at=at).select_related(
            "grant__ticket__finding", "grant__ticket__customer", "grant__customer", "grant__asked_by"
        )
    )
    colleagues = standing_in.represented_by(viewer, at)
    foreseen = authority.foresee(actor=viewer, approvals=waiting, at=at, instead_of=colleagues)
    decided = (
        visible_to(viewer)
        .exclude(status=Approval.Status.WAITING)
        .select_related("decided_by", "stands_in_for", "grant__customer", "grant__ticket")
    )
    return {
        "stands_in_for": colleagues,
        "appeals": declines.appeals_waiting(viewer),
        "credit_orders": _credit_orders(viewer),
        "approvals": [_case(approval, foreseen[approval.pk]) for approval in waiting],
        "decided": decided.order_by("-decided_at", "-pk")[:DECIDED_LATELY],
    }


def substitutes(viewer: User, *, at: datetime) -> list[dict[str, object]]:
    """Return who stands in now or later, whether today, and whether the viewer may end it."""
    for_all = standing_in.may_name_for_others(viewer)
    return [
        {"substitute": row, "runs": standing_in.runs(row, at), "may_end": for_all or row.approver_id == viewer.pk}
        for row in standing_in.visible_to(viewer, at)
    ]


def _credit_orders(viewer: User) -> list[dict[str, object]]:
    waiting = list(credit_orders.waiting_for(viewer))
    customers = Customer.objects.filter(pk__in=[order.customer_id for order in waiting])
    held: defaultdict[int, list[Money]] = defaultdict(list)
    for one in wallets.held_within(customers) if waiting else []:
        held[one.customer.pk].append(one.amount)
    return [
        {
            "order": order,
            "held": held[order.customer_id],
            "button": _("Approve %(amount)s") % {"amount": amount(order.amount_minor, order.currency)},
        }
        for order in waiting
    ]


def _case(approval: Approval, answer: Decision) -> dict[str, object]:
    grant = approval.grant
    return {
        "approval": approval,
        "label": giving.remedy_of(grant).label,
        "button": _("Approve %(amount)s") % {"amount": amount(grant.amount_minor, grant.currency)},
        "objection": "" if answer.allowed else answer.reason,
    }
