"""What the bank tells in the demo world: yesterday's statement, most of which finds what it pays, some of which waits."""

from datetime import date, datetime, timedelta

from accounts.customers.models import Customer
from backoffice.demo import catalogue
from backoffice.demo.companies import HELIOS
from billing.catalog.models import LegalEntity
from billing.invoices.documents.figures import payment_reference
from billing.invoices.models import Document, Line
from billing.payments.bank import importing

TOO_MUCH = 2_500  # cents
UNKNOWN, INTEREST, RENT = 4_711, 13, -480_000
OPENING = 1_250_000


def bring(*, at: datetime) -> None:
    """Import yesterday's statement: an invoice overpaid, one that only looks paid, money nobody knows, interest and the rent."""
    owed = _owed_elsewhere()
    rows = [
        (UNKNOWN, "Payment as agreed with Ms Sommer", "L. SOMMER"),
        (INTEREST, "Interest of the quarter", ""),
        (RENT, "Rent of the office", "HAUSVERWALTUNG NORD"),
    ]
    if owed:
        rows.append((owed[0].open_minor + TOO_MUCH, payment_reference(str(owed[0].ref)), owed[0].customer.name))
    if len(owed) > 1:
        rows.append((owed[1].open_minor, "Invoice of last month", owed[1].customer.name))
    content = _statement(rows, (at - timedelta(days=1)).date())
    importing.import_file(content=content.encode(), file_name="statement.sta", actor=None, at=at)


def _owed_elsewhere() -> list[Document]:
    """Return open invoices of ours at companies that no story is told of, the oldest first."""
    ours = Document.objects.open().filter(origin=Document.Origin.ACCORD, currency="EUR")
    story = Customer.objects.below(Customer.objects.get(ref=HELIOS.ref))
    told = Line.objects.filter(findings__isnull=False).values("document")
    elsewhere = ours.exclude(customer__in=story).exclude(pk__in=told).select_related("customer")
    return list(elsewhere.order_by("due_on", "pk")[:2])


def _statement(rows: list[tuple[int, str, str]], on: date) -> str:
    """Write the statement as banks do (MT940)."""
    seller = LegalEntity.objects.get(code=catalogue.SELLER["code"])
    lines = [":20:STARTUMS", f":25:{seller.iban}", ":28C:1/1", f":60F:C{on:%y%m%d}EUR{_comma(OPENING)}"]
    for amount, words, name in rows:
        lines.append(f":61:{on:%y%m%d%m%d}{'D' if amount < 0 else 'C'}R{_comma(amount)}NTRFNONREF")
        lines.append(f":86:166?00TRANSFER?20SVWZ+{words}?32{name}")
    closing = OPENING + sum(amount for amount, _, _ in rows)
    return "\n".join([*lines, f":62F:C{on:%y%m%d}EUR{_comma(closing)}", "-", ""])


def _comma(minor: int) -> str:
    return f"{abs(minor) // 100},{abs(minor) % 100:02d}"
