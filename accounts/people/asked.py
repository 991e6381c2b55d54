"""Asked: ready statements about what a viewer may see (accounts/ready.py), written once for all people of customers.

    @asked.statement
    def _document(viewer: User, ref: str) -> QuerySet[Document]:
        return selectors.visible_to(viewer).filter(ref=ref)

    found = _document(viewer=request.user, ref=ref)

The reach of every member has the same words, with a place for whose it is. Our own people, and who is looked at through their
eyes, reach otherwise: for them the statement is written each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from accounts.people import access
from accounts.people.models import User
from accounts.ready import Fact, Statement

Row = TypeVar("Row")


@dataclass(frozen=True)
class _Member:
    """Any person of a customer: what their reach looks at, and the place of their key."""

    pk: Fact
    is_authenticated: bool = True
    is_active: bool = True
    seen_below: None = None
    staff_profile: None = None


class Asked(Generic[Row]):
    """A statement about what a viewer may see; call it with the viewer and its facts by name."""

    def __init__(self, write: Callable[..., QuerySet[Any, Row]]) -> None:
        self._write, self._of_members = write, Statement(write, {"viewer": _Member})
        self.__doc__ = write.__doc__

    def __call__(self, *, viewer: User, **facts: Any) -> list[Row]:
        """Return the rows, read anew each time."""
        if _is_member(viewer):
            return self._of_members(viewer=viewer, **facts)
        return list(self._write(viewer=viewer, **facts))


def statement(write: Callable[..., QuerySet[Any, Row]]) -> Asked[Row]:
    """Have the queryset that `write` returns written once for all members; its arguments are the viewer and facts."""
    return Asked(write)


def _is_member(viewer: User) -> bool:
    return viewer.is_authenticated and viewer.is_active and not viewer.seen_below and not access.level_of(viewer)
