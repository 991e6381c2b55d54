"""Wallets: credit that a customer buys ahead, and what became of all the credit it holds with us.

Prepaid credit is sold on an invoice of its own, without tax: tax is charged by the invoices it pays for later. It stands as the
payer's credit with one seller in one currency, as every other credit does, and pays towards what is billed next; net, nothing
is owed twice. Amounts are minor units, credit is told above zero.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts import writing
from accounts.customers import responsibilities
from accounts.customers.models import Customer
from accounts.decisions import ALLOWED, Decision, Refusal, refused
from accounts.people import access, second_person
from accounts.people.models import User
from accounts.policies import resolving
from accounts.timeline.models import Activity
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
ALONE: Final = "wallet.agent_alone_limit"
TOGETHER: Final = timedelta(days=1)  # what an agent sells a customer within it counts together
KEY: Final = "wallet:"  # how the entry of credit that was bought begins


class NothingToPrepay(Refusal):
    """Credit is bought for a currency in which the customer has a contract."""

    code, field = "nothing_to_prepay", "currency"


class TooMuchAhead(Refusal):
    """So much is not paid ahead by one click."""

    code, field = "too_much_ahead", "amount"


class KeyReused(Refusal):
    """Another amount was sold under this key; whoever meant that asks afresh."""

    code = "key_reused"


class OverOwnLimit(Refusal):
    """An agent sells so much only with a second person's yes: credit_orders.py keeps what they ask for."""

    code = "over_wallet_limit"


class NotAboveZero(single.NotAboveZero):
    """Credit that is bought is above zero."""

    field = "amount"


@dataclass(frozen=True)
class Wallet:
    """The credit a customer holds with one seller in one currency; `open_for_more` says whether it can be bought."""

    seller: LegalEntity
    held: Money
    open_for_more: bool


@dataclass(frozen=True)
class Held:
    """Credit above zero that a customer holds with one seller in one currency."""

    customer: Customer
    seller_code: str
    amount: Money


@dataclass(frozen=True)
class Moved:
    """What came in and went out of the credit with one seller in one currency; both told above zero."""

    seller_code: str
    bought: Money
    otherwise: Money
    used: Money


def of(customer: Customer, on: date) -> list[Wallet]:
    """Return the wallets of `customer` on the day `on`, one for each seller and currency.

    There is one where it pays for a contract, its own or another's, and wherever it holds credit.
    """
    held = {(detail, currency): -total for detail, currency, total in balances.credit_by_seller(customer)}
    paid_for = _contracts(customer, on)
    offered = {(contract.legal_entity.code, contract.currency): contract.legal_entity for contract in paid_for}
    missing = [code for code, _currency in held if code not in {code for code, _currency in offered}]
    sellers = {seller.code: seller for seller in [*LegalEntity.objects.filter(code__in=missing), *offered.values()]}
    keys = sorted(offered.keys() | {key for key, minor in held.items() if minor and key[0] in sellers})
    return [Wallet(sellers[key[0]], Money(held.get(key, 0), key[1]), key in offered) for key in keys]


def held_within(customers: QuerySet[Customer]) -> list[Held]:
    """Return who of `customers` holds credit, by seller and currency, the most first; two statements."""
    credits = Posting.objects.filter(customer__in=customers, account=Posting.Account.CUSTOMER_CREDIT).order_by()
    sums = credits.values_list("customer", "detail", "currency").annotate(total=Sum("amount_minor")).filter(total__lt=0)
    rows = list(sums.order_by("total", "customer", "detail", "currency"))
    holders = Customer.objects.in_bulk({customer for customer, *_rest in rows})
    return [Held(holders[customer], detail, Money(-int(total), currency)) for customer, detail, currency, total in rows]


def moves(customer: Customer) -> list[Posting]:
    """Return what moved the credit of `customer`, the newest first; `amount_minor` below zero is credit that came in."""
    found = Posting.objects.filter(customer=customer, account=Posting.Account.CUSTOMER_CREDIT).select_related("entry", "document")
    return list(found.order_by("-entry__posted_on", "-pk")[:MOST_MOVES])


