"""The frame around every page of the back office: where to go, what waits there, who the viewer is and how far they may go."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.people import access
from accounts.quality.models import Candidate
from backoffice import limits
from billing.payments.bank.models import BankLine
from support.remedies import approvals, finance_feed

BANK_PAGES = {"bank", "bank_line", "bank_statements", "direct_debits", "dunning"}
DATA_PAGES = {"data", "data_rules", "customer_details", "duplicates", "duplicate", "merge"}
# label, the page it opens, the pages during which it is the current one, its keys, the action it needs, what is counted beside it
PLACES = (
    (gettext_lazy("Queue"), "queue", {"queue", "ticket", "grants", "replies"}, "g q", access.WORK_TICKETS, ""),
    (gettext_lazy("Promises"), "promises", {"promises"}, "g m", access.WORK_TICKETS, ""),
    (gettext_lazy("Service levels"), "service_levels", {"service_levels"}, "g s", access.WORK_TICKETS, ""),
    (gettext_lazy("Approvals"), "approvals", {"approvals"}, "g p", access.DECIDE_APPROVALS, "approvals"),
    (gettext_lazy("Finance inbox"), "inbox", {"inbox", "entry"}, "g f", access.SEE_BOOKS, "inbox"),
    (gettext_lazy("Bank"), "bank", BANK_PAGES, "g b", access.SEE_BOOKS, "bank"),
    (gettext_lazy("Findings"), "desk", {"desk"}, "g d", access.SEE_BACKOFFICE, ""),
    (gettext_lazy("Data"), "data", DATA_PAGES, "g a", access.SEE_BACKOFFICE, "duplicates"),
    (gettext_lazy("Knowledge"), "knowledge", {"knowledge", "article", "version"}, "g k", access.EDIT_KNOWLEDGE, ""),
    (gettext_lazy("Customers"), "customers", {"customers", "customer", "document"}, "g c", access.SEE_BACKOFFICE, ""),
)


def staff_frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the back office's base page shows; nothing on pages of other windows and for visitors who are not signed in."""
    match = request.resolver_match
    if match is None or match.app_names != ["backoffice"] or not request.user.is_authenticated:
        return {}
    level = access.level_of(request.user)
    counts = _counts(request, level)
    return {
        "home_url": reverse("backoffice:front"),
        "navigation": [_place(place, match.url_name, counts) for place in PLACES if level in place[4].levels],
        "person": {
            "name": str(request.user),
            "email": request.user.email,
            "role": _level_words(level),
            "authority": limits.in_words(request.user, on=timezone.now().date()),
        },
        "person_menu": _person_menu(request),
        "live_url": reverse("backoffice:live"),
        "search_url": reverse("backoffice:search"),
        "palette_url": reverse("backoffice:search_options"),
    }


def _place(place: tuple, current: str, counts: dict[str, Any]) -> dict[str, Any]:
    label, page, pages, key, _action, counted = place
    return {
        "label": label,
        "url": reverse(f"backoffice:{page}"),
        "current": current in pages,
        "key": key,
        "count": counts.get(counted),
    }


def _counts(request: HttpRequest, level: str) -> dict[str, Any]:
    counts = {}
    if level in access.DECIDE_APPROVALS.levels:
        counts["approvals"] = approvals.waiting_for(request.user).count()
    if level in access.SEE_BOOKS.levels:
        counts["bank"] = BankLine.objects.waiting().order_by()[:1000].count()
        counts["inbox"] = finance_feed.visible_to(request.user).filter(status=finance_feed.NEW).count()
    counts["duplicates"] = Candidate.objects.open().order_by()[:1000].count()
    return counts


def _level_words(level: str) -> str:
    return {
        access.AGENT: _("Agent"),
        access.SUPERVISOR: _("Supervisor"),
        access.FINANCE: _("Finance"),
        access.KEY_ACCOUNT: _("Key account manager"),
        access.MANAGER: _("Manager"),
    }.get(level, "")


def _person_menu(request: HttpRequest) -> list[dict[str, str]]:
    menu = [
        {"label": _("What may I do?"), "url": reverse("backoffice:authority"), "icon": "approve"},
        {"label": _("Security"), "url": reverse("mfa_index"), "icon": "lock"},
        {"label": _("Where I am signed in"), "url": reverse("usersessions_list"), "icon": "device"},
    ]
    return (
        [*menu, {"label": _("Administration"), "url": reverse("admin:index"), "icon": "settings"}]
        if request.user.is_staff
        else menu
    )
