"""The queue as it is shown: its views with their counts, and one page of tickets."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.decisions import Refusal
from accounts.people import access, asked
from accounts.people.models import User
from backoffice import chats_shown, deadlines_shown, talk_shown
from billing.anomalies.models import Finding
from support.tickets import account_escalation, queue
from support.tickets.models import Ticket
from window import addresses
from window.formats import ago

MOST_ERRORS = 99
WORDS = {
    "mine": _("Mine"),
    "unassigned": _("Nobody's"),
    "open": _("Open"),
    "chat": _("In a chat"),
    "waiting": _("Waiting"),
    "approval": _("In approval"),
    "due": _("By due"),
    "at_risk": _("At risk"),
    "breached": _("Late"),
    "resolved": _("Resolved"),
    "declined": _("Declined"),
}


def shown(request: HttpRequest) -> dict[str, object]:
    """Return the views with their counts and the page that the address asks for; an unknown view or place is the first page."""
    chosen = request.GET.get("view", "mine")
    chosen = chosen if chosen in WORDS else "mine"
    counts = queue.counts(request.user)
    views = [{"code": code, "label": words, "count": counts[code].text} for code, words in WORDS.items()]
    page, at = _page(request, chosen), timezone.now()
    listed = {
        "views": views,
        "chosen": chosen,
        "rows": _rows(page.tickets, at),
        "next_cursor": str(page.next) if page.next else "",
    }
    return listed | {"errors_found": _errors_found(request)} | talk_shown.shown(request.user, at)


def _errors_found(request: HttpRequest) -> str:
    """Count the billing errors that wait, found before anybody complained; counting stops at `MOST_ERRORS`."""
    waiting = len(_first_errors(viewer=request.user))
    return f"{MOST_ERRORS}+" if waiting > MOST_ERRORS else str(waiting)


@asked.statement
def _first_errors(viewer: User) -> QuerySet[Finding, tuple[int]]:
    waiting = Finding.objects.filter(access.within_reach(viewer, "customer"), status=Finding.Status.OPEN)
    return waiting.order_by().values_list("pk")[: MOST_ERRORS + 1]


def beside(rows: list[dict[str, Any]], ticket: Ticket) -> dict[str, str]:
    """Return the refs of the tickets before and after this one on the page of the queue."""
    refs = [row["ref"] for row in rows]
    here = refs.index(ticket.ref) if ticket.ref in refs else -1
    return {
        "before_ref": refs[here - 1] if here > 0 else "",
        "after_ref": refs[here + 1] if here + 1 < len(refs) else "",
    }


def _rows(tickets: list[Ticket], at: datetime) -> list[dict[str, object]]:
    """Return each ticket as its row shows it; what rows have in common is looked up once."""
    escalated = account_escalation.covered(ticket.customer for ticket in tickets)
    chatting = chats_shown.marks(tickets)
    statuses, address = {status.value: str(status.label) for status in Ticket.Status}, addresses.of("backoffice:ticket")
    return [
        {
            "ref": ticket.ref,
            "url": address(ticket.ref),
            "subject": ticket.subject,
            "customer": ticket.customer.name,
            "status": statuses[ticket.status],
            "unread": ticket.status == Ticket.Status.OPEN,
            "touched": ago(ticket.touched_at, at),
            "due": deadlines_shown.mark(ticket, at=at),
            "escalated": ticket.customer_id in escalated,
            "chat": chatting.get(ticket.pk),
        }
        for ticket in tickets
    ]


def _page(request: HttpRequest, view: str) -> queue.Page:
    try:
        after = queue.place_of(view, request.GET["after"]) if request.GET.get("after") else None
    except Refusal:
        after = None
    return queue.page(request.user, view, after=after)
