"""Nodes of the customer tree as the tree component shows them, with what each owes; a constant number of statements."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.segments import key_accounts
from billing.ledger import balances
from window.formats import amount


def of(customers: Iterable[Customer]) -> list[dict[str, object]]:
    """Return the nodes, each with what it and everything below it owes."""
    nodes = list(customers)
    owed = balances.for_nodes(nodes)
    key = key_accounts.of_many([node.pk for node in nodes], timezone.now().date())
    return [_node(node, owed[node.pk].subtree) | {"note": _("key account") if node.pk in key else ""} for node in nodes]


def below(node: Customer) -> list[dict[str, object]]:
    """Return the nodes right below `node`, by name."""
    return of(Customer.objects.current().filter(parent=node).select_related("kind").order_by("name"))


def amounts(owed: dict[str, int]) -> str:
    """Write what is owed in each currency, or nothing when nothing is."""
    return " · ".join(amount(minor, currency) for currency, minor in owed.items() if minor)


def _node(node: Customer, owed: dict[str, int]) -> dict[str, object]:
    return {
        "label": node.name,
        "kind": node.kind.label,
        "number": node.number,
        "tier": node.get_tier_display(),
        "url": reverse("backoffice:customer", args=[node.number]),
        "amount": amounts(owed),
        "children_url": "" if node.is_leaf_node() else reverse("backoffice:below", args=[node.number]),
    }
