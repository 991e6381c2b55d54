"""Customer merges: what a merge means for contracts, documents and what is owed, said in sentences for its preview.

Nothing of these moves: contracts and documents stay with the customer they were made for and are read with the survivor.
"""

from django.db.models import Count, Q

from accounts.customers.models import Customer
from billing.contracts.models import Contract, Subscription
from billing.invoices.models import Document
from billing.ledger import balances
from billing.money import Money


def contracts(retired: Customer, survivor: Customer) -> list[str]:
    """Say which contracts stay with the retired customer and are read with the survivor."""
    refs = list(Contract.objects.filter(customer=retired).order_by("ref").values_list("ref", flat=True))
    running = Subscription.objects.filter(customer=retired).count()
    if not refs and not running:
        return []
    told = [f"{ref} stays as it was signed and is shown with {survivor.name}." for ref in refs[:10]]
    return [*told, f"Its subscriptions ({running}) run on; {survivor.name} shows them with its own."]


def documents(retired: Customer, survivor: Customer) -> list[str]:
    """Say what becomes of issued documents and of what is owed."""
    issued = Document.objects.issued().filter(customer=retired)
    counts = issued.aggregate(all=Count("pk"), open=Count("pk", filter=Q(open_minor__gt=0)))
    if not counts["all"]:
        return []
    owed = [str(Money(minor, currency)) for currency, minor in balances.owed_by(retired).items() if minor]
    told = [
        f"Its issued documents ({counts['all']}, open: {counts['open']}) never change; {survivor.name} shows them with its own."
    ]
    return told + ([f"What it owes stays on its documents: {', '.join(owed)}."] if owed else [])
