"""Split parts: what of a customer can go along to a new sister, and how each kind of part goes and comes back.

Topics above register their own part (contracts); each says what there is, what its going means, and takes it there and back.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.customers import addresses, moves, tree
from accounts.customers.models import Address, Customer
from accounts.days import local_day
from accounts.people import access, reach_changes
from accounts.people.models import Membership, User


@dataclass(frozen=True)
class Piece:
    """One thing that can go along: its key, and what it is in words."""

    key: int
    words: str


@dataclass(frozen=True)
class Part:
    """A kind of thing that can go along.

    `pieces` says what there is at a customer; `told` what the going of some means; `carry` takes them from one to the other and
    returns what must be known to bring them back; `bring_back` does.
    """

    label: str
    pieces: Callable[[Customer], list[Piece]]
    told: Callable[[Customer, list[int], date], list[str]]
    carry: Callable[[Customer, Customer, list[int], User | None, datetime], Any]
    bring_back: Callable[[Customer, Customer, Any, User, datetime], None]


TOLD_APART: Final = frozenset({"tree", "people"})  # of what a move means, what a split says in words of its own

_parts: dict[str, Part] = {}


def register(code: str, part: Part) -> None:
    """Let splits take `part` along, under `code`."""
    _parts[code] = part


def every() -> Mapping[str, Part]:
    """Return every kind of part there is."""
    return _parts


def _children(customer: Customer) -> list[Piece]:
    rows = Customer.objects.filter(parent=customer).current().select_related("kind").order_by("lft")
    return [Piece(row.pk, f"{row.name} ({row.number}), {row.kind.label.lower()}") for row in rows]


def _children_told(customer: Customer, keys: list[int], on: date) -> list[str]:
    """Tell what moving each child means, as a move to beside the customer: the new sister has nothing of its own yet."""
    told: list[str] = []
    for child in Customer.objects.filter(pk__in=keys).order_by("lft"):
        words = _("{name} stands under the new customer, with {count} below it.")
        told.append(words.format(name=child.name, count=child.get_descendant_count()))
        effects = moves.told_effects(child, customer.parent, on)
        told.extend(reach_changes.of_split(child, on))
        told.extend(sentence for topic, sentences in effects.items() if topic not in TOLD_APART for sentence in sentences)
    return told


def _carry_children(customer: Customer, sister: Customer, keys: list[int], actor: User | None, at: datetime) -> list[int]:
    for child in Customer.objects.filter(pk__in=keys, parent=customer).order_by("lft"):
        tree.place(child, sister)
    return keys


def _children_back(customer: Customer, sister: Customer, carried: list[int], actor: User, at: datetime) -> None:
    for child in Customer.objects.filter(pk__in=carried, parent=sister).order_by("lft"):
        tree.place(child, customer)


def _members(customer: Customer) -> list[Piece]:
    """Return who stands there. Who has no access is no choice: that holds for both from then on."""
    allowed = Membership.objects.filter(customer=customer, user__is_program=False, effect=Membership.Effect.ALLOW).in_force()
    return [
        Piece(row.pk, f"{row.user.email}, {row.get_role_display().lower()} for {row.get_scope_display()}")
        for row in allowed.select_related("user").order_by("user__email", "pk")
    ]


def _members_told(customer: Customer, keys: list[int], on: date) -> list[str]:
    rows = Membership.objects.filter(pk__in=keys).select_related("user").order_by("user__email")
    words = _("{email} stands at the new customer and no longer at {name}.")
    told = [words.format(email=row.user.email, name=customer.name) for row in rows]
    administrators = Membership.objects.filter(customer=customer, role=access.ADMINISTRATOR, effect="allow").in_force()
    if administrators.exists() and not administrators.exclude(pk__in=keys).exists():
        told.append(_("Nobody administers {name} itself any more.").format(name=customer.name))
    return told


def _carry_members(customer: Customer, sister: Customer, keys: list[int], actor: User | None, at: datetime) -> list[list[int]]:
    return reach_changes.hand_over(keys, customer, sister, actor=actor, at=at)


def _members_back(customer: Customer, sister: Customer, carried: list[list[int]], actor: User, at: datetime) -> None:
    reach_changes.hand_over([new for _old, new in carried], sister, customer, actor=actor, at=at)


def _addresses(customer: Customer) -> list[Piece]:
    rows = addresses.of_customer(customer).filter(until=None)
    return [Piece(row.pk, f"{row.get_purpose_display()}: {row}") for row in rows]


def _addresses_told(customer: Customer, keys: list[int], on: date) -> list[str]:
    rows = Address.objects.filter(pk__in=keys).order_by("pk")
    words = _("The address for {purpose} {address} holds for the new customer and no longer here.")
    return [words.format(purpose=row.get_purpose_display(), address=row) for row in rows]


def _carry_addresses(customer: Customer, sister: Customer, keys: list[int], actor: User | None, at: datetime) -> list[int]:
    return [_hand_address(row, sister, actor, at) for row in Address.objects.filter(pk__in=keys, customer=customer, until=None)]


def _addresses_back(customer: Customer, sister: Customer, carried: list[int], actor: User, at: datetime) -> None:
    for row in Address.objects.filter(pk__in=carried, customer=sister, until=None):
        _hand_address(row, customer, actor, at)


def _hand_address(row: Address, to: Customer, actor: User | None, at: datetime) -> int:
    place = {name: getattr(row, name) for name in addresses.PLACE}
    day = max(local_day(at, to.timezone), row.since)
    kept = addresses.keep(
        actor=actor, customer=to, purpose=row.purpose, since=day, until=None, at=at, attention=row.attention, **place
    )
    addresses.end(actor=actor, address=row, on=day, at=at)
    return int(kept.pk)


def unknown(customer: Customer, parts: Mapping[str, Iterable[int]]) -> list[str]:
    """Return which of these parts the customer does not have, in words; none when all can go along."""
    lacking = []
    for code, keys in parts.items():
        there = {piece.key for piece in _parts[code].pieces(customer)} if code in _parts else set()
        if set(keys) - there:
            lacking.append(code)
    return lacking


register("children", Part("What stands below", _children, _children_told, _carry_children, _children_back))
register("members", Part("People", _members, _members_told, _carry_members, _members_back))
register("addresses", Part("Addresses", _addresses, _addresses_told, _carry_addresses, _addresses_back))
