"""Customer moves: what a move means for contracts, open documents and what is owed, said in sentences for its preview.

Issued documents never change with a move: they keep their payer and the names that stand on them.
"""

from datetime import date
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import writing
from accounts.customers.models import Customer
from billing.contracts.models import Subscription
from billing.invoices.models import Document
from billing.ledger import balances
from billing.money import Money

MOST_NAMED: Final = 10


def contracts(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say how many subscriptions run on unchanged, and which legal entity new invoices name."""
    running = Subscription.objects.filter(customer__in=Customer.objects.below(customer)).count()
    words = ngettext("{count} subscription runs on as agreed.", "{count} subscriptions run on as agreed.", running)
    told = [words.format(count=running)] if running else []
    before, after = _entity(Customer.objects.above(customer)), _entity_under(customer, to)
    if running and before != after:
        nobody = _("no legal entity")
        told.append(_("New invoices name {after} instead of {before}.").format(after=after or nobody, before=before or nobody))
    return told


def documents(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say which open documents stay with the payer they were issued to, and what is owed."""
    open_ones = Document.objects.issued().open().for_customers(Customer.objects.below(customer)).order_by("ref")
    refs = [str(ref) for ref in open_ones.values_list("ref", flat=True)[: MOST_NAMED + 1]]
    if not refs:
        return []
    named = ", ".join(refs[:MOST_NAMED]) + (_(" and others") if len(refs) > MOST_NAMED else "")
    owed = [
        writing.of_fact(str(Money(minor, currency))) for currency, minor in balances.owed_by_subtree(customer).items() if minor
    ]
    told = [_("Open documents stay with the payer they were issued to: {named}.").format(named=named)]
    along = _("What is owed moves along in the totals of the tree: {amounts}.").format(amounts=", ".join(owed))
    return [*told, along] if owed else told


def _entity_under(customer: Customer, to: Customer | None) -> str:
    own = _entity(Customer.objects.filter(pk=customer.pk))
    return own or (_entity(Customer.objects.above(to)) if to else "")


def _entity(path: QuerySet[Customer]) -> str:
    found = path.filter(kind__carries_legal_data=True).order_by("-lft").first()
    return (found.legal_name or found.name) if found else ""
