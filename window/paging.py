"""Pages of a long list, newest first: the next page starts after the last row shown, however many were added meanwhile."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

ROWS_A_PAGE = 25


@dataclass(frozen=True)
class Page:
    """The rows of one page and the cursors of its neighbours; an empty cursor means there is no such neighbour."""

    rows: list[Any]
    previous_cursor: int | str = ""
    next_cursor: int | str = ""


def page_of(request: HttpRequest, rows: QuerySet, *, newest_by: str, size: int = ROWS_A_PAGE) -> Page:
    """Return the page of `rows` that the address asks for (`?after=` or `?before=` with the key of a row), newest first."""
    after, before = _row(request, rows, "after"), _row(request, rows, "before")
    if before is not None:
        newer = rows.filter(_beyond(before, newest_by, "gt")).order_by(newest_by, "pk")
        found = list(newer[: size + 1])
        shown = found[:size][::-1]
        return Page(shown, shown[0].pk if len(found) > size else "", before.pk if not shown else shown[-1].pk)
    older = rows.filter(_beyond(after, newest_by, "lt")) if after is not None else rows
    found = list(older.order_by(f"-{newest_by}", "-pk")[: size + 1])
    shown = found[:size]
    return Page(shown, shown[0].pk if shown and after is not None else "", shown[-1].pk if len(found) > size else "")


def _row(request: HttpRequest, rows: QuerySet, parameter: str) -> Model | None:
    """Return the row a cursor names, if it is one of `rows`; a made-up cursor is the first page."""
    key = request.GET.get(parameter, "")
    return rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None


def _beyond(row: Model, newest_by: str, comparison: str) -> Q:
    value = getattr(row, newest_by)
    return Q(**{f"{newest_by}__{comparison}": value}) | Q(**{newest_by: value, f"pk__{comparison}": row.pk})
