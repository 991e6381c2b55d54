"""The managers' dashboard: what waits for them, how it goes, what the month has taken of the budgets, and the rooms."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.people import handovers
from accounts.policies import acknowledging, log
from accounts.policies.models import Policy, PolicyBinding, PolicyException, PolicyVersion
from accounts.segments.models import Condition, KeyAccount
from backoffice.admin import rooms
from backoffice.admin.names import NAMES
from support.measures import first_contact
from support.measures.first_contact import Figures
from support.remedies.books import budgets
from support.remedies.books.budgets import Standing
from support.remedies.models import Allowance

DAYS: Final = 30
ASKED: Final = (PolicyBinding, PolicyException, Allowance, KeyAccount, Condition)
BACK_OFFICE: Final = (
    (gettext_lazy("Approvals"), "approvals"),
    (gettext_lazy("Measures"), "measures"),
    (gettext_lazy("Strategy"), "strategy"),
    (gettext_lazy("Who may do what"), "access_matrix"),
    (gettext_lazy("As a customer sees it"), "persona"),
)


def shown(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return what the first page of the administration shows, beside what it is given."""
    at = timezone.now()
    every = ((room, rooms.pages(room, request)) for room in rooms.ROOMS)
    return context | {
        "title": _("Dashboard"),
        "waiting": [row for row in waiting(at) if row["count"]],
        "tiles": [*_contact(at), *_decisions(at)],
        "budgets": [_budget(standing) for standing in budgets.in_force(at)],
        "rooms": [(room, pages) for room, pages in every if pages],
        "back_office": [(label, reverse(f"backoffice:{page}")) for label, page in BACK_OFFICE],
    }


def waiting(at: datetime) -> list[dict[str, Any]]:
    """Return what waits for managers: how much of it, and where it is dealt with."""
    asked = [_waiting(model._meta.label_lower, _open(model, at), "approved_by__isnull=True") for model in ASKED]
    return [
        _row(_("Drafts of policies to publish"), PolicyVersion.objects.filter(published_at=None), "accounts.policyversion"),
        *asked,
        _waiting("accounts.handover", handovers.waiting(), "status__exact=waiting"),
        _row(_("Policies to read again"), Policy.objects.filter(review_on__lte=at.date()), "accounts.policy"),
        {
            "title": _("People who must read a policy first"),
            "count": len(acknowledging.locked(at)),
            "url": _address("accounts.acknowledgement"),
        },
    ]


def _open(model: type[Any], at: datetime) -> QuerySet[Any]:
    return model.objects.filter(Q(until=None) | Q(until__gt=at.date()), approved_by=None)


def _waiting(label: str, rows: QuerySet[Any], query: str) -> dict[str, Any]:
    title = _("%(what)s to approve") % {"what": capfirst(NAMES[label][1])}
    return _row(title, rows, label, query)


def _row(title: str, rows: QuerySet[Any], label: str, query: str = "") -> dict[str, Any]:
    return {"title": title, "count": rows.count(), "url": _address(label, query)}


def _address(label: str, query: str = "") -> str:
    address = reverse(f"admin:{label.replace('.', '_')}_changelist")
    return f"{address}?{query}" if query else address


def _contact(at: datetime) -> list[dict[str, Any]]:
    """Return first contact resolution, never without what customers said and what came back."""
    length = timedelta(days=DAYS)
    now = first_contact.together(first_contact.figures(since=at - length, until=at, at=at))
    before = first_contact.together(first_contact.figures(since=at - 2 * length, until=at - length, at=at))
    url = reverse("backoffice:measures")
    return [
        _tile(_("Solved at first contact"), _percent(now.resolution), _before(_percent(before.resolution)), url),
        _tile(_("Satisfaction"), _marks(now), _before(_marks(before)), url),
        _tile(_("Reopened"), _percent(now.reopen_rate), _before(_percent(before.reopen_rate)), url),
    ]


def _decisions(at: datetime) -> list[dict[str, Any]]:
    counted = log.counts(at=at)
    words = _("{fired} let pass, {overridden} overridden").format(fired=counted.fired, overridden=counted.overridden)
    return [_tile(_("Stopped by policy"), str(counted.blocked), words, _address("accounts.firing"))]


def _tile(label: str, value: str, note: str, url: str) -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "url": url}


def _percent(share: int | None) -> str:
    return _("none yet") if share is None else f"{share} %"


def _marks(figures: Figures) -> str:
    return str(figures.satisfaction or _("none yet"))


def _before(value: str | Promise) -> str:
    return _("{value} in the 30 days before").format(value=value)


def _budget(standing: Standing) -> dict[str, Any]:
    whole = standing.whole.amount_minor
    return {
        "holder": str(standing.budget),
        "used": standing.used,
        "whole": standing.whole,
        "percent": min(100, standing.used.amount_minor * 100 // whole) if whole else 100,
        "tight": standing.used.amount_minor * 5 >= whole * 4,
    }
