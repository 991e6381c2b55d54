"""Moves: taking a customer with everything below it to another place in the tree, previewed before and undone after.

What a move changes for others is said by *effects*: each topic registers a function that tells in sentences what it
would mean there. A move keeps old debt with the old payer: documents remember theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, connection, transaction

from accounts.customers import responsibilities, tree
from accounts.customers.models import Customer, Move
from accounts.decisions import Refusal
from accounts.timeline import recording

# (the customer to move, where to; None: a group of its own) -> sentences fit to show, none when nothing changes
Effect = Callable[[Customer, Customer | None], list[str]]
_effects: dict[str, Effect] = {}

TOP: Final = "the top"
# The nodes of a subtree that have no payer named at or above them within it: they pay as the subtree's root inherits.
INHERITING: Final = """
SELECT count(*) FROM accounts_customer node JOIN accounts_customer top ON top.id = %(top)s
WHERE node.tree_id = top.tree_id AND node.lft BETWEEN top.lft AND top.rght AND NOT EXISTS (
    SELECT FROM accounts_responsibility held JOIN accounts_customer holder ON holder.id = held.customer_id
    WHERE holder.tree_id = top.tree_id AND holder.lft BETWEEN top.lft AND node.lft AND holder.rght >= node.rght
      AND held.role = 'payer' AND held.since <= %(on)s AND (held.until IS NULL OR held.until > %(on)s))
"""


@dataclass(frozen=True)
class MovePreview:
    """What a move would change. A payer of None means: each customer pays for itself."""

    customer: Customer
    from_parent: Customer | None
    to_parent: Customer | None
    nodes: int
    payer_before: Customer | None
    payer_after: Customer | None
    payers_affected: int
    effects: dict[str, list[str]]

    @property
    def crosses_groups(self) -> bool:
        """Say whether the customer leaves its group."""
        return self.to_parent is None or self.to_parent.tree_id != self.customer.tree_id


class AlreadyThere(Refusal):
    """The customer already stands where it should go."""

    code = "already_there"

    def __init__(self, customer: Customer, to: Customer | None) -> None:
        super().__init__(f"{customer} already stands under {to or TOP}.")


class CannotBeUndone(Refusal):
    """The move was undone before, or the customer has been moved on since."""

    code = "cannot_be_undone"


def register_effect(name: str, effect: Effect) -> None:
    """Let previews and records of moves say what `effect` finds, under `name`."""
    _effects[name] = effect


def preview(customer: Customer, to: Customer | None, *, on: date | None = None) -> MovePreview:
    """Say what moving `customer` under `to` (None: to the top) would change on the day `on` (today by the database)."""
    customer = Customer.objects.select_related("parent").get(pk=customer.pk)
    day = on or _today()
    before = responsibilities.named_above(customer.parent, responsibilities.PAYER, day)
    after = responsibilities.named_above(to, responsibilities.PAYER, day)
    return MovePreview(
        customer=customer,
        from_parent=customer.parent,
        to_parent=to,
        nodes=customer.get_descendant_count() + 1,
        payer_before=before,
        payer_after=after,
        payers_affected=0 if before == after else _inheriting(customer, day),
        effects=_told_effects(customer, to),
    )


def move(*, actor: AbstractBaseUser, customer: Customer, to: Customer | None, at: datetime) -> Move:
    """Move `customer` with everything below it under `to` (None: to the top, as a group of its own).

    Raises:
        AlreadyThere: it stands there already.
        tree.DoesNotFitTheTree: it may not stand there.
    """
    return _carry_out(actor=actor, customer=customer, to=to, at=at, undoes=None)


def undo(*, actor: AbstractBaseUser, move: Move, at: datetime) -> Move:
    """Move the customer back to where `move` took it from, and return the move that did so.

    Raises:
        CannotBeUndone: it was undone before, or the customer has been moved on since.
        tree.DoesNotFitTheTree: it may no longer stand there.
    """
    try:
        return _carry_out(actor=actor, customer=move.customer, to=move.from_parent, at=at, undoes=move)
    except IntegrityError as problem:
        raise CannotBeUndone("This move has already been undone.") from problem


def _carry_out(*, actor: AbstractBaseUser, customer: Customer, to: Customer | None, at: datetime, undoes: Move | None) -> Move:
    with transaction.atomic():
        tree.lock_for_move(customer, to)
        standing = Customer.objects.select_related("parent").get(pk=customer.pk)
        _must_be_movable(standing, to, undoes)
        effects = _told_effects(standing, to)
        moved = tree.place(standing, to)
        done = Move.objects.create(
            customer=moved,
            from_parent=standing.parent,
            to_parent=to,
            moved_at=at,
            moved_by_id=actor.pk,
            effects=effects,
            undoes=undoes,
        )
        recording.record(moved, "accounts.customer_moved", actor=actor, at=at, facts=_facts(standing.parent, to, undoes))
    return done


def _must_be_movable(standing: Customer, to: Customer | None, undoes: Move | None) -> None:
    to_id = to.pk if to else None
    if undoes and Move.objects.filter(undoes=undoes).exists():
        raise CannotBeUndone("This move has already been undone.")
    if undoes and standing.parent_id != undoes.to_parent_id:
        raise CannotBeUndone(f"{standing} has been moved on since; move it from where it stands now.")
    if standing.parent_id == to_id:
        raise AlreadyThere(standing, to)


def _facts(origin: Customer | None, to: Customer | None, undoes: Move | None) -> dict[str, object]:
    return {
        "from_name": str(origin or TOP),
        "to_name": str(to or TOP),
        "before": origin.number if origin else None,
        "after": to.number if to else None,
        "undoes": undoes.pk if undoes else None,
    }


def _told_effects(customer: Customer, to: Customer | None) -> dict[str, list[str]]:
    told = {name: effect(customer, to) for name, effect in _effects.items()}
    return {name: sentences for name, sentences in told.items() if sentences}


def _inheriting(customer: Customer, on: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(INHERITING, {"top": customer.pk, "on": on})
        return int(cursor.fetchone()[0])


def _today() -> date:
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'UTC')::date")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]
