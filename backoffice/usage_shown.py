"""Usage of one subscription as our own people see it: by day and meter, the newest day first, with who brought it in last."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.timeline.models import Activity
from backoffice import overview
from billing.contracts.models import Subscription
from billing.usage import selectors
from window.paging import Place, page_by

ROWS: Final = 50
ORDER: Final = ("-day", "code")
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
    by_day = selectors.by_day(subscription)
    found = page_by(request, by_day, order=ORDER, place_of=_place_of, read=_read, size=ROWS)
    rows = shown(subscription, found.rows)
    node = subscription.customer
    return {"node": node, "path": overview.path_to(node), "subscription": subscription, "rows": rows, "page": found}


def shown(subscription: Subscription, rows: Sequence[dict[str, Any]]) -> list[DayShown]:
    """Return rows of a day and meter as they are shown, in their order, in one statement."""
    people = _brought_in(subscription, {row["told_at"] for row in rows})
    return [_shown(row, people) for row in rows]


def _shown(row: dict[str, Any], people: dict[datetime, str]) -> DayShown:
    used = Decimal(row["used"]).normalize()
    told_by = people.get(row["told_at"], _("by program"))
    how = selectors.in_words(row["how"])
    return DayShown(row["day"], row["code"], how, used, row["measurements"], row["told_at"], told_by)


def _place_of(row: dict[str, Any]) -> Place:
    return Place(f"{row['day']}~{row['code']}", (row["day"], row["code"]))


def _read(cursor: str) -> Place | None:
    """Return the day and meter that a cursor names."""
    if not (named := CURSOR.fullmatch(cursor.replace("\x00", ""))):
        return None
    try:
        return Place(named[0], (date.fromisoformat(named[1]), named[2]))
    except ValueError:
        return None


def _brought_in(subscription: Subscription, moments: set[datetime]) -> dict[datetime, str]:
    """Return who brought in a file at each of these moments."""
    told = Activity.objects.filter(about_kind="subscription", about_ref=subscription.ref, kind=BROUGHT_IN, at__in=moments)
    return {one.at: str(one.actor) for one in told.select_related("actor") if one.actor}
