"""Reach changes: who gains and who loses sight of a customer when it is moved."""

from accounts.customers.models import Customer
from accounts.people.models import Membership


def of_move(customer: Customer, to: Customer | None) -> list[str]:
    """Say in sentences who would gain and who would lose sight of `customer` if it stood under `to`.

    Memberships at the customer itself and below it move along and are not named; of the people above, those with a
    role for a whole subtree count, and who sees it both before and after is not named either.
    """
    before = _emails_above(customer.parent) if customer.parent_id else set()
    after = _emails_above(to) if to else set()
    gaining = [f"{email} gains sight of {customer.name}." for email in sorted(after - before)]
    return gaining + [f"{email} loses sight of {customer.name}." for email in sorted(before - after)]


def _emails_above(parent: Customer) -> set[str]:
    path = Customer.objects.above(parent)
    held = Membership.objects.filter(customer__in=path, scope=Membership.Scope.SUBTREE).in_force()
    denied = held.filter(effect=Membership.Effect.DENY).values("user_id")
    seeing = held.filter(effect=Membership.Effect.ALLOW, user__is_active=True).exclude(user_id__in=denied)
    return set(seeing.values_list("user__email", flat=True))
