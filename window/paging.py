"""Pages of a long list: the next page starts after the last row shown, however many were added meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

ROWS_A_PAGE = 25


@dataclass(frozen=True)
class Page:
    """The rows of one page and the cursors of its neighbours; an empty cursor means there is no such neighbour."""

    rows: list[Any]
    previous_cursor: int | str = ""
    next_cursor: int | str = ""


@dataclass(frozen=True)
class Place:
    """Where a row stands in a list: the cursor that says so in an address, and the columns by which the list is in order."""

    cursor: int | str
    columns: tuple[Any, ...]


def page_of(request: HttpRequest, rows: QuerySet, *, newest_by: str, size: int = ROWS_A_PAGE) -> Page:
    """Return the page of `rows` that the address asks for (`?after=` or `?before=` with the key of a row), newest first."""

    def place_of(row: Any) -> Place:
        return Place(row.pk, (getattr(row, newest_by), row.pk))

    def read(key: str) -> Place | None:
        row = rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
        return place_of(row) if row else None

    return page_by(request, rows, order=(f"-{newest_by}", "-pk"), place_of=place_of, read=read, size=size)


def page_by(
    request: HttpRequest,
    rows: QuerySet[Any, Any],
    *,
    order: Sequence[str],
    place_of: Callable[[Any], Place],
    read: Callable[[str], Place | None],
    size: int = ROWS_A_PAGE,
) -> Page:
    """Return the page of `rows` that the address asks for (`?after=` or `?before=`), by columns that together tell all apart.

    `order` names them, with a minus those that go down; `read` makes a place of a cursor, None of a made-up one: the first page.
    """
    after, before = read(request.GET.get("after", "")), read(request.GET.get("before", ""))
    if before is not None:
        back = [_turned(column) for column in order]
        found = list(rows.filter(_beyond(before, back)).order_by(*back)[: size + 1])
        shown = found[:size][::-1]
        first = place_of(shown[0]).cursor if len(found) > size else ""
        return Page(shown, first, place_of(shown[-1]).cursor if shown else before.cursor)
    further = rows.filter(_beyond(after, order)) if after is not None else rows
    found = list(further.order_by(*order)[: size + 1])
    shown = found[:size]
    first = place_of(shown[0]).cursor if shown and after is not None else ""
    return Page(shown, first, place_of(shown[-1]).cursor if len(found) > size else "")


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _beyond(place: Place, order: Sequence[str]) -> Q:
    """Return the condition that a row comes after a place: the first column that differs decides."""
    found, same = Q(), Q()
    for column, value in zip(order, place.columns, strict=True):
        name, comparison = column.removeprefix("-"), "lt" if column.startswith("-") else "gt"
        found |= same & Q(**{f"{name}__{comparison}": value})
        same &= Q(**{name: value})
    return found
