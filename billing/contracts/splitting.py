"""Splitting: contracts that go along when a part of a customer becomes a customer of its own, and come back.

Contract and subscriptions keep their history; what was issued stays with whom it was issued to, and what falls due from then on
is for whoever pays for the new customer. No day is billed twice: what is wanted is reckoned by subscription, minus what was
issued.
"""

from datetime import date, datetime
from typing import Final, TypedDict

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.quality.split_parts import Part, Piece
from billing.contracts.models import Contract, Subscription

MOST_NAMED: Final = 10


class Carried(TypedDict):
    """What went along."""

    contracts: list[int]
    subscriptions: list[int]


def pieces(customer: Customer) -> list[Piece]:
    """Return the contracts that `customer` signed."""
    rows = Contract.objects.filter(customer=customer).prefetch_related("subscriptions__product").order_by("ref")
    return [Piece(row.pk, f"{row.ref}: {_products(row)}") for row in rows]


def told(customer: Customer, keys: list[int], on: date) -> list[str]:
    """Say which subscriptions go along, which stay used elsewhere, and that nothing issued changes."""
    going = Subscription.objects.filter(contract__in=keys)
    with_it, elsewhere = going.filter(customer=customer).count(), going.exclude(customer=customer).count()
    refs = list(Contract.objects.filter(pk__in=keys).order_by("ref").values_list("ref", flat=True))
    said = [f"{', '.join(refs[:MOST_NAMED])} with {with_it} subscriptions run on as agreed, for the new customer."]
    if elsewhere:
        said.append(f"{elsewhere} subscriptions under them are used by other customers and stay there.")
    return [
        *said,
        "What was invoiced stays with whom it was issued to; what falls due later is for the new customer's payer.",
    ]


def carry(customer: Customer, sister: Customer, keys: list[int], actor: User | None, at: datetime) -> Carried:
    """Let the contracts, and what `customer` uses under them, be the sister's; return what went along."""
    used = Subscription.objects.filter(contract__in=keys, customer=customer).values_list("pk", flat=True)
    carried = Carried(contracts=keys, subscriptions=list(used))
    Contract.objects.filter(pk__in=keys, customer=customer).update(customer=sister)
    Subscription.objects.filter(pk__in=carried["subscriptions"]).update(customer=sister)
    return carried


def bring_back(customer: Customer, sister: Customer, carried: Carried, actor: User, at: datetime) -> None:
    """Let what went along be the customer's again, with what was ordered under it meanwhile."""
    Subscription.objects.filter(contract__in=carried["contracts"], customer=sister).update(customer=customer)
    Contract.objects.filter(pk__in=carried["contracts"], customer=sister).update(customer=customer)


def _products(contract: Contract) -> str:
    named = sorted({str(subscription.product) for subscription in contract.subscriptions.all()})
    return ", ".join(named) or "nothing runs under it"


PART: Final = Part("Contracts", pieces, told, carry, bring_back)
