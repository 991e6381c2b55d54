"""Order limits: for how much somebody may commit a customer alone, by the roles they hold there.

A role may carry a limit in its own customer's currency; one without a limit orders freely, and of several the furthest counts.
A key never reaches further than its maker does: where its maker may order no more, an administrator decides on what it orders.
"""

from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from accounts.customers.models import Customer
from accounts.people import access, second_person
from accounts.people.models import Membership, User


@dataclass(frozen=True)
class Reach:
    """How far somebody may go alone: freely, or up to so many minor units by currency, and for nothing in any other."""

    freely: bool
    most: dict[str, int]

    def up_to(self, currency: str) -> int | None:
        """Return the furthest amount in `currency` in minor units; None is without limit."""
        return None if self.freely else self.most.get(currency, 0)

    def no_further_than(self, other: Self) -> Self:
        """Return what both of them may do."""
        if self.freely or other.freely:
            return other if self.freely else self
        shared = self.most.keys() & other.most.keys()
        return type(self)(False, {currency: min(self.most[currency], other.most[currency]) for currency in shared})


def of(actor: User, customer: Customer) -> Reach:
    """Return how far `actor` may commit `customer` alone today; a program, no further than who made its key."""
    own = _held(actor.pk, customer, Q(scope=Membership.Scope.SUBTREE) | Q(customer=customer))
    return own if not actor.is_program else own.no_further_than(_of_maker(actor, customer))


def to_give(actor: User, customer: Customer, *, scope: str) -> int | None:
    """Return how far a role that `actor` gives at `customer` may go, in minor units of its currency: no further than their own.

    Our own people give without limit: they order nothing themselves.
    """
    if access.level_of(actor):
        return None
    whole = Q(scope=Membership.Scope.SUBTREE)
    own = _held(actor.pk, customer, whole if scope == Membership.Scope.SUBTREE else whole | Q(customer=customer))
    reach = own if not actor.is_program else own.no_further_than(_of_maker(actor, customer))
    return reach.up_to(customer.currency)


def _of_maker(program: User, customer: Customer) -> Reach:
    maker = second_person.behind(program)
    if maker == program.pk:
        return Reach(True, {})  # made by the system: what the role says holds
    return _held(maker, customer, Q(scope=Membership.Scope.SUBTREE) | Q(customer=customer))


def _held(login: int, customer: Customer, covers: Q) -> Reach:
    above = Customer.objects.above(customer)
    roles = Membership.objects.in_force().filter(
        covers, user=login, effect=Membership.Effect.ALLOW, customer__in=above, role__in=access.CHANGE_CONTRACT.roles
    )
    limits = list(roles.values_list("customer__currency", "order_limit_minor"))
    most: dict[str, int] = {}
    for currency, limit in limits:
        most[currency] = max(limit or 0, most.get(currency, 0))
    return Reach(any(limit is None for _, limit in limits), most)
