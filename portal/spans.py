"""Spans: the customers that the figures of a page are about.

Who of them is within reach is asked once a page. What the page counts then names them by their keys, which every statement finds
at once, unless they are too many for that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Generic, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import reading
from accounts.customers.models import Customer
from accounts.people import access, asked
from accounts.people.access import Action
from accounts.people.asked import Asked
from accounts.people.models import User
from accounts.ready import Fact, Statement

Row = TypeVar("Row")
MOST_BY_KEY: Final = 500  # customers


@dataclass(frozen=True)
class Span:
    """The customers a page's figures are about: one node, or the node with everything below it that the viewer may see.

    Their keys are there unless they are too many.
    """

    node: Customer
    customers: QuerySet[Customer]
    whole: bool
    has_below: bool
    keys: list[int] | None = None

    @property
    def words(self) -> str:
        """Say which customers a total counts."""
        return _("with everything below") if self.whole else _("this customer only")


def within(viewer: User, action: Action, node: Customer, *, whole: bool) -> Span:
    """Return `node` or, with `whole`, also what stands below it, as far as `viewer` may take `action` there; one statement."""
    keys = _keys(action, whole=whole, most=MOST_BY_KEY + 1)(viewer=viewer, node=node)
    has_below = any(key != node.pk for key in keys)
    if len(keys) > MOST_BY_KEY:
        return Span(node, _within(viewer, action, node, whole=whole), whole, has_below)
    return Span(node, _by_key(keys), whole, has_below, keys)


@cache
def _keys(action: Action, *, whole: bool, most: int) -> Asked[int]:
    def write(viewer: User, node: Customer) -> QuerySet[Customer, int]:
        found = _within(viewer, action, node, whole=whole)
        return found.order_by().values_list("pk", flat=True)[:most]

    return asked.statement(write)


def _within(viewer: User, action: Action, node: Customer, *, whole: bool) -> QuerySet[Customer]:
    reach = access.customers_within_reach(viewer, action)
    return reach.below(node) if whole else reach.filter(pk=node.pk)


class AboutSpan(Generic[Row]):
    """A statement about the customers of a span, written once for those known by key; call it with the span and its facts."""

    def __init__(self, write: Callable[..., QuerySet[Any, Row]]) -> None:
        self._write, self._by_key = write, Statement(write, {"customers": _by_key})
        self.__doc__ = write.__doc__

    def __call__(self, span: Span, **facts: Any) -> list[Row]:
        """Return the rows, read anew each time."""
        if span.keys is None:
            return list(self._write(customers=span.customers, **facts))
        return self._by_key(customers=span.keys, **facts)


def statement(write: Callable[..., QuerySet[Any, Row]]) -> AboutSpan[Row]:
    """Have the queryset that `write` returns written once; its arguments are the customers it is about, and facts."""
    return AboutSpan(write)


def _by_key(keys: list[int] | Fact) -> QuerySet[Customer]:
    return Customer.objects.filter(reading.among("pk", keys))
