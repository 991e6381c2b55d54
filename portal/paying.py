"""Paying, from a window or a program: the invoices chosen, who pays them, and the attempt up to the gateway's answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people.models import User
from billing.invoices.models import Document
from billing.money import Money
from billing.payments import collecting, methods, selectors
from billing.payments.gateways import sandbox
from billing.payments.gateways.base import Method, PayableBy
from billing.payments.models import Payment, PaymentMethod
from portal import places
from portal.forms.payments import PaymentForm
from window import amounts


@dataclass(frozen=True)
class Part:
    """What one payment can take of a checkout: the documents of one currency, and what is open on them."""

    total: Money
    documents: list[Document]


@dataclass(frozen=True)
class Checkout:
    """What a visitor is about to pay. Without a payer nobody can pay all of it in one go, and `reason` says why."""

    documents: list[Document]
    totals: list[Money]
    checked: dict[int, Payment]
    payer: Customer | None = None
    reason: str = ""

    @property
    def total(self) -> Money | None:
        """What one payment would take; nothing when it cannot be one payment."""
        return self.totals[0] if len(self.totals) == 1 else None

    @property
    def parts(self) -> list[Part]:
        """What can be paid one after the other when it cannot be one payment."""
        return [Part(one, [document for document in self.documents if document.currency == one.currency]) for one in self.totals]

    @property
    def kept_methods(self) -> list[PaymentMethod]:
        """What the payer may pay with today: its own methods, and those kept above it for all below."""
        return methods.usable_by(self.payer, places.today(self.payer)) if self.payer else []


def checkout(viewer: User, documents: Sequence[Document]) -> Checkout:
    """Gather what `viewer` is about to pay: what is settled is left out, what is still being checked is set apart."""
    checked = selectors.being_checked(documents)
    payable = [document for document in documents if document.open_minor and document.pk not in checked]
    totals = totals_of(payable)
    try:
        return Checkout(payable, totals, checked, collecting.payer_for(viewer, documents))
    except Refusal as refusal:
        return Checkout(payable, totals, checked, reason=refusal.reason)


def totals_of(documents: Sequence[Document]) -> list[Money]:
    """Return what is open on `documents`, one amount a currency."""
    ordered = sorted(documents, key=lambda document: document.currency)
    grouped = groupby(ordered, key=lambda document: document.currency)
    return [Money(sum(document.open_minor for document in of_one), currency) for currency, of_one in grouped]


def method_of(form: PaymentForm, *, on: date) -> PayableBy:
    """Return the kept method chosen, or what the gateway makes of the card entered.

    Raises:
        CardRefused: what was entered cannot be a card; its field says which input is at fault.
    """
    kept = form.kept_method
    return kept or sandbox.tokenise(form.cleaned_data["number"], form.cleaned_data["expiry"], on=on)


@dataclass(frozen=True)
class PartOfOne:
    """A part of one invoice that is paid, and why not all of it."""

    document: Document
    amount: Money
    reason: str


class WhichOne(Refusal):
    """A part is paid of one invoice at a time."""

    code, field = "one_invoice_at_a_time", "amount"


class NoReason(Refusal):
    """Who pays a part says why."""

    code, field = "part_without_reason", "why"


class NotAPart(Refusal):
    """A part is an amount above zero and below what is open."""

    code, field = "not_a_part", "amount"


def part_of(documents: Sequence[Document], amount: str, reason: str) -> PartOfOne | None:
    """Return the part that is to be paid; None when all of it is.

    Raises:
        WhichOne, NoReason, NotAPart: it cannot be paid in part like this.
    """
    if not amount:
        return None
    if len(documents) != 1:
        raise WhichOne(_("A part can be paid of one invoice at a time."))
    [document] = documents
    open_now = Money(document.open_minor, document.currency)
    try:
        part = amounts.read(amount, document.currency)
    except Refusal as refusal:
        raise NotAPart(refusal.reason) from refusal
    if not 0 < part.amount_minor < open_now.amount_minor:
        raise NotAPart(_("A part lies above zero and below the {amount} that are open.").format(amount=open_now))
    if not reason.strip():
        raise NoReason(_("Say why you pay a part, so that nobody asks for the rest unknowing."))
    return PartOfOne(document, part, reason.strip())


def pay(
    *,
    actor: User,
    documents: Sequence[Document],
    method: PayableBy,
    key: UUID,
    at: datetime,
    confirmed_minor: int | None = None,
    part: PartOfOne | None = None,
) -> Payment:
    """Start the payment and send it to the gateway: two steps, for the attempt is on record before the gateway hears of it.

    Raises:
        Refusal: it cannot be paid; its reason is fit to show.
    """
    payer = collecting.payer_for(actor, documents)
    started = collecting.start(
        actor=actor, payer=payer, documents=documents, method=method, key=key, at=at,
        confirmed_minor=part.amount.amount_minor if part else confirmed_minor,
        amounts={part.document.pk: part.amount.amount_minor} if part else None, part_reason=part.reason if part else "",
    )  # fmt: skip
    return collecting.carry_out(started.pk, at)


def keep(*, actor: User, payment: Payment, method: PayableBy, at: datetime) -> None:
    """Keep the card that has just paid for the payer's next payment; a card kept before stays as it is."""
    if isinstance(method, Method) and payment.status == Payment.Status.SUCCEEDED:
        methods.keep(actor=actor, customer=payment.payer, method=method, at=at, verified=True)
