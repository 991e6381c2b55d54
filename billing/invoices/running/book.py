"""Book: everything that billing a chunk of payers needs to know, held and read in a handful of statements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from accounts import reading
from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from billing.catalog.models import LegalEntity, Product
from billing.contracts import histories
from billing.contracts.models import Subscription
from billing.invoices import drafting
from billing.invoices.drafting import Draft
from billing.invoices.running import due
from billing.ledger import balances, locking
from billing.rating.history import History


@dataclass(frozen=True)
class Book:
    """The due subscriptions of some payers with their histories, who pays and receives, and who has credit to use."""

    on: date
    groups: Mapping[int, Mapping[Subscription, History]]
    payers: Mapping[int, Customer]
    receivers: Mapping[int, Customer]
    with_credit: frozenset[int]

    def drafts(self) -> dict[int, Draft | Refusal]:
        """Return for each payer, by key, what is to be issued, or why nothing can be."""
        return drafting.draft_each(self.groups, payers=self.payers, up_to=self.on)


def hold(payers: Sequence[int], on: date) -> Book:
    """Lock these payers and what falls due for them by `on`; return it as it is then."""
    locking.lock_payers(payers)
    found = due.subscriptions(payers, on)
    # Contract and subscription stay as they are: a change, or usage that arrives meanwhile, waits and then asks for another look.
    held = Subscription.objects.select_for_update(of=("self", "contract"), no_key=True)
    return _open(found, held, on)


def read(payers: Sequence[int], on: date) -> Book:
    """Return the same without holding anything, for a run that only looks."""
    return _open(due.subscriptions(payers, on), Subscription.objects.all(), on)


def _open(payer_of: Mapping[int, int], subscriptions: QuerySet[Subscription], on: date) -> Book:
    if not payer_of:
        return Book(on, {}, {}, {}, frozenset())
    known = list(subscriptions.filter(reading.among("pk", payer_of)).order_by("pk").select_related("contract"))
    receivers = responsibilities.answering_keys(set(payer_of.values()), responsibilities.RECEIVER, on)
    keys = {*(subscription.customer_id for subscription in known), *payer_of.values(), *receivers.values()}
    customers = _customers(keys)
    _attach(known, customers)
    told = histories.histories_of(known)
    groups: dict[int, dict[Subscription, History]] = defaultdict(dict)
    for subscription in known:
        groups[payer_of[subscription.id]][subscription] = told[subscription.id]
    return Book(
        on=on,
        groups=dict(sorted(groups.items())),
        payers={subscription.customer_id: customers[payer_of[subscription.id]] for subscription in known},
        receivers={key: customers[receivers.get(key, key)] for key in groups},
        with_credit=frozenset(balances.with_credit(groups)),
    )


def _customers(keys: Iterable[int]) -> dict[int, Customer]:
    return {customer.id: customer for customer in Customer.objects.filter(reading.among("pk", keys)).order_by()}


def _attach(subscriptions: Sequence[Subscription], customers: Mapping[int, Customer]) -> None:
    """Give the subscriptions their customers, products and sellers, each read once."""
    products = Product.objects.in_bulk({subscription.product_id for subscription in subscriptions})
    sellers = LegalEntity.objects.in_bulk({subscription.contract.legal_entity_id for subscription in subscriptions})
    for subscription in subscriptions:
        subscription.customer = customers[subscription.customer_id]
        subscription.product = products[subscription.product_id]
        subscription.contract.legal_entity = sellers[subscription.contract.legal_entity_id]


def look_again(subscriptions: Mapping[int, date | None]) -> None:
    """Say when the next run is to look at each of these subscriptions."""
    if not subscriptions:
        return
    days = [day.isoformat() if day else None for day in subscriptions.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_subscription s SET next_due_on = next.day"
            " FROM unnest(%s::bigint[], %s::date[]) AS next(id, day) WHERE s.id = next.id",
            [list(subscriptions), days],
        )
