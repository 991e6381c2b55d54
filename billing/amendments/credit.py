"""Credit: how much a payer may owe us, orders included, before more is ordered.

The limit is policy (`orders.credit_limit`), by currency, tax included; where none is said there is none. What is owed counts net
of the credit held, as the books stand. Amounts in another currency than the order's do not count.
"""

from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.decisions import ALLOWED, Decision, refused
from accounts.policies import resolving
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
    if owed + committed <= limit:
        return ALLOWED
    words = _("{payer} would owe {total}; the limit agreed is {limit} ({policy}). Pay {over} first, or talk to us.").format(
        payer=payer.name, total=owed + committed, limit=limit, policy=found.source.ref, over=owed + committed - limit
    )
    return refused("over_credit_limit", words)