def moved(customer: Customer) -> list[Moved]:
    """Return for each seller and currency what was bought ahead, what came in otherwise, and what was used, in all time."""
    found = Posting.objects.filter(customer=customer, account=Posting.Account.CUSTOMER_CREDIT).order_by()
    came, went = Q(amount_minor__lt=0), Q(amount_minor__gt=0)
    bought = came & Q(entry__key__startswith=KEY)
    sums = found.values("detail", "currency").annotate(
        bought=Sum("amount_minor", filter=bought, default=0), came=Sum("amount_minor", filter=came, default=0),
        went=Sum("amount_minor", filter=went, default=0),
    )  # fmt: skip
    return [
        Moved(
            row["detail"], Money(-row["bought"], row["currency"]), Money(row["bought"] - row["came"], row["currency"]),
            Money(row["went"], row["currency"]),
        )
        for row in sums.order_by("detail", "currency")
    ]  # fmt: skip


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
        OverOwnLimit: the actor may not sell so much of it alone.
        NotAboveZero, TooMuchAhead: the amount.
        NothingToPrepay: the customer has no contract in that currency with the seller.
        KeyReused: another amount was sold under the key.
    """
    decide(actor, customer, on).or_refuse()
    if amount.amount_minor <= 0:
        raise NotAboveZero(_("Prepaid credit is above zero."))
    if amount.amount_minor > MOST_MAJOR * 10 ** money.exponent(amount.currency):
        most = Money.of(str(MOST_MAJOR), amount.currency)
        raise TooMuchAhead(_("At most {most} are bought at once; ask us for more.").format(**writing.told(most=most)))
    with transaction.atomic():
        locking.lock_payers([customer.pk])
        entry = f"{KEY}{customer.pk}:{key}"
        if earlier := Entry.objects.filter(key=entry).first():
            sold = Document.objects.get(ref=earlier.about_ref)
            if Money(sold.subtotal_minor, sold.currency) != amount:
                raise KeyReused(_("This key was used for another amount."))
            return sold
        seller = seller_for(customer, amount.currency, seller, on)
        if not (own := within_own_limit(actor, customer, amount, on, at)).allowed:
            raise OverOwnLimit(own.reason, key=own.key, source=own.source)
        line = _line(customer, amount)
        return single.issue(actor, customer, seller, amount.currency, [line], on, at, issuing.INVOICE, key=entry)


def within_own_limit(actor: User, customer: Customer, amount: Money, on: date, at: datetime) -> Decision:
    """Say whether `actor` may sell `amount` alone: an agent up to what policy says, with what they sold the customer lately.

    Asked while the payer is locked, so two sales at once never share the same rest.
    """
    if access.level_of(actor) != access.AGENT:
        return ALLOWED
    said = resolving.resolve(customer, ALONE, on)
    most = Money.of((said.value or {}).get(amount.currency, "0"), amount.currency)
    before = _sold_lately(actor, customer, amount.currency, at)
    if before + amount <= most:
        return ALLOWED
    reason = _("An agent sells one customer {most} of credit in 24 hours; with this it is {asked}. A supervisor sells more.")
    words = reason.format(**writing.told(most=most, asked=before + amount))
    return refused(OverOwnLimit.code, words, approver=access.SUPERVISOR, key=ALONE, source=said.source.ref)


def _sold_lately(actor: User, customer: Customer, currency: str, at: datetime) -> Money:
    lately = Document.objects.filter(customer=customer, currency=currency, issued_on__gte=(at - TOGETHER).date() - TOGETHER)
    sold = dict(lately.filter(lines__kind=newline.WALLET_TOPUP).values_list("ref", "subtotal_minor"))
    told = Activity.objects.filter(about_kind="document", about_ref__in=sold, kind="billing.invoice_issued", at__gt=at - TOGETHER)
    theirs = told.filter(actor__in=second_person.logins_of(actor)).values_list("about_ref", flat=True)
    return Money(sum(sold[ref] for ref in set(theirs)), currency)


def seller_for(customer: Customer, currency: str, wanted: LegalEntity | None, on: date) -> LegalEntity:
    """Return with whom `customer` buys credit in `currency`: who is wanted, or that of its contracts, the first signed first.

    Raises:
        NothingToPrepay: the customer has no contract in that currency with the seller.
    """
    sellers = [contract.legal_entity for contract in _contracts(customer, on) if contract.currency == currency]
    if not sellers or wanted and wanted not in sellers:
        raise NothingToPrepay(
            _("There is no contract in {currency} that prepaid credit could pay for.").format(currency=currency)
        )
    return wanted or sellers[0]


def _contracts(customer: Customer, on: date) -> list[Contract]:
    """Return the contracts under which `customer` pays on the day `on`, in the order signed: its credit pays for these."""
    near = _may_be_paid_by(customer, on)
    asked = set(near.filter(contracts__isnull=False).values_list("pk", flat=True))
    asked |= set(near.filter(subscriptions__isnull=False).values_list("pk", flat=True))
    payers = responsibilities.answering_keys(asked, responsibilities.PAYER, on)
    paid_for = [node for node in asked if payers.get(node, node) == customer.pk]
    under = Q(customer__in=paid_for) | Q(subscriptions__customer__in=paid_for)
    found = Contract.objects.filter(Exists(Contract.objects.filter(under, pk=OuterRef("pk")))).select_related("legal_entity")
    return list(found.order_by("signed_on", "pk"))


def _may_be_paid_by(customer: Customer, on: date) -> QuerySet[Customer]:
    """Return the customer, and everything below those for whom it was named payer."""
    near: QuerySet[Customer] = Customer.objects.filter(pk=customer.pk)
    for named in responsibilities.answered_for(customer, on):
        if named.role == responsibilities.PAYER:
            near |= Customer.objects.below(named.customer)
    return near


def _line(customer: Customer, amount: Money) -> NewLine:
    return NewLine(newline.WALLET_TOPUP, customer, _("Prepaid credit"), amount.amount_minor, unit_price=amount.decimal)
