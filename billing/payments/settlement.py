"""Settlement: what a payment that succeeded pays for, and how it is booked.

Each share settles its invoice up to what is open at that moment; the receivable of that invoice's own customer goes down,
whoever paid. What was written off of it meanwhile is paid after all, and no longer a loss. What an invoice no longer takes (it
was credited or paid meanwhile) becomes credit of the payer with that invoice's seller: no cent of a payment is left without a
place. Amounts are minor units of the payment's currency.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import BigIntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.days import local_day
from accounts.timeline import recording
from billing.invoices import recovering, settling
from billing.invoices.models import Document
from billing.ledger import locking, posting
from billing.ledger.models import Posting
from billing.ledger.posting import PostingLine
from billing.money import Money
from billing.payments.models import Payment, Refund

TAKEN_BACK: Final = ("charge_back", "charge_back_reversed", "payment_undone")


@dataclass(frozen=True)
class Part:
    """One share of a payment as it turned out: what its invoice took, what it pays of a write-off, and what is left of it."""

    document: Document
    settled_minor: int
    recovered_minor: int
    kept_minor: int

    @property
    def paid_minor(self) -> int:
        """What it pays for."""
        return self.settled_minor + self.recovered_minor


def lock_for(payment: Payment) -> None:
    """Take the locks of everybody whose money `payment` moves; they come before the payment's own row lock."""
    owing = payment.shares.values_list("document__customer_id", flat=True)
    locking.lock_payers([payment.payer_id, *owing])


def charged_back(payment: Payment) -> int:
    """Return how much of `payment` its bank holds again, net of charge-backs decided for us."""
    moved = Posting.objects.filter(account=Posting.Account.CLEARING, entry__about_ref=payment.ref, entry__what__in=TAKEN_BACK)
    return -int(moved.aggregate(total=Sum("amount_minor"))["total"] or 0)


def taken_back() -> Coalesce:
    """Say of each payment of a query what `charged_back` says of one, in the same statement."""
    moved = Posting.objects.filter(account=Posting.Account.CLEARING, entry__about_ref=OuterRef("ref"), entry__what__in=TAKEN_BACK)
    net = moved.order_by().values("entry__about_ref").annotate(net=-Sum("amount_minor")).values("net")
    return Coalesce(Subquery(net), 0, output_field=BigIntegerField())


def left_at_origin(payment: Payment) -> int:
    """Return how much of `payment` neither a refund nor its bank has given back to where it came from."""
    given = payment.refunds.filter(to=Refund.To.ORIGIN).exclude(status=Refund.Status.DECLINED)
    return payment.amount_minor - sum(given.values_list("amount_minor", flat=True)) - charged_back(payment)


def sellers(payment: Payment) -> list[str]:
    """Return the sellers that hold credit out of this payment: those it booked to, in the order booked."""
    booked = Posting.objects.filter(entry__key=f"payment:{payment.ref}").order_by("pk")
    codes = booked.values_list("detail", "document__legal_entity__code", "account")
    return list(dict.fromkeys(seller or detail for detail, seller, account in codes if account != Posting.Account.CLEARING))


def settle_payment(payment: Payment, at: datetime, *, keeper: str = "", told_as: str = "billing.payment_succeeded") -> list[Part]:
    """Apply `payment` to its invoices, book it and record it. The caller owns the transaction, and the locks.

    `keeper` is the seller with whom the payer holds what is meant for no invoice; `told_as` the kind of activity it is where
    it was paid.
    """
    shares = {share.document_id: share.amount_minor for share in payment.shares.all()}
    held = Document.objects.select_for_update(of=("self",)).select_related("customer", "legal_entity").filter(pk__in=shares)
    parts = [_part(document, shares[document.pk]) for document in held.order_by("pk")]
    _book(payment, parts, at, keeper)
    for part in parts:
        if part.settled_minor:
            settling.settle(document=part.document, amount_minor=part.settled_minor, payment=payment, at=at)
        recovering.pay(payment, part.document, part.recovered_minor, at)
    _tell(payment, parts, at, told_as)
    return parts


def _part(document: Document, share_minor: int) -> Part:
    settled_minor = min(share_minor, document.open_minor)
    left = share_minor - settled_minor
    recovered_minor = min(left, recovering.lost_of(document)) if left else 0
    return Part(document, settled_minor, recovered_minor, left - recovered_minor)


def _book(payment: Payment, parts: list[Part], at: datetime, keeper: str) -> None:
    currency = payment.currency
    sides = [PostingLine(posting.CLEARING, payment.amount_minor, currency, detail=payment.gateway)]
    kept: Counter[str] = Counter({keeper: payment.amount_minor - sum(part.paid_minor + part.kept_minor for part in parts)})
    for part in parts:
        sides.append(PostingLine(posting.RECEIVABLE, -part.settled_minor, currency, part.document.customer, part.document))
        sides.append(PostingLine(posting.WRITE_OFF, -part.recovered_minor, currency, part.document.customer, part.document))
        kept[part.document.legal_entity.code] += part.kept_minor
    for seller, kept_minor in sorted(kept.items()):
        sides.append(PostingLine(posting.CUSTOMER_CREDIT, -kept_minor, currency, payment.payer, detail=seller))
    on = local_day(at, payment.payer.timezone)
    posting.post(what="payment", about_ref=payment.ref, key=f"payment:{payment.ref}", postings=sides, on=on, at=at)


def _tell(payment: Payment, parts: list[Part], at: datetime, told_as: str) -> None:
    """Record the success where it was paid, and at every other customer for whose invoices it paid."""
    facts = facts_of(payment, {part.document: part.paid_minor for part in parts})
    if kept_minor := sum(part.kept_minor for part in parts):
        facts["kept_as_credit"] = str(Money(kept_minor, payment.currency))
    recording.record(payment.payer, told_as, actor=payment.paid_by, at=at, about=payment, facts=facts)
    for customer in {part.document.customer for part in parts if part.document.customer_id != payment.payer_id}:
        theirs = {part.document: part.paid_minor for part in parts if part.document.customer == customer}
        facts = facts_of(payment, theirs) | {"amount": str(Money(sum(theirs.values()), payment.currency))}
        recording.record(customer, "billing.payment_succeeded", actor=payment.paid_by, at=at, about=payment, facts=facts)


def facts_of(payment: Payment, shares: Mapping[Document, int] | None = None) -> dict[str, Any]:
    """Return what an activity tells of `payment`: its amount, its method and, where given, the invoices it is for."""
    facts = {"amount": str(Money(payment.amount_minor, payment.currency)), "method": payment.method_label}
    if shares:
        facts["documents"] = ", ".join(sorted(str(document) for document in shares))
    return facts
