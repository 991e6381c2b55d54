"""Reopening: where money that a bank took back is owed again, and where it stands once it comes back.

What a payment paid for is owed again, newest first. What stood on no invoice is taken out of the payer's credit with the same
sellers; what of that credit was used since is owed again on the invoices that used it. Money that comes back settles what is
owed again; an invoice paid otherwise meanwhile leaves it as credit, one written off meanwhile is no longer a loss. Amounts are
minor units. The caller owns the transaction and the locks, and posts the gateway's side.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing.invoices import recovering, settling
from billing.invoices.models import Document, Settlement
from billing.ledger import balances, posting
from billing.ledger.models import Posting
from billing.ledger.posting import PostingLine
from billing.payments import settlement
from billing.payments.models import Payment

MOVED_BY_BANKS: Final = ("charge_back", "charge_back_reversed")


class BeyondPayment(Refusal):
    """More would be taken back than is left of the payment, or than its payer has paid with it."""

    code = "beyond_payment"


@dataclass
class Moved:
    """What was owed again or settled again, and the sides of the entry that stand for it."""

    settlements: list[Settlement] = field(default_factory=list)
    sides: list[PostingLine] = field(default_factory=list)


def take(payment: Payment, amount_minor: int, *, left_minor: int, at: datetime) -> Moved:
    """Take `amount_minor` of a payment, of which the gateway holds `left_minor`, out of where it stands.

    Raises:
        BeyondPayment: its payer has paid too little with it that could be owed again.
    """
    free = min(amount_minor, max(0, left_minor - _settled_by(payment)))
    moved = Moved(sides=credit_taken(payment, free))
    rest = free - sum(side.amount_minor for side in moved.sides)
    if amount_minor > free:
        taken, sides = reopen_latest(payment, amount_minor - free, at)
        moved.settlements += taken
        moved.sides += sides
    if rest and (left := rest - _reopen(_paid_with_credit_or_by_others(payment), rest, moved, at)):
        raise BeyondPayment(
            _("{left} minor units of {payment} were used for what cannot be owed again.").format(left=left, payment=payment)
        )
    return moved


def give(payment: Payment, amount_minor: int, at: datetime) -> Moved:
    """Place `amount_minor` that came back: on what is owed again because it was taken, then as the credit it was."""
    moved, left = Moved(), amount_minor
    for document, taken in _owed_again(payment):
        part = min(left, taken)
        stand_again(payment, document, part, moved, at)
        left -= part
    for seller, taken in _credit_gone(payment):
        part = min(left, taken)
        moved.sides.append(PostingLine(posting.CUSTOMER_CREDIT, -part, payment.currency, payment.payer, detail=seller))
        left -= part
    return moved


def stand_again(payment: Payment, document: Document, amount_minor: int, moved: Moved, at: datetime) -> None:
    """Settle what is open of a document, take back what of it was written off, and keep the rest as credit of the payer."""
    document.refresh_from_db(fields=["open_minor"])
    part = min(amount_minor, document.open_minor)
    if part:
        moved.settlements.append(settling.settle(document=document, amount_minor=part, payment=payment, at=at))
        moved.sides.append(PostingLine(posting.RECEIVABLE, -part, payment.currency, document.customer, document))
    recovered = min(amount_minor - part, recovering.lost_of(document))
    moved.settlements += recovering.pay(payment, document, recovered, at)
    moved.sides.append(PostingLine(posting.WRITE_OFF, -recovered, payment.currency, document.customer, document))
    rest, seller = amount_minor - part - recovered, document.legal_entity.code
    moved.sides.append(PostingLine(posting.CUSTOMER_CREDIT, -rest, payment.currency, payment.payer, detail=seller))


def reopen_latest(payment: Payment, amount_minor: int, at: datetime) -> tuple[list[Settlement], list[PostingLine]]:
    """Have what `payment` settled last owed again, up to the amount; return what was taken back and its sides of an entry.

    Raises:
        BeyondPayment: the payment settled less than that, or nothing is asked for.
    """
    moved = Moved()
    settled = Settlement.objects.filter(payment=payment, amount_minor__gt=0).select_related("document__customer")
    done = _reopen(settled.order_by("-pk"), amount_minor, moved, at)
    if done < amount_minor or amount_minor <= 0:
        raise BeyondPayment(
            _("{payment} settled {done} minor units that could be taken back, not {amount_minor}.").format(
                payment=payment, done=done, amount_minor=amount_minor
            )
        )
    return moved.settlements, moved.sides


def credit_taken(payment: Payment, amount_minor: int) -> list[PostingLine]:
    """Return the sides that take up to `amount_minor` out of the payer's credit, seller by seller."""
    sides, left = [], amount_minor
    for seller in settlement.sellers(payment) if left else []:
        held = balances.credit_with(payment.payer, seller_code=seller, currency=payment.currency)
        if part := min(left, max(held, 0)):
            sides.append(PostingLine(posting.CUSTOMER_CREDIT, part, payment.currency, payment.payer, detail=seller))
            left -= part
    return sides


def _settled_by(payment: Payment) -> int:
    return int(Settlement.objects.filter(payment=payment).aggregate(total=Sum("amount_minor"))["total"] or 0)


def _reopen(settled: Iterable[Settlement], amount_minor: int, moved: Moved, at: datetime) -> int:
    """Have settlements owed again in their order, up to the amount; return how much that is."""
    left = amount_minor
    for earlier in settled:
        if part := min(left, earlier.amount_minor + recovering.gone(earlier)):
            document = earlier.document
            moved.settlements.append(settling.reopen(settlement=earlier, amount_minor=part, at=at))
            moved.sides.append(PostingLine(posting.RECEIVABLE, part, document.currency, document.customer, document))
            left -= part
    return amount_minor - left


def _paid_with_credit_or_by_others(payment: Payment) -> list[Settlement]:
    """Return what the payer's own invoices were paid with beside this payment: account credit first, then other payments."""
    theirs = Settlement.objects.filter(
        document__customer=payment.payer_id, document__currency=payment.currency, amount_minor__gt=0, credit_note=None,
        document__legal_entity__code__in=settlement.sellers(payment),
    ).select_related("document__customer")  # fmt: skip
    with_credit = theirs.filter(recovering.booked_as("account_credit_used"), payment=None).order_by("-pk")
    by_others = theirs.filter(payment__isnull=False).exclude(payment=payment).order_by("-pk")
    return [*with_credit, *by_others]


def _owed_again(payment: Payment) -> list[tuple[Document, int]]:
    """Return the documents that charge-backs of the payment left to be owed again, with how much, in the order taken."""
    sides = _moved_by_banks(payment).filter(account=Posting.Account.RECEIVABLE).order_by("pk")
    sums: dict[int, int] = {}
    for document, amount in sides.values_list("document", "amount_minor"):
        sums[document] = sums.get(document, 0) + amount
    found = Document.objects.select_related("customer", "legal_entity").in_bulk(sums)
    return [(found[key], amount) for key, amount in sums.items() if amount > 0]


def _credit_gone(payment: Payment) -> list[tuple[str, int]]:
    sides = _moved_by_banks(payment).filter(account=Posting.Account.CUSTOMER_CREDIT)
    sums = sides.values_list("detail").annotate(total=Sum("amount_minor")).filter(total__gt=0).order_by("detail")
    return [(seller, int(total)) for seller, total in sums]


def _moved_by_banks(payment: Payment) -> QuerySet[Posting]:
    return Posting.objects.filter(entry__about_ref=payment.ref, entry__what__in=MOVED_BY_BANKS)
