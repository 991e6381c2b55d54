"""The tree as staff see it: found by name, opened where one asks, with the sums of each customer alone or with all below."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from backoffice import roll_ups, tree_nodes

AT_ONCE: Final = 100
MOST_FOUND: Final = 50
OWN: Final = "node"


def columns() -> list[str]:
    """Return the headings of the figures beside each customer."""
    return [_("Owed"), _("Each month"), _("Open tickets"), _("Customers")]


def nodes(customers: Iterable[Customer], *, on: date, span: str, viewer: User) -> list[dict[str, Any]]:
    """Return customers as nodes of the tree, with their sums: their own where `span` says so, otherwise with all below."""
    rows = list(customers)
    sums = roll_ups.of(rows, on)
    tends = access.level_of(viewer) in access.TEND_DATA.levels
    return [_node(row, sums[row.pk], span, tends=tends) for row in rows]


def branch(node: Customer, reach: QuerySet[Customer], *, after: int) -> tuple[list[Customer], int]:
    """Return some of the customers right below `node` by name from the `after`-th on, and where the next begin (0: none)."""
    rows = reach.current().filter(parent=node).select_related("kind").order_by("name", "pk")
    found = list(rows[after : after + AT_ONCE + 1])
    return found[:AT_ONCE], after + AT_ONCE if len(found) > AT_ONCE else 0


def found(words: str, reach: QuerySet[Customer]) -> list[Customer]:
    """Return the customers with these words in their name, or this number, topmost first."""
    rows = reach.current()
    rows = rows.filter(number__iexact=words) | rows.filter(name__icontains=words)
    return list(rows.select_related("kind", "parent").order_by("level", "name", "pk")[:MOST_FOUND])


def _node(row: Customer, sums: roll_ups.RollUp, span: str, *, tends: bool) -> dict[str, Any]:
    below = reverse("backoffice:tree_branch", args=[row.number]) + (f"?{urlencode({'span': span})}" if span == OWN else "")
    return {
        "label": row.name,
        "kind": row.kind.label,
        "number": row.number,
        "url": reverse("backoffice:customer", args=[row.number]),
        "figures": _figures(sums.own if span == OWN else sums.subtree, sums.customers),
        "mark": _("key account") if sums.key_account else "",
        "move_url": reverse("backoffice:customer_moves", args=[row.number]) if tends else "",
        "children_url": below if sums.customers > 1 else "",
    }


def _figures(sums: roll_ups.Sums, customers: int) -> list[dict[str, object]]:
    owed, monthly = tree_nodes.amounts(sums.owed), tree_nodes.amounts(sums.recurring)
    texts = (owed, monthly, str(sums.open_tickets or ""), str(customers))
    nothing = (_("nothing owed"), _("nothing recurring"), _("no open tickets"), "")
    return [
        {"label": label, "text": text or none, "quiet": not text}
        for label, text, none in zip(columns(), texts, nothing, strict=True)
    ]
