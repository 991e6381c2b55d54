"""Roll-ups: what a customer alone, and with everything below it, owes, comes to a month and waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.customers import sizes
from accounts.customers.models import Customer
from accounts.segments import key_accounts
from accounts.segments.models import KeyAccount
from billing.ledger import balances
from billing.reports import recurring
from support.tickets import tree_counts


@dataclass(frozen=True)
class Sums:
    """What is owed and recurs each month, in minor units per currency, and how many tickets are not resolved."""

    owed: dict[str, int]
    recurring: dict[str, int]
    open_tickets: int


@dataclass(frozen=True)
class RollUp:
    """A customer by itself and with everything below it, how many customers that is, and what makes it a key account."""

    own: Sums
    subtree: Sums
    customers: int
    key_account: KeyAccount | None


def of(customers: Iterable[Customer], on: date) -> dict[int, RollUp]:
    """Return the roll-up of each customer by its key."""
    nodes = list(customers)
    owed, monthly = balances.for_nodes(nodes), recurring.for_nodes(nodes, on)
    tickets, counts = tree_counts.unresolved(nodes), sizes.of(nodes)
    key = key_accounts.of_many([node.pk for node in nodes], on)
    found = {}
    for node in nodes:
        own_tickets, all_tickets = tickets.get(node.pk, (0, 0))
        own = Sums(owed[node.pk].own, monthly[node.pk].own, own_tickets)
        subtree = Sums(owed[node.pk].subtree, monthly[node.pk].subtree, all_tickets)
        found[node.pk] = RollUp(own, subtree, counts.get(node.pk, 0), key.get(node.pk))
    return found
