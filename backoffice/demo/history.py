"""The past of the demo world: invoices fell due and were paid, contracts changed, an older system billed a few things twice.

Every day since the first contract is played: what was measured, its invoice run, then the payments that come in that day.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.customers.models import Customer
from backoffice.demo import metering
from billing.catalog.models import LegalEntity, Product
from billing.contracts import events
from billing.contracts.models import Subscription
from billing.invoices import legacy, newline, recognition
from billing.invoices.models import Document
from billing.invoices.newline import NewLine
from billing.invoices.running import carrying
from billing.payments import collecting, methods
from billing.payments.gateways import sandbox
from billing.payments.gateways.base import Method
from billing.payments.models import PaymentMethod


@dataclass(frozen=True)
class Old:
    """An invoice of the older system: what it billed, how many months ago that began, for how many months, at what net price."""

    ref: str
    customer_ref: str
    product: str
    what: str
    months_ago: int
    months: int
    net_minor: int
    paid: bool = True


GOOD_CARD, CARD_EXPIRY_YEARS = "4242424242424242", 3
DAYS_UNTIL_PAID, SLOW, SLOW_PAYERS = 12, 47, {"PO-RET", "TR-TOR", "KR-DEP"}
STILL_OPEN_GROUP, STILL_OPEN_DAYS = "HG", 40  # the payer of this group has something to pay
# customer, product, months ago (below zero: to come), day of the month, new quantity: changes in the middle of a period
CHANGES = (
    ("KR", "workspace", 4, 17, 54),
    ("NW", "workspace", 3, 9, 41),
    ("HD", "workspace", 5, 12, 30),
    ("OX", "connect", 2, 20, 4),
    ("HB", "connect", -1, 1, 3),
    ("NW", "workspace", -1, 1, 53),
)
CHANGES_ASKED_DAYS_AGO = 6  # when the changes still to come were asked for
LEGACY = (
    Old("INV-1", "HB", "workspace", "Workspace Team, 10 seats", 11, 1, 10_084),
    Old("INV-2", "HB", "workspace", "Workspace Team, 10 seats", 11, 1, 10_084, paid=False),
    Old("INV-5", "HB", "workspace", "Workspace Team, 10 seats", 10, 1, 10_084),
    Old("INV-6", "HB", "workspace", "Workspace Team, 10 seats", 9, 1, 10_084),
    Old("INV-8", "HB", "connect", "Connect line, Berlin, three months", 11, 3, 75_630),
    Old("INV-9", "HB", "connect", "Connect line, Berlin, three months", 11, 3, 75_630),
    Old("INV-71", "OX", "connect", "Connect Site, 5 sites", 14, 1, 16_000),
    Old("INV-72", "OX", "connect", "Connect Site, 5 sites", 14, 1, 16_000),
    Old("INV-80", "NW", "workspace", "Workspace Business, 30 seats", 16, 1, 54_000),
    Old("INV-83", "NW", "workspace", "Workspace Business, 30 seats", 16, 1, 54_000),
    Old("INV-91", "KR", "workspace", "Workspace Business, 6 seats", 15, 1, 13_020),
    Old("INV-92", "KR", "workspace", "Workspace Business, 6 seats", 15, 1, 13_020, paid=False),
)
LEGACY_TAX = Decimal("0.19")
FIRST_MONTH = 15  # the months ago at which the first contract was signed, or earlier


def months_before(day: date, months: int) -> date:
    """Return the first day of the month that lies `months` before the month of `day`."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def morning(day: date) -> datetime:
    """Return eight o'clock UTC of a day: the hour at which the demo world works."""
    return datetime.combine(day, time(8), tzinfo=UTC)


def found(seller: LegalEntity, today: date) -> None:
    """Bring in what an older system billed, and the changes that contracts saw since."""
    _import_legacy(seller, today)
    _change_contracts(today)


def keep_card(customer: Customer, at: datetime) -> None:
    """Keep a card for the next payments of `customer` and everything below it."""
    methods.keep(actor=None, customer=customer, method=_card(at), at=at, scope=PaymentMethod.Scope.SUBTREE)


def play(*, until: datetime) -> None:
    """Play every day up to `until`. Playing it again finds nothing more to do."""
    today = until.date()
    _pay([*Document.objects.open().filter(ref__in=[old.ref for old in LEGACY if old.paid])], morning(months_before(today, 9)))
    day = months_before(today, FIRST_MONTH)
    while day <= today:
        at = min(morning(day), until)
        if day.day == 1:
            metering.measure(months_before(day, 1), day, at=at)
        carrying.bill_due(on=day, at=at, judges=())
        _pay(_falling_due(day, today), at)
        day += timedelta(days=1)
    metering.measure(today.replace(day=1), today, at=until)
    recognition.recognise_ended_months(today=today, at=until)


def _import_legacy(seller: LegalEntity, today: date) -> None:
    for old in LEGACY:
        customer = Customer.objects.get(ref=old.customer_ref)
        since, until = months_before(today, old.months_ago), months_before(today, old.months_ago - old.months)
        line = NewLine(
            kind=newline.RECURRING, customer=customer, description=old.what, amount_minor=old.net_minor, tax_rate=_tax(customer),
            product=Product.objects.get(code=old.product), since=since, until=until,
        )  # fmt: skip
        legacy.import_invoice(
            customer=customer, legal_entity=seller, ref=old.ref, issued_on=since, due_on=since + timedelta(days=14),
            currency="EUR", lines=[line], at=morning(since),
        )  # fmt: skip


def _tax(customer: Customer) -> Decimal:
    return LEGACY_TAX if customer.country == "DE" else Decimal(0)


def _change_contracts(today: date) -> None:
    for ref, product, months_ago, day_of_month, quantity in CHANGES:
        first = months_before(today, months_ago)
        on = first.replace(day=min(day_of_month, monthrange(first.year, first.month)[1]))
        subscription = Subscription.objects.get(customer__ref=ref, product__code=product)
        asked = min(on, today - timedelta(days=CHANGES_ASKED_DAYS_AGO))
        events.add(
            actor=None, subscription=subscription, what="set_quantity", effective_on=on, at=morning(asked), quantity=quantity
        )


def _falling_due(day: date, today: date) -> list[Document]:
    """Return what is paid on `day`: most pay early, some are slow, and one group's latest invoices are still to be paid."""
    early, late = day - timedelta(days=DAYS_UNTIL_PAID), day - timedelta(days=SLOW)
    found = Document.objects.open().filter(origin=Document.Origin.ACCORD).select_related("customer").order_by("pk")
    paid = found.filter(issued_on=early).exclude(customer__ref__in=SLOW_PAYERS) | found.filter(
        issued_on=late, customer__ref__in=SLOW_PAYERS
    )
    group = Customer.objects.get(ref=STILL_OPEN_GROUP)
    recent = today - timedelta(days=STILL_OPEN_DAYS)
    return [document for document in paid if not (document.customer.tree_id == group.tree_id and document.issued_on > recent)]


def _pay(documents: list[Document], at: datetime) -> None:
    """Pay each document by its own customer, with a card that works."""
    for document in documents:
        payment = collecting.start(
            actor=None, payer=document.customer, documents=[document], method=_card(at), key=_key(document), at=at
        )
        collecting.carry_out(payment.pk, at)


def _card(at: datetime) -> Method:
    return sandbox.tokenise(GOOD_CARD, f"12/{(at.year + CARD_EXPIRY_YEARS) % 100:02}", on=at.date())


def _key(document: Document) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo payment of {document.ref}")
