"""Prepaid credit as our own people see it: who holds some; what one bought and used, what moved it, an order for more."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import User
from backoffice import overview, places
from billing.catalog.models import LegalEntity
from billing.invoices import credit_orders, wallets
from billing.invoices.models import CreditOrder, Document
from billing.invoices.wallets import Moved, Wallet
from billing.ledger.models import Posting
from billing.money import Money
from window import credit_words

MOST_ROWS: Final = 200
MOST_ORDERS: Final = 20


@dataclass(frozen=True)
class WalletShown:
    """The credit with one seller in one currency: what is held, and what came in and went out in all time."""

    wallet: Wallet
    moved: Moved


@dataclass(frozen=True)
class MoveShown:
    """What moved the credit; `amount` above zero is credit that came in."""

    posting: Posting
    words: Promise
    amount: Money
    document: Document | None


def page(viewer: User, node: Customer) -> dict[str, Any]:
    """Return the page of a customer's prepaid credit, without its form."""
    today = places.today(node)
    payer = responsibilities.payer_of(node, today)
    return {
        "node": node,
        "path": overview.path_to(node),
        "wallets": _wallets(node),
        "moves": [_move(posting) for posting in wallets.moves(node)],
        "may_sell": wallets.decide(viewer, node, today),
        "orders": [(order, _may_withdraw(viewer, order)) for order in credit_orders.of_customer(node)[:MOST_ORDERS]],
        "payer": None if payer == node else payer,
    }


def everybodys(viewer: User) -> dict[str, Any]:
    """Return the page of all who hold credit: what is held by currency, and by whom, the most first."""
    found = wallets.held_within(access.customers_within_reach(viewer, access.SEE_BOOKS))
    names = dict(LegalEntity.objects.values_list("code", "name"))
    totals: Counter[str] = Counter()
    for one in found:
        totals[one.amount.currency] += one.amount.amount_minor
    return {
        "totals": [Money(minor, currency) for currency, minor in sorted(totals.items())],
        "rows": [(one, names.get(one.seller_code, one.seller_code)) for one in found[:MOST_ROWS]],
        "count": len(found),
        "left_out": max(0, len(found) - MOST_ROWS),
    }


def sheet(viewer: User) -> Iterator[list[Any]]:
    """Yield a heading and a row for everybody who holds credit, amounts in major units."""
    yield ["customer", "name", "seller", "currency", "held"]
    for one in wallets.held_within(access.customers_within_reach(viewer, access.SEE_BOOKS)):
        yield [one.customer.number, one.customer.name, one.seller_code, one.amount.currency, one.amount.number]


def _may_withdraw(viewer: User, order: CreditOrder) -> bool:
    return order.status == CreditOrder.Status.WAITING and order.asked_by_id == viewer.pk


def _wallets(node: Customer) -> list[WalletShown]:
    moved = {(one.seller_code, one.used.currency): one for one in wallets.moved(node)}
    shown = []
    for wallet in wallets.of(node, places.today(node)):
        key = (wallet.seller.code, wallet.held.currency)
        none = Money(0, wallet.held.currency)
        shown.append(WalletShown(wallet, moved.get(key, Moved(wallet.seller.code, none, none, none))))
    return shown


def _move(posting: Posting) -> MoveShown:
    amount = Money(-posting.amount_minor, posting.currency)
    return MoveShown(posting, credit_words.words(posting.entry.what), amount, posting.document)
