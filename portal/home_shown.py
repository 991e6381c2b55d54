"""The home of a customer as the portal shows it: money first, then what is open, then what happened.

A constant number of statements.
"""

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from accounts.quality import confirming
from accounts.segments import key_accounts
from billing.contracts.models import Subscription
from billing.invoices import upcoming
from billing.ledger import balances
from billing.money import Money
from portal import activity_shown, invoices_shown, places, spans
from support.tickets.models import Ticket


def of(request: HttpRequest, node: Customer) -> dict[str, Any]:
    """Return what the home of `node` shows to the visitor."""
    viewer, today = request.user, places.today(node)
    span = places.span(request, node)
    owed = balances.for_nodes([node], within=span.customers)[node.pk]
    open_totals, overdue = invoices_shown.open_and_overdue(span, on=today)
    return {
        "at": node,
        "span": span,
        "owed": amounts(owed.own),
        "owed_below": amounts(owed.subtree),
        "credit": credit(owed.own),
        "next_day": upcoming.soonest(_next_due(span), today=today),
        "open_totals": open_totals,
        "rows": invoices_shown.oldest_open(span, on=today),
        "overdue": overdue,
        "has_below": span.has_below,
        "tickets": sum(_open_tickets(span)),
        "entries": activity_shown.latest(node, viewer=viewer, subtree=span.whole),
        "confirm_due": (node.kind.carries_legal_data or node.street)
        and confirming.is_due(node, at=timezone.now())
        and places.standing(request, node).may(access.REQUEST_CHANGES).allowed,
        "may_pay": places.standing(request, node).may(access.PAY),
        "key_account": key_account(viewer, node),
    }


def key_account(viewer: User, node: Customer) -> dict[str, Any] | None:
    """Return who of us looks after a key account, and the node by which it is one, as far as the viewer may see that."""
    held = key_accounts.of(node, timezone.now().date())
    if held is None:
        return None
    via = access.customers_within_reach(viewer).filter(pk=held.customer_id).first()
    return {"manager": held.manager, "via": via, "through": via if via != node else None}


@spans.statement
def _next_due(customers: QuerySet[Customer]) -> QuerySet[Subscription, date | None]:
    return upcoming.due_days(customers)[:1]


@spans.statement
def _open_tickets(customers: QuerySet[Customer]) -> QuerySet[Ticket, int]:
    per_status = Ticket.objects.for_customers(customers).unresolved().order_by().values("status")
    return per_status.annotate(n=Count("pk")).values_list("n", flat=True)


def next_invoice(request: HttpRequest, node: Customer) -> dict[str, Any]:
    """Return what the next invoices of `node` and all below it will say, which takes longer than the page should."""
    span, today = places.span(request, node), places.today(node)
    coming = upcoming.next_for(span.customers, today=today)
    return {"at": node, "span": span, "has_below": span.has_below, "upcoming": coming, "next_day": coming and coming.on}


def credit(owed: dict[str, int]) -> list[Money]:
    """Return what is held as credit, one amount a currency, where nothing is owed in any; else nothing."""
    return amounts({currency: -minor for currency, minor in owed.items()}) if all(minor <= 0 for minor in owed.values()) else []


def amounts(owed: dict[str, int]) -> list[Money]:
    """Return what is owed as amounts, one a currency; nothing owed is no amount."""
    return [Money(minor, currency) for currency, minor in sorted(owed.items()) if minor]
