"""Who waits for whom when the tree changes: transaction-scoped advisory locks, taken before any node is loaded.

The tree numbering (tree_id, lft, rght) is shared by all nodes of a group, so a node read before the lock was held may
be out of date by the time it is written: lock first, load after. Two locks, always in this order:

* the *gate*. Changes within one group hold it shared and do not meet each other; work that takes nodes from one group
  to another, or touches many groups (moves between groups, imports, rebuilding), holds it alone. So while anyone holds
  the gate, no node changes its group.
* the *group's* lock, named by its tree id. New groups draw a tree id nobody has and need none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal

GATE: Final = 7_201
GROUP: Final = 7_202
LOCK_NOT_AVAILABLE: Final = "55P03"


class TreeIsBusy(Refusal):
    """Another change of the tree took longer than this one may wait."""

    code = "tree_is_busy"

    def __init__(self) -> None:
        super().__init__(_("Somebody else is changing this part of the tree. Nothing was changed; try again in a moment."))


class _LeavesTheGroup(Exception):
    """Two nodes turned out to stand in different groups."""


def group_of(customer: Customer) -> int:
    """Lock the group of `customer` for changes until the transaction ends, and return its tree id as it is now."""
    with _waiting():
        _take(GATE, 0, shared=True)
        tree_id = _tree_ids(customer)[customer.pk]
        _take(GROUP, tree_id)
    return tree_id


def whole_forest() -> None:
    """Lock every group until the transaction ends."""
    with _waiting():
        _take(GATE, 0)


def between(customer: Customer, place: Customer | None) -> None:
    """Lock what a move of `customer` to below `place` (None: to a group of its own) changes: one group, or the forest."""
    try:
        with transaction.atomic(), _waiting():
            _take(GATE, 0, shared=True)
            _lock_common_group(customer, place)
    except _LeavesTheGroup:
        whole_forest()


def _lock_common_group(customer: Customer, place: Customer | None) -> None:
    trees = set(_tree_ids(customer, place).values()) if place else set()
    if len(trees) != 1:
        # Leaving the inner transaction gives the shared gate back, so waiting for it alone cannot block ourselves.
        raise _LeavesTheGroup
    _take(GROUP, trees.pop())


def _tree_ids(*customers: Customer | None) -> dict[int, int]:
    ids = [customer.pk for customer in customers if customer]
    return dict(Customer.objects.filter(pk__in=ids).order_by().values_list("pk", "tree_id"))


def _take(space: int, key: int, *, shared: bool = False) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(%s, %s)", [space, key])


@contextmanager
def _waiting() -> Iterator[None]:
    try:
        yield
    except OperationalError as problem:
        if getattr(problem.__cause__, "pgcode", "") == LOCK_NOT_AVAILABLE:
            raise TreeIsBusy from problem
        raise
