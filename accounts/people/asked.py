"""Asked: ready statements about what a viewer may see (accounts/ready.py), written once for all people of customers,
and once for our own people of each level.

    @asked.statement
    def _document(viewer: User, ref: str) -> QuerySet[Document]:
        return selectors.visible_to(viewer).filter(ref=ref)

    found = _document(viewer=request.user, ref=ref)

The reach of every member has the same words, with a place for whose it is; how far our own people reach is a matter of their
level. So the statement looks at the viewer's key and level only. For whom we look through the eyes of, it is written each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from accounts.people import access
from accounts.people.models import StaffProfile, User
from accounts.ready import Fact, Statement

Row = TypeVar("Row")


@dataclass(frozen=True)
class _Anybody:
    """Any person of a customer, or any of our own people of one level: what their reach looks at, and the place of their key."""

    pk: Fact
    staff_profile: StaffProfile | None
    is_authenticated: bool = True
    is_active: bool = True
    seen_below: None = None


class Asked(Generic[Row]):
    """A statement about what a viewer may see; call it with the viewer and its facts by name."""

    def __init__(self, write: Callable[..., QuerySet[Any, Row]]) -> None:
        self._write, self._of_level = write, cache(partial(_of_level, write))
        self.__doc__ = write.__doc__

    def __call__(self, *, viewer: User, **facts: Any) -> list[Row]:
        """Return the rows, read anew each time."""
        if not viewer.is_authenticated or not viewer.is_active or viewer.seen_below:
            return list(self._write(viewer=viewer, **facts))
        return self._of_level(access.level_of(viewer))(viewer=viewer, **facts)


def statement(write: Callable[..., QuerySet[Any, Row]]) -> Asked[Row]:
    """Have the queryset that `write` returns written once a level; its arguments are the viewer and facts."""
    return Asked(write)


def _of_level(write: Callable[..., QuerySet[Any, Row]], level: str) -> Statement[Row]:
    profile = StaffProfile(level=level) if level else None
    return Statement(write, {"viewer": partial(_Anybody, staff_profile=profile)})
