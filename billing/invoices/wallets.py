"""Wallets: credit that a customer buys ahead, and what became of all the credit it holds with us.

Prepaid credit is sold on an invoice of its own, without tax: tax is charged by the invoices it pays for later. It stands as the
payer's credit with one seller in one currency, as every other credit does, and pays towards what is billed next; net, nothing
is owed twice. Amounts are minor units, credit is told above zero.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access
from accounts.people.models import User
from billing import money
from billing.catalog.models import LegalEntity
from billing.contracts.models import Contract
from billing.invoices import issuing, newline, single
from billing.invoices.models import Document
from billing.invoices.newline import NewLine
from billing.ledger import balances, locking
from billing.ledger.models import Entry, Posting
from billing.money import Money

MOST_MAJOR: Final = 100_000
MOST_MOVES: Final = 100


class NothingToPrepay(Refusal):
    """Credit is bought for a currency in which the customer has a contract."""

    code, field = "nothing_to_prepay", "currency"


class TooMuchAhead(Refusal):
    """So much is not paid ahead by one click."""

    code, field = "too_much_ahead", "amount"


class NotAboveZero(single.NotAboveZero):
    """Credit that is bought is above zero."""

    field = "amount"


@dataclass(frozen=True)
class Wallet:
    """The credit a customer holds with one seller in one currency; `open_for_more` says whether it can be bought."""

    seller: LegalEntity
    held: Money
    open_for_more: bool


def of(customer: Customer) -> list[Wallet]:
    """Return the wallets of `customer`: for each seller and currency of its contracts, and wherever it holds credit."""
    held = {(detail, currency): -total for detail, currency, total in balances.credit_by_seller(customer)}
    offered = {(contract.legal_entity.code, contract.currency): contract.legal_entity for contract in _contracts(customer)}
    missing = [code for code, _currency in held if code not in {code for code, _currency in offered}]
    sellers = {seller.code: seller for seller in [*LegalEntity.objects.filter(code__in=missing), *offered.values()]}
    keys = sorted(offered.keys() | {key for key, minor in held.items() if minor and key[0] in sellers})
    return [Wallet(sellers[key[0]], Money(held.get(key, 0), key[1]), key in offered) for key in keys]


def moves(customer: Customer) -> list[Posting]:
    """Return what moved the credit of `customer`, the newest first; `amount_minor` below zero is credit that came in."""
    found = Posting.objects.filter(customer=customer, account=Posting.Account.CUSTOMER_CREDIT).select_related("entry", "document")
    return list(found.order_by("-entry__posted_on", "-pk")[:MOST_MOVES])


def decide(actor: User, customer: Customer, on: date) -> Decision:
    """Say whether `actor` may buy credit for `customer`: whoever may pay for it, and our people who take orders.

    A customer for whom another pays has no wallet of its own.
    """
    payer = responsibilities.payer_of(customer, on)
    if payer != customer:
        return refused("another_pays", _("{payer} pays for this customer and holds its credit.").format(payer=payer.name))
    if access.decide(actor, access.FULFIL_ORDERS, customer).allowed:
        return ALLOWED
    return access.decide(actor, access.PAY, customer)


def top_up(
    *, actor: User, customer: Customer, amount: Money, on: date, at: datetime, key: UUID, seller: LegalEntity | None = None
) -> Document:
    """Sell `customer` prepaid credit: issue the invoice for it and return that; with the same `key` it is done once.

    Without a `seller` it is that of the customer's contracts in the currency, the first signed if there are several.

    Raises:
        Refusal: the actor may not buy it, or another pays for the customer.
        NotAboveZero, TooMuchAhead: the amount.
        NothingToPrepay: the customer has no contract in that currency with the seller.
    """
    decide(actor, customer, on).or_refuse()
    if amount.amount_minor <= 0:
        raise NotAboveZero(_("Prepaid credit is above zero."))
    if amount.amount_minor > MOST_MAJOR * 10 ** money.exponent(amount.currency):
        most = Money.of(str(MOST_MAJOR), amount.currency)
        raise TooMuchAhead(_("At most {most} are bought at once; ask us for more.").format(most=most))
    with transaction.atomic():
        locking.lock_payers([customer.pk])
        entry = f"wallet:{customer.pk}:{key}"
        if earlier := Entry.objects.filter(key=entry).first():
            return Document.objects.get(ref=earlier.about_ref)
        return single.issue(
            actor, customer, _seller(customer, amount.currency, seller), amount.currency, [_line(customer, amount)], on, at,
            issuing.INVOICE, key=entry,
        )  # fmt: skip


def _seller(customer: Customer, currency: str, wanted: LegalEntity | None) -> LegalEntity:
    sellers = [contract.legal_entity for contract in _contracts(customer) if contract.currency == currency]
    if not sellers or wanted and wanted not in sellers:
        raise NothingToPrepay(
            _("There is no contract in {currency} that prepaid credit could pay for.").format(currency=currency)
        )
    return wanted or sellers[0]


def _contracts(customer: Customer) -> list[Contract]:
    """Return the contracts of the customer and below it, in the order signed: credit pays for what it is invoiced."""
    found = Contract.objects.filter(customer__in=Customer.objects.below(customer)).select_related("legal_entity")
    return list(found.order_by("signed_on", "pk"))


def _line(customer: Customer, amount: Money) -> NewLine:
    return NewLine(newline.WALLET_TOPUP, customer, _("Prepaid credit"), amount.amount_minor, unit_price=amount.decimal)
