"""Owners: who of our people owns a customer's account, its service, its billing and its data, on a given day.

An owner named at a customer owns everything below it too, until a node further down has one of its own. Where nobody was named on
the whole path, or who was named works for us no more, nobody owns it: that is reported.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.customers.models import Customer, Responsibility
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User

ROLES: Final = Responsibility.OF_PEOPLE


@dataclass(frozen=True)
class Owner:
    """Who owns what of a customer, and at which node they were named."""

    role: str
    person: User
    named_at: Customer
    named: Responsibility

    @property
    def still_here(self) -> bool:
        """Say whether they work for us."""
        return bool(access.level_of(self.person))


class OwnerRefused(Refusal):
    """Not a role our people own, not one of our people, or not the actor's to say."""

    code = "owner_refused"


def name(*, actor: User, customer: Customer, role: str, person: User, since: date, at: datetime) -> Responsibility:
    """Let `person` own `role` of `customer` and everything below it from the day `since` on. Repeating it changes nothing.

    Raises:
        OwnerRefused: the actor may not say so, the role is none, or the person does not work for us.
    """
    _must_be_allowed(actor, role)
    if not access.level_of(person):
        raise OwnerRefused(_("{person} does not work for us.").format(person=person))
    return responsibilities.set_person(actor=actor, customer=customer, person=person, role=role, since=since, at=at)


def let_inherit(*, actor: User, customer: Customer, role: str, on: date, at: datetime) -> None:
    """Let `customer` have no owner of its own in `role` from the day `on`: it inherits again. Repeatable.

    Raises:
        OwnerRefused: the actor may not say so, or the role is none.
    """
    _must_be_allowed(actor, role)
    responsibilities.end(actor=actor, customer=customer, role=role, on=on, at=at)


def of(customer: Customer, on: date) -> dict[str, Owner]:
    """Return who owns what of `customer` on the day `on`, by role; what nobody owns is left out. One statement."""
    named = _in_force(on).filter(customer__in=Customer.objects.above(customer)).order_by("customer__lft")
    found = {row.role: Owner(row.role, row.person, row.customer, row) for row in named if row.person}
    return {role: found[role] for role in ROLES if role in found and found[role].still_here}


def under(customer: Customer, to: Customer | None, on: date) -> dict[str, Owner]:
    """Return who would own what of `customer` on the day `on` if it stood under `to` (None: at the top of a group)."""
    own = {role: owner for role, owner in of(customer, on).items() if owner.named_at.pk == customer.pk}
    return (of(to, on) if to else {}) | own


def of_accounts(customers: Iterable[int], on: date) -> dict[int, User]:
    """Return by the customer's key who owns its account on the day `on`; what nobody owns is left out. Two statements."""
    rows = Customer.objects.filter(pk__in=list(customers)).annotate(account_owner=_account_owner(on))
    held = dict(rows.values_list("pk", "account_owner"))
    people = _here().in_bulk([pk for pk in held.values() if pk])
    return {pk: people[person] for pk, person in held.items() if person in people}


def accounts_of(user: User, on: date) -> QuerySet[Customer]:
    """Return the customers whose account `user` owns on the day `on`, named there or inherited from above."""
    owned: QuerySet[Customer] = Customer.objects.annotate(account_owner=_account_owner(on)).filter(account_owner=user.pk)
    return owned


def missing(on: date) -> QuerySet[Customer]:
    """Return the customers, topmost first, of which somebody should own something and nobody does on the day `on`."""
    of_root = _in_force(on).filter(customer=OuterRef("pk"))
    unowned = Q(parent=None) & ~Q(*[Exists(of_root.filter(role=role)) for role in ROLES])
    left = Exists(of_root.exclude(person__in=_here()))
    found: QuerySet[Customer] = Customer.objects.filter(unowned | Q(left), merged_into=None).select_related("kind")
    return found


def missing_roles(customers: Iterable[Customer], on: date) -> dict[int, list[str]]:
    """Return by the customer's key which roles nobody holds at these customers, in words. One statement."""
    nodes = list(customers)
    held = _in_force(on).filter(customer__in=nodes)
    rows = set(held.values_list("customer", "role"))
    here = set(held.filter(person__in=_here()).values_list("customer", "role"))
    return {
        node.pk: [
            str(Responsibility.Role(role).label)
            for role in ROLES
            if (node.pk, role) not in here and (node.parent_id is None or (node.pk, role) in rows)
        ]
        for node in nodes
    }


def told_of_move(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say in sentences whose hands a move would put a customer into."""
    before, after = of(customer, on), under(customer, to, on)
    changed = [role for role in ROLES if _key(before.get(role)) != _key(after.get(role))]
    words = _("{new} {answers} instead of {old}.")
    return [
        words.format(new=_who(after.get(role)), answers=Responsibility.Role(role).label, old=_who(before.get(role)))
        for role in changed
    ]


def _key(owner: Owner | None) -> int | None:
    return owner.person.pk if owner else None


def _who(owner: Owner | None) -> str:
    return str(owner.person) if owner else _("nobody")


def _in_force(on: date) -> QuerySet[Responsibility]:
    held = Responsibility.objects.filter(Q(until=None) | Q(until__gt=on), since__lte=on, role__in=ROLES)
    return held.select_related("person__staff_profile", "customer", "set_by")


def _account_owner(on: date) -> Subquery:
    """The key of whoever is named nearest on the path of a customer as the owner of its account."""
    above = {
        "customer__tree_id": OuterRef("tree_id"),
        "customer__lft__lte": OuterRef("lft"),
        "customer__rght__gte": OuterRef("rght"),
    }
    named = Responsibility.objects.filter(responsibilities.holding(on), role=Responsibility.Role.ACCOUNT_OWNER, **above)
    return Subquery(named.order_by("-customer__lft").values("person")[:1])


def _here() -> QuerySet[User]:
    return User.objects.filter(is_active=True, staff_profile__isnull=False)


def _must_be_allowed(actor: User, role: str) -> None:
    if access.level_of(actor) not in access.NAME_OWNERS.levels:
        raise OwnerRefused(_("Key account managers, supervisors and managers name owners."))
    if role not in ROLES:
        raise OwnerRefused(_("Our people own the account, the service, the billing and the data of a customer."))
