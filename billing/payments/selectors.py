"""Which payments a person may see, and which invoices wait for one."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from accounts.people import access
from accounts.people.models import User
from billing.invoices.models import Document
from billing.payments import settlement
from billing.payments.models import Payment, PaymentQuerySet, PaymentShare


def visible_to(viewer: User) -> PaymentQuerySet:
    """Payments by customers within the viewer's reach, or for invoices of theirs, each with what went back of it."""
    customers = access.customers_within_reach(viewer, access.SEE_MONEY)
    theirs = PaymentShare.objects.filter(payment=OuterRef("pk"), document__customer__in=customers)
    return with_what_went_back(Payment.objects.filter(Q(payer__in=customers) | Exists(theirs)))


def with_what_went_back(payments: PaymentQuerySet) -> PaymentQuerySet:
    """The same payments, each with what its bank or we took back (`taken_back_minor`); `refunded_minor` it knows itself."""
    return payments.annotate(taken_back_minor=settlement.taken_back())


def for_document(document: Document) -> PaymentQuerySet:
    """Payments made for `document`, newest first."""
    return Payment.objects.filter(shares__document=document).latest_first()


def is_being_checked() -> Exists:
    """Say of each document of a query whether a payment for it waits for its outcome."""
    return Exists(PaymentShare.objects.filter(document=OuterRef("pk"), payment__status__in=Payment.UNRESOLVED))


def being_checked(documents: Iterable[Document]) -> dict[int, Payment]:
    """Return, by document id, the payment whose outcome each of `documents` waits for; in one statement."""
    shares = PaymentShare.objects.filter(document__in=list(documents), payment__in=Payment.objects.unresolved())
    return {share.document_id: share.payment for share in shares.select_related("payment")}
