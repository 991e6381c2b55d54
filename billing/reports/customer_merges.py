"""Customer merges: what a merge means for contracts, documents and what is owed, said in sentences for its preview.

Nothing of these moves: contracts and documents stay with the customer they were made for and are read with the survivor.
"""

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts import writing
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
    stays = _("{ref} stays as it was signed and is shown with {name}.")
    told = [stays.format(ref=ref, name=survivor.name) for ref in refs[:10]]
    run_on = _("Its subscriptions ({count}) run on; {name} shows them with its own.")
    return [*told, run_on.format(count=running, name=survivor.name)]


def documents(retired: Customer, survivor: Customer) -> list[str]:
    """Say what becomes of issued documents and of what is owed."""
    issued = Document.objects.issued().filter(customer=retired)
    counts = issued.aggregate(all=Count("pk"), open=Count("pk", filter=Q(open_minor__gt=0)))
    if not counts["all"]:
        return []
    owed = [writing.of_fact(str(Money(minor, currency))) for currency, minor in balances.owed_by(retired).items() if minor]
    words = _("Its issued documents ({all}, open: {open}) never change; {name} shows them with its own.")
    told = [words.format(**counts, name=survivor.name)]
    return told + ([_("What it owes stays on its documents: {amounts}.").format(amounts=", ".join(owed))] if owed else [])
