"""Usage of one subscription as our own people see it: by day and meter, the newest day first, with who brought it in last."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.timeline.models import Activity
from backoffice import overview
from billing.contracts.models import Subscription
from billing.usage import selectors
from window.paging import Page

ROWS: Final = 50
CURSOR: Final = re.compile(r"(\d{4}-\d{2}-\d{2})~(.{1,40})")
BROUGHT_IN: Final = "billing.usage_brought_in"


@dataclass(frozen=True)
class DayShown:
    """What one meter measured on one day of the contract, how it makes one number of it, and who told it last and when."""

    day: date
    meter: str
    how: str
    used: Decimal
    measurements: int
    told_at: datetime
    told_by: str


def page(request: HttpRequest, subscription: Subscription) -> dict[str, Any]:
    """Return the page, in a constant number of statements."""
    found = _page(request, selectors.by_day(subscription))
    people = _brought_in(subscription, {row["told_at"] for row in found.rows})
    rows = [_shown(row, people) for row in found.rows]
    node = subscription.customer
    return {"node": node, "path": overview.path_to(node), "subscription": subscription, "rows": rows, "page": found}


def _shown(row: dict[str, Any], people: dict[datetime, str]) -> DayShown:
    used = Decimal(row["used"]).normalize()
    told_by = people.get(row["told_at"], _("by program"))
    how = selectors.in_words(row["how"])
    return DayShown(row["day"], row["code"], how, used, row["measurements"], row["told_at"], told_by)


def _page(request: HttpRequest, rows: QuerySet[Any, dict[str, Any]]) -> Page:
    """Return the rows after or before the day and meter that the address names; a made-up cursor is the first page."""
    after, before = _cursor(request, "after"), _cursor(request, "before")
    if before:
        newer = rows.filter(Q(day__gt=before[0]) | Q(day=before[0], meter__code__lt=before[1])).order_by("day", "-code")
        found = list(newer[: ROWS + 1])
        shown = found[:ROWS][::-1]
        return Page(shown, _of(shown[0]) if len(found) > ROWS else "", _of(shown[-1]) if shown else "")
    if after:
        rows = rows.filter(Q(day__lt=after[0]) | Q(day=after[0], meter__code__gt=after[1]))
    found = list(rows.order_by("-day", "code")[: ROWS + 1])
    shown = found[:ROWS]
    return Page(shown, _of(shown[0]) if shown and after else "", _of(shown[-1]) if len(found) > ROWS else "")


def _of(row: dict[str, Any]) -> str:
    return f"{row['day']}~{row['code']}"


def _cursor(request: HttpRequest, parameter: str) -> tuple[date, str] | None:
    if not (named := CURSOR.fullmatch(request.GET.get(parameter, "").replace("\x00", ""))):
        return None
    try:
        return date.fromisoformat(named[1]), named[2]
    except ValueError:
        return None


def _brought_in(subscription: Subscription, moments: set[datetime]) -> dict[datetime, str]:
    """Return who brought in a file at each of these moments."""
    told = Activity.objects.filter(about_kind="subscription", about_ref=subscription.ref, kind=BROUGHT_IN, at__in=moments)
    return {one.at: str(one.actor) for one in told.select_related("actor") if one.actor}
