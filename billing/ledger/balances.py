"""Who owes what: balances per customer and per subtree, each one indexed statement.

Amounts are minor units per currency, above zero when the customer owes us, below when we owe the customer. What is *owed* is
receivable net of customer credit; *credit* is told as an amount above zero.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import QuerySet, Sum

from accounts import prepared, reading
from accounts.customers.models import Customer
from billing.ledger.models import Posting

Amounts = dict[str, int]

_OWED = [Posting.Account.RECEIVABLE, Posting.Account.CUSTOMER_CREDIT]


@dataclass(frozen=True)
class NodeBalance:
    """What a node of the tree owes itself and together with everything below it, per currency."""

    own: Amounts = field(default_factory=dict)
    subtree: Amounts = field(default_factory=dict)


def owed_by(customer: Customer, currency: str | None = None) -> Amounts:
    """Return what `customer` itself owes net of its credit, per currency (only `currency` if given)."""
    postings = Posting.objects.filter(customer=customer, account__in=_OWED)
    return _per_currency(postings.filter(currency=currency) if currency else postings)


def owed_by_subtree(customer: Customer) -> Amounts:
    """Return what `customer` and all below it owe net of credit, per currency."""
    return _per_currency(_within(Customer.objects.below(customer)).filter(account__in=_OWED))


def receivable_of(customer: Customer) -> Amounts:
    """Return what is open on the customer's documents, before credit, per currency."""
    return _per_currency(Posting.objects.filter(customer=customer, account=Posting.Account.RECEIVABLE))


def credit_of(customer: Customer) -> Amounts:
    """Return the credit the customer holds with us, per currency, as amounts above zero."""
    held = _per_currency(Posting.objects.filter(customer=customer, account=Posting.Account.CUSTOMER_CREDIT))
    return {currency: -amount for currency, amount in held.items()}


def credit_with(customer: Customer, *, seller_code: str, currency: str) -> int:
    """Return the credit the customer holds with one seller in one currency."""
    held = Posting.objects.filter(
        customer=customer, account=Posting.Account.CUSTOMER_CREDIT, currency=currency, detail=seller_code
    ).aggregate(total=Sum("amount_minor"))
    return -int(held["total"] or 0)


def credit_by_seller(customer: Customer) -> list[tuple[str, str, int]]:
    """Return for each seller's code and currency what the customer's credit account stands at; below zero is credit held."""
    held = Posting.objects.filter(customer=customer, account=Posting.Account.CUSTOMER_CREDIT).order_by()
    return [
        (detail, currency, int(total))
        for detail, currency, total in held.values_list("detail", "currency").annotate(Sum("amount_minor"))
    ]


def with_credit(customers: Iterable[int]) -> set[int]:
    """Return the keys of those customers that hold credit with any seller, asked in one statement."""
    credits = Posting.objects.filter(reading.among("customer_id", customers), account=Posting.Account.CUSTOMER_CREDIT).order_by()
    held = credits.values("customer", "currency", "detail").annotate(total=Sum("amount_minor")).filter(total__lt=0)
    return set(held.values_list("customer", flat=True))


def owed_by_all(customers: QuerySet[Customer]) -> Amounts:
    """Return what `customers` together owe net of credit, per currency."""
    return _per_currency(_within(customers).filter(account__in=_OWED))


def for_nodes(customers: Iterable[Customer], *, within: QuerySet[Customer] | None = None) -> dict[int, NodeBalance]:
    """Return the balances of many nodes, own and subtree, in one statement; nodes that owe nothing have empty amounts.

    With `within` only those customers count, such as the reach of whoever looks.
    """
    found: dict[int, NodeBalance] = defaultdict(NodeBalance)
    ids = [customer.pk for customer in customers]
    counted, parameters = within.order_by().values("pk").query.sql_with_params() if within is not None else ("", ())
    sql = _NODES.format(within=f"AND c.id IN ({counted})" if counted else "")
    given = [ids, [str(account) for account in _OWED], *parameters]
    for node, currency, subtree, own in prepared.fetch(connection, f"{__name__}.for_nodes", sql, given):
        found[node].subtree[currency] = subtree
        if own is not None:
            found[node].own[currency] = own
    return {node: found[node] for node in ids}


_NODES = """
WITH nodes AS (SELECT id, tree_id, lft, rght FROM accounts_customer WHERE id = ANY(%s)),
own AS (
    SELECT c.id, c.tree_id, c.lft, p.currency, sum(p.amount_minor) AS amount
    FROM accounts_customer c
    JOIN billing_posting p ON p.customer_id = c.id AND p.account = ANY(%s)
    WHERE EXISTS (SELECT 1 FROM nodes n WHERE n.tree_id = c.tree_id AND c.lft BETWEEN n.lft AND n.rght)
    {within}
    GROUP BY c.id, p.currency
)
SELECT n.id, own.currency, sum(own.amount)::bigint, (sum(own.amount) FILTER (WHERE own.id = n.id))::bigint
FROM nodes n
JOIN own ON own.tree_id = n.tree_id AND own.lft BETWEEN n.lft AND n.rght
GROUP BY n.id, own.currency
"""


def _within(customers: QuerySet[Customer]) -> QuerySet[Posting]:
    return Posting.objects.filter(customer__in=customers)


def _per_currency(postings: QuerySet[Posting]) -> Amounts:
    sums = postings.values_list("currency").annotate(total=Sum("amount_minor")).order_by("currency")
    return {currency: int(total) for currency, total in sums}
