"""Customer moves: what a move means for contracts, open documents and what is owed, said in sentences for its preview.

Issued documents never change with a move: they keep their payer and the names that stand on them.
"""

from datetime import date
from typing import Final

from django.db.models import QuerySet

from accounts.customers.models import Customer
from billing.contracts.models import Subscription
from billing.invoices.models import Document
from billing.ledger import balances
from billing.money import Money

MOST_NAMED: Final = 10


def contracts(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say how many subscriptions run on unchanged, and which legal entity new invoices name."""
    running = Subscription.objects.filter(customer__in=Customer.objects.below(customer)).count()
    told = [f"{running} subscription{' runs' if running == 1 else 's run'} on as agreed."] if running else []
    before, after = _entity(Customer.objects.above(customer)), _entity_under(customer, to)
    if running and before != after:
        told.append(f"New invoices name {after or 'no legal entity'} instead of {before or 'no legal entity'}.")
    return told


def documents(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say which open documents stay with the payer they were issued to, and what is owed."""
    open_ones = Document.objects.issued().open().for_customers(Customer.objects.below(customer)).order_by("ref")
    refs = [str(ref) for ref in open_ones.values_list("ref", flat=True)[: MOST_NAMED + 1]]
    if not refs:
        return []
    named = ", ".join(refs[:MOST_NAMED]) + (" and others" if len(refs) > MOST_NAMED else "")
    owed = [str(Money(minor, currency)) for currency, minor in balances.owed_by_subtree(customer).items() if minor]
    told = [f"Open documents stay with the payer they were issued to: {named}."]
    return told + ([f"What is owed moves along in the totals of the tree: {', '.join(owed)}."] if owed else [])


def _entity_under(customer: Customer, to: Customer | None) -> str:
    own = _entity(Customer.objects.filter(pk=customer.pk))
    return own or (_entity(Customer.objects.above(to)) if to else "")


def _entity(path: QuerySet[Customer]) -> str:
    found = path.filter(kind__carries_legal_data=True).order_by("-lft").first()
    return (found.legal_name or found.name) if found else ""
