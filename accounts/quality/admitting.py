"""Admitting: a customer to be, told by one of our own people, and whether we know it already.

A *prospect* stands for itself, with no contract yet. It keeps its number and its history when it signs its first contract.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.customers import details, facts, tree
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.quality import duplicates, scores
from accounts.segments import lifecycle

NEW: Final = "new"
COMPARED: Final = 50
SAME: Final = ("tax_id", "lei", "email", "phone")


@dataclass(frozen=True)
class Likeness:
    """A customer we have that may be the same, how sure, and what speaks for it."""

    customer: Customer
    score: float
    why: tuple[str, ...]


class MayNotAdmit(Refusal):
    """Only those who tend data add customers."""

    code = "may_not_admit"


class KnownAlready(Refusal):
    """Somebody like it is a customer already; whoever knows better says so."""

    code = "known_already"

    def __init__(self, alike: list[Likeness]) -> None:
        names = ", ".join(f"{one.customer.name} ({one.customer.number})" for one in alike)
        super().__init__(_("We may know this customer already: {names}.").format(names=names))
        self.alike = alike


def alike(kind: str, said: Mapping[str, str]) -> list[Likeness]:
    """Return the customers that may be the one told of, the likeliest first, whatever kind they are kept as."""
    kept = facts.clean(said)
    same = Q(*((name, kept[name]) for name in SAME if kept.get(name)), _connector=Q.OR) if any(map(kept.get, SAME)) else Q()
    found = Customer.objects.current().filter(same | Q(name__trigram_similar=kept["name"])).order_by("pk")[:COMPARED]
    rows = [{**row, "kind_id": kind} for row in found.values(*duplicates.READ)]
    row = dict.fromkeys(duplicates.COMPARED, "") | {name: kept[name] for name in duplicates.COMPARED if name in kept}
    here: dict[str, Any] = {"number": NEW, "pk": 0, "parent_id": None, "tree_id": 0, "lft": 0, "rght": 1, "kind_id": kind}
    matches = duplicates.among(duplicates.of_rows([*rows, here | row]))
    others = {(match.b if match.a == NEW else match.a): match for match in matches if NEW in {match.a, match.b}}
    known = Customer.objects.filter(number__in=others).in_bulk(field_name="number")
    return [Likeness(known[number], match.score, match.why) for number, match in others.items()]


def admit(
    *, actor: User, kind: str, name: str, at: datetime, is_new: bool = False, said: Mapping[str, str] = MappingProxyType({})
) -> Customer:
    """Add a prospect that stands for itself, with the facts `said`. `is_new`: it is none of those like it.

    Raises:
        MayNotAdmit: the actor may not.
        KnownAlready: somebody like it is a customer already.
        tree.DoesNotFitTheTree, details.FactsRefused: it cannot be added like this.
    """
    if not access.may_anywhere(actor, access.TEND_DATA):
        raise MayNotAdmit(_("You may not add customers."))
    if not is_new and (known := alike(kind, {"name": name, **said})):
        raise KnownAlready(known)
    with transaction.atomic():
        facts_of_it = details.checked({**said, "stage": Customer.Stage.PROSPECT.value})
        made = tree.add(actor=actor, parent=None, kind=kind, name=name, at=at, **facts_of_it)
        scores.refresh(Customer.objects.filter(pk=made.pk), at=at)
        lifecycle.follow([made], at=at)
    return made
