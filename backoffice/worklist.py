"""The queue as it is shown: its views with their counts, and one page of tickets."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.decisions import Refusal
from support.tickets import queue

WORDS = {
    "mine": _("Mine"),
    "unassigned": _("Nobody's"),
    "open": _("Open"),
    "waiting": _("Waiting"),
    "approval": _("In approval"),
    "resolved": _("Resolved"),
}


def shown(request: HttpRequest) -> dict[str, object]:
    """Return the views with their counts and the page that the address asks for; an unknown view or place is the first page."""
    chosen = request.GET.get("view", "mine")
    chosen = chosen if chosen in WORDS else "mine"
    counts = queue.counts(request.user)
    views = [{"code": code, "label": words, "count": counts[code].text} for code, words in WORDS.items()]
    page = _page(request, chosen)
    return {"views": views, "chosen": chosen, "rows": page.tickets, "next_cursor": str(page.next) if page.next else ""}


def _page(request: HttpRequest, view: str) -> queue.Page:
    try:
        after = queue.Place.parse(request.GET["after"]) if request.GET.get("after") else None
    except Refusal:
        after = None
    return queue.page(request.user, view, after=after)
