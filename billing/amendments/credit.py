"""Credit: how much a payer may owe us, orders included, before more is ordered.

The limit is policy (`orders.credit_limit`), by currency, tax included; where none is said there is none. What counts is owed net
of the credit held, as the books stand, and what was ordered and is not billed yet. Amounts in other currencies do not count.
"""

from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts import writing
from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.decisions import ALLOWED, Decision, refused
from accounts.policies import resolving
from billing.amendments import limits
from billing.amendments.models import Quote
from billing.invoices.models import Line
from billing.ledger import balances
from billing.money import Money

LIMIT: Final = "orders.credit_limit"


def decide(customer: Customer, committed: Money, on: date) -> Decision:
    """Say whether who pays for `customer` may owe `committed` more on the day `on`, and if not, what to pay first."""
    payer = responsibilities.payer_of(customer, on)
    found = resolving.resolve(payer, LIMIT, on)
    if not committed or not found.value or committed.currency not in found.value:
        return ALLOWED
    limit = Money.of(found.value[committed.currency], committed.currency)
    owed = Money(balances.owed_by(payer, committed.currency).get(committed.currency, 0), committed.currency)
    total = owed + _not_billed_yet(payer, committed.currency, on) + committed
    if total <= limit:
        return ALLOWED
    amounts = {"total": total, "limit": limit, "over": total - limit}
    told = {name: writing.of_fact(str(amount)) for name, amount in amounts.items()}
    words = _("{payer} would owe {total}; the limit agreed is {limit} ({policy}). Pay {over} first, or talk to us.").format(
        payer=payer.name, policy=found.source.ref, **told
    )
    return refused("over_credit_limit", words)


def _not_billed_yet(payer: Customer, currency: str, on: date) -> Money:
    """Return what quotes that were applied commit `payer` to and no document has billed: later starts, trials, arrears."""
    billed_since = Line.objects.filter(
        subscription=OuterRef("subscription"), document__issued_at__gt=OuterRef("quoted_at"), document__status="issued"
    )
    applied = Quote.objects.filter(
        status=Quote.Status.APPLIED, document=None, customer__tree_id=payer.tree_id, subscription__next_due_on__isnull=False
    )
    waiting = list(applied.exclude(Exists(billed_since)).select_related("customer"))
    payers = responsibilities.payers_of({quote.customer for quote in waiting}, on)
    theirs = [limits.commitment(quote.outcome) for quote in waiting if payers[quote.customer_id].pk == payer.pk]
    return Money(sum(amount.amount_minor for amount in theirs if amount.currency == currency), currency)
