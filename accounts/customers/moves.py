"""Moves: taking a customer with everything below it to another place in the tree, previewed before and undone after.

What a move changes for others is said by *effects*: each topic registers a function that tells in sentences what it
would mean there. A move keeps old debt with the old payer: documents remember theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.customers import tree
from accounts.customers.models import Customer, Move
from accounts.days import local_day
from accounts.decisions import ALLOWED, Decision, Refusal
from accounts.timeline import recording
from accounts.timeline.plain import in_plain_words

# (the customer to move, where to; None: a group of its own, the first day) -> sentences fit to show, none when nothing changes
Effect = Callable[[Customer, Customer | None, date], list[str]]
_effects: dict[str, Effect] = {}

TOP: Final = "the top"


@dataclass(frozen=True)
class MovePreview:
    """What a move would change, topic by topic in sentences, or what speaks against it."""

    customer: Customer
    from_parent: Customer | None
    to_parent: Customer | None
    nodes: int
    effects: dict[str, list[str]]
    objection: Decision


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


def preview(customer: Customer, to: Customer | None, *, on: date) -> MovePreview:
    """Say what moving `customer` under `to` (None: to the top) would change on the day `on`, and whether a rule objects."""
    customer = Customer.objects.select_related("parent").get(pk=customer.pk)
    objection = decide(customer, to)
    effects = told_effects(customer, to, on) if objection.allowed else {}
    nodes = customer.get_descendant_count() + 1
    return MovePreview(customer, customer.parent, to, nodes, effects, objection)


def decide(customer: Customer, to: Customer | None) -> Decision:
    """Say whether `customer` may be moved under `to`, as the tree is now."""
    try:
        _must_be_elsewhere(customer, to)
        tree.must_fit(customer, to)
    except Refusal as refusal:
        return Decision(False, refusal.code, refusal.reason)
    return ALLOWED


def told_effects(customer: Customer, to: Customer | None, on: date) -> dict[str, list[str]]:
    """Return what every topic says a move would mean there, the first day being `on`; silent topics are left out."""
    told = {name: effect(customer, to, on) for name, effect in _effects.items()}
    return {name: sentences for name, sentences in told.items() if sentences}


def kept_effects(customer: Customer, to: Customer | None, on: date) -> dict[str, list[str]]:
    """Return the same as it is kept and compared: in one language, whoever acts."""
    with in_plain_words():
        return told_effects(customer, to, on)


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
        raise CannotBeUndone(_("This move has already been undone.")) from problem


def _carry_out(*, actor: AbstractBaseUser, customer: Customer, to: Customer | None, at: datetime, undoes: Move | None) -> Move:
    with transaction.atomic():
        tree.lock_for_move(customer, to)
        standing = Customer.objects.select_related("parent").get(pk=customer.pk)
        _must_be_movable(standing, to, undoes)
        effects = kept_effects(standing, to, local_day(at, standing.timezone))
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
    if undoes and Move.objects.filter(undoes=undoes).exists():
        raise CannotBeUndone(_("This move has already been undone."))
    if undoes and standing.parent_id != undoes.to_parent_id:
        raise CannotBeUndone(_("{standing} has been moved on since; move it from where it stands now.").format(standing=standing))
    _must_be_elsewhere(standing, to)


def _must_be_elsewhere(standing: Customer, to: Customer | None) -> None:
    if standing.parent_id == (to.pk if to else None):
        raise AlreadyThere(standing, to)


def _facts(origin: Customer | None, to: Customer | None, undoes: Move | None) -> dict[str, object]:
    return {
        "from_name": str(origin or TOP),
        "to_name": str(to or TOP),
        "before": origin.number if origin else None,
        "after": to.number if to else None,
        "undoes": undoes.pk if undoes else None,
    }
