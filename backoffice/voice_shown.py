"""The voice of the customer as it is shown: praise stands beside concerns, and is counted like them."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.people import access
from accounts.people.models import User
from support.desk import praised as praised_matters
from support.desk.praised import Praised
from support.voice import feedback
from support.voice.models import Feedback, Praise

SPAN = timedelta(days=30)
SHOWN = 50


def shown(viewer: User, kind: str, *, at: datetime) -> dict[str, Any]:
    """Return the latest of a kind (an odd one: of all kinds) and the counts of the last 30 days."""
    kind = kind if kind in Feedback.Kind.values else ""
    told = feedback.visible_to(viewer).filter(**({"kind": kind} if kind else {}))
    rows = [_of_feedback(one) for one in told[:SHOWN]]
    if kind in ("", Feedback.Kind.PRAISE):
        rows += [_of_praise(one) for one in _praise(viewer)]
    numbers = feedback.counts(viewer, since=at - SPAN)
    tiles = [{"kind": value, "label": label, "value": numbers[value]} for value, label in Feedback.Kind.choices]
    praised = [{"one": one, "trend": _trend(one)} for one in praised_matters.most(viewer, span=SPAN, at=at)]
    latest = sorted(rows, key=lambda row: row["at"], reverse=True)[:SHOWN]
    return {"kind": kind, "tiles": tiles, "praised": praised, "rows": latest}


def _trend(one: Praised) -> str:
    """Say how often more or less than in the days before."""
    more = one.now - one.before
    if not more:
        return _("as often as before")
    return (_("%(n)s more") if more > 0 else _("%(n)s less")) % {"n": abs(more)}


def _praise(viewer: User) -> list[Praise]:
    reach = access.customers_within_reach(viewer, access.WORK_TICKETS)
    within = Praise.objects.filter(customer__in=reach).select_related("customer", "given_by", "ticket", "to")
    return list(within.order_by("-given_at", "-pk")[:SHOWN])


def _of_feedback(one: Feedback) -> dict[str, Any]:
    tone = {"praise": "good", "concern": "warning", "idea": "info"}[one.kind]
    return {
        "kind": one.get_kind_display(), "tone": tone, "words": one.words, "who": one.person, "customer": one.customer,
        "ticket": one.ticket, "to": _("the team"), "at": one.given_at,
    }  # fmt: skip


def _of_praise(one: Praise) -> dict[str, Any]:
    return {
        "kind": Feedback.Kind.PRAISE.label, "tone": "good", "words": one.words, "who": one.given_by, "customer": one.customer,
        "ticket": one.ticket, "to": one.to or _("the team"), "at": one.given_at,
    }  # fmt: skip
