"""The frame around every page of the back office: where to go, what waits there, who the viewer is and how far they may go."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people import access
from accounts.quality.models import Candidate
from backoffice import limits, navigation
from billing.invoices import credit_orders
from billing.payments.bank.models import BankLine
from support.remedies import approvals, finance_feed


def staff_frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the back office's base page shows; nothing on pages of other windows and for visitors who are not signed in."""
    match = request.resolver_match
    if match is None or match.app_names != ["backoffice"] or not request.user.is_authenticated:
        return {}
    level = access.level_of(request.user)
    counts = _counts(request, level)
    return {
        "home_url": reverse("backoffice:front"),
        "navigation": navigation.shown(level, match.url_name or "", counts),
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


def _counts(request: HttpRequest, level: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    if level in access.DECIDE_APPROVALS.levels:
        counts["approvals"] = _decisions(request)
    if level in access.SEE_BOOKS.levels:
        counts["bank"] = BankLine.objects.waiting().order_by()[:1000].count()
        counts["inbox"] = finance_feed.visible_to(request.user).filter(status=finance_feed.NEW).count()
    counts["duplicates"] = Candidate.objects.open().order_by()[:1000].count()
    return counts


def _decisions(request: HttpRequest) -> int:
    remedies = approvals.waiting_for(request.user, at=timezone.now()).count()
    return remedies + credit_orders.waiting_for(request.user).count()


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
        {"label": _("Notices"), "url": reverse("backoffice:notices"), "icon": "bell"},
        {"label": _("Security"), "url": reverse("mfa_index"), "icon": "lock"},
        {"label": _("Where I am signed in"), "url": reverse("usersessions_list"), "icon": "device"},
    ]
    return (
        [*menu, {"label": _("Administration"), "url": reverse("admin:index"), "icon": "settings"}]
        if request.user.is_staff
        else menu
    )
