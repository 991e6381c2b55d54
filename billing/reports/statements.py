"""Statement of account: what a payer owed on the first day, what moved it since, and what is owed after the last day.

Read from the ledger alone, so it ties to it by construction: receivable net of the credit the payer holds, in minor units of one
currency, above zero when the payer owes us. Moves that change neither (credit used for an invoice) are not on it. Days are those
on which the books carry the entry; a period is half-open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from accounts.customers.models import Customer
from billing.catalog.models import LegalEntity
from billing.invoices.models import Document
from billing.ledger.models import Posting
from billing.periods import Period

OWED = (Posting.Account.RECEIVABLE, Posting.Account.CUSTOMER_CREDIT)


@dataclass(frozen=True)
class Move:
    """One entry: on which day, what it was (the ledger's word), about what, what it added to the debt, and the balance then."""

    on: date
    what: str
    ref: str
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True)
class Statement:
    """The account of one payer in one currency over a period."""

    customer: Customer
    currency: str
    period: Period
    opening_minor: int
    moves: Sequence[Move]

    @property
    def charged_minor(self) -> int:
        """What was added to the debt."""
        return sum(move.amount_minor for move in self.moves if move.amount_minor > 0)

    @property
    def reduced_minor(self) -> int:
        """What was taken off the debt, at or below zero."""
        return sum(move.amount_minor for move in self.moves if move.amount_minor < 0)

    @property
    def closing_minor(self) -> int:
        """What is owed after the last day of the period."""
        return self.opening_minor + self.charged_minor + self.reduced_minor


def statement(customer: Customer, currency: str, period: Period) -> Statement:
    """Return the account of `customer` (with those merged into it) in `currency` over `period`, in two statements."""
    postings = _postings(customer).filter(currency=currency)
    before = postings.filter(entry__posted_on__lt=period.since).aggregate(total=Sum("amount_minor"))["total"]
    opening = int(before or 0)
    return Statement(customer, currency, period, opening, _moves(postings, period, opening))


def currencies_of(customer: Customer) -> list[str]:
    """Return the currencies in which the customer has an account; at least its own."""
    used = set(_postings(customer).order_by().values_list("currency", flat=True).distinct())
    return sorted(used or {customer.currency})


def seller_of(customer: Customer) -> LegalEntity | None:
    """Return who states the account: the seller of the customer's latest document, else the first seller there is."""
    latest = Document.objects.issued().filter(customer__in=customer.as_one()).select_related("legal_entity")
    document = latest.order_by("-issued_on", "-pk").first()
    return document.legal_entity if document else LegalEntity.objects.order_by("pk").first()


def _postings(customer: Customer) -> QuerySet[Posting]:
    return Posting.objects.filter(customer__in=customer.as_one(), account__in=OWED)


def _moves(postings: QuerySet[Posting], period: Period, opening: int) -> list[Move]:
    within = postings.filter(entry__posted_on__gte=period.since, entry__posted_on__lt=period.until)
    columns = ("entry__posted_on", "entry_id", "entry__what", "entry__about_ref")
    entries = within.values_list(*columns).annotate(total=Sum("amount_minor")).order_by("entry__posted_on", "entry_id")
    moves, balance = [], opening
    for on, _, what, ref, amount in entries:
        balance += amount
        if amount:
            moves.append(Move(on, what, ref, amount, balance))
    return moves
