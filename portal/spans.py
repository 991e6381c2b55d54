"""Spans: the customers that the figures of a page are about.

Who of them is within reach is asked once a page. What the page counts then names them by their keys, which every statement finds
at once, unless they are too many for that.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import reading
from accounts.customers.models import Customer

MOST_BY_KEY: Final = 500  # customers


@dataclass(frozen=True)
class Span:
    """The customers a page's figures are about: one node, or the node with everything below it that the viewer may see."""

    node: Customer
    customers: QuerySet[Customer]
    whole: bool
    has_below: bool

    @property
    def words(self) -> str:
        """Say which customers a total counts."""
        return _("with everything below") if self.whole else _("this customer only")


def within(reach: QuerySet[Customer], node: Customer, *, whole: bool) -> Span:
    """Return those of `reach` that are `node` or, with `whole`, stand below it; one statement."""
    found = reach.below(node) if whole else reach.filter(pk=node.pk)
    keys = list(found.order_by().values_list("pk", flat=True)[: MOST_BY_KEY + 1])
    counted = Customer.objects.filter(reading.among("pk", keys)) if len(keys) <= MOST_BY_KEY else found
    return Span(node, counted, whole, has_below=any(key != node.pk for key in keys))
