"""The frame around every page of the portal: where the visitor is, where else to go, and who they are."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import Viewing
from accounts.timeline.kinds import KINDS
from portal import places
from window.portal_menu import ASKS, PLACES


def portal_frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the portal's base page shows; nothing on pages of other windows and for visitors who are not signed in."""
    match = request.resolver_match
    if match is None or match.app_names != ["portal"] or not request.user.is_authenticated:
        return {}
    looking = getattr(request, "viewing", None)
    frame = {
        "person": {"name": str(request.user), "email": request.user.email},
        "person_menu": [] if looking else _person_menu(getattr(request, "node", None)),
        "acting_as": looking and _acting_as(looking),
        "home_url": reverse("portal:front"),
        "live_url": reverse("portal:live"),
        "every_event": " ".join(KINDS),
        "switcher_url": reverse("portal:nodes"),
        "palette_url": reverse("portal:search"),
        "search_url": reverse("portal:search"),
    }
    node = getattr(request, "node", None)
    return frame | _at(request, node, match.url_name) if node else frame


def _acting_as(looking: Viewing) -> dict[str, Any]:
    """Return what the banner says while one of our own people looks with a member's eyes."""
    return {"name": str(looking.member), "until": looking.until, "leave_url": reverse("backoffice:viewing_endings")}


def _at(request: HttpRequest, node: Customer, page: str) -> dict[str, Any]:
    return {
        "node": {"label": node.name, "kind": node.kind.words, "url": reverse("portal:home", args=[node.number])},
        "node_number": node.number,
        "why": places.standing(request, node).why,
        "path": path_to(request, node),
        "navigation": _navigation(request, node, page),
        "help_url": reverse("portal:help", args=[node.number]),
        "feedback_url": reverse("portal:feedback", args=[node.number]),
        "bell": {"url": reverse("portal:news", args=[node.number]), "count": None},
        "talk_url": "" if page == "chats" else _talk_url(request, node, page),
    }


def _talk_url(request: HttpRequest, node: Customer, page: str) -> str:
    """Return where one talks to us about what this page shows."""
    ref = request.resolver_match.kwargs.get("ref", "") if request.resolver_match else ""
    came_from = {"page": page, "ref": ref} if ref else {"page": page}
    return f"{reverse('portal:chats', args=[node.number])}?{urlencode(came_from)}"


def path_to(request: HttpRequest, node: Customer) -> list[dict[str, str]]:
    """Return the breadcrumb from the highest customer the visitor may see down to `node`."""
    above = access.customers_within_reach(request.user).above(node).values_list("name", "number")
    return [{"label": name, "url": reverse("portal:home", args=[number])} for name, number in above]


def _navigation(request: HttpRequest, node: Customer, page: str) -> list[dict[str, Any]]:
    standing = places.standing(request, node)
    return [
        {
            "label": label,
            "icon": icon,
            "url": reverse(f"portal:{target}", args=[node.number]),
            "current": page in pages,
            "key": key,
        }
        for label, icon, target, pages, key in PLACES
        if target not in ASKS or standing.may(ASKS[target]).allowed
    ]


def _person_menu(node: Customer | None) -> list[dict[str, str]]:
    notices = [{"label": _("Notices"), "url": reverse("portal:notices", args=[node.number]), "icon": "bell"}] if node else []
    return [
        *notices,
        {"label": _("Security"), "url": reverse("mfa_index"), "icon": "lock"},
        {"label": _("Change password"), "url": reverse("account_change_password"), "icon": "key"},
        {"label": _("Where I am signed in"), "url": reverse("usersessions_list"), "icon": "device"},
    ]
