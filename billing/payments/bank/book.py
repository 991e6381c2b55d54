"""The book: the invoices and payers that some lines may mean, loaded in a few statements however many lines there are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from billing.catalog.models import LegalEntity
from billing.invoices.models import PLAIN_REF, Document
from billing.payments.bank import references
from billing.payments.bank.matching import Book, Candidate
from billing.payments.bank.models import BankLine


def for_lines(lines: Sequence[BankLine], seller: LegalEntity | None) -> Book:
    """Return what `lines` may mean among the invoices of `seller`, the holder of their account; of all sellers when unknown."""
    payers = _payers([line.iban for line in lines if line.iban])
    invoices = _Invoices(seller)
    named = invoices.with_numbers(_numbers_in(lines))
    theirs = invoices.open_of({payer for known in payers.values() for payer in known})
    alike = invoices.open_with({(line.currency, line.amount_minor) for line in lines if line.amount_minor > 0})
    book = Book(payers=payers, by_number=named, open_of=defaultdict(list), by_amount=defaultdict(list))
    for invoice in theirs:
        book.open_of[invoice.customer_id].append(invoice)
    for invoice in alike:
        book.by_amount[invoice.currency, invoice.open_minor].append(invoice)
    return book


def _numbers_in(lines: Iterable[BankLine]) -> set[str]:
    found: set[str] = set()
    for line in lines:
        told = (line.reference, line.end_to_end, line.remittance)
        found |= references.numbers(*told) | references.creditor_references(*told)
    return found


def _payers(ibans: Sequence[str]) -> dict[str, list[int]]:
    """Return, by account, who paid from it before, the latest first."""
    paid = BankLine.objects.filter(iban__in=set(ibans), payment__isnull=False).order_by("-booked_on", "-pk")
    found: dict[str, list[int]] = defaultdict(list)
    for iban, payer in paid.values_list("iban", "payment__payer"):
        if payer not in found[iban]:
            found[iban].append(payer)
    return dict(found)


class _Invoices:
    """Issued invoices of one seller or of all, each one candidate however often it is found."""

    def __init__(self, seller: LegalEntity | None) -> None:
        rows = Document.objects.issued().invoices().select_related("customer")
        self._rows: QuerySet[Document] = rows.filter(legal_entity=seller) if seller else rows
        self._known: dict[int, Candidate] = {}

    def with_numbers(self, numbers: set[str]) -> dict[str, list[Candidate]]:
        """Return the invoices behind each plain number, open or not."""
        found: dict[str, list[Candidate]] = defaultdict(list)
        if numbers:
            for document in self._rows.annotate(plain=PLAIN_REF).filter(plain__in=numbers).order_by("pk"):
                found[references.plain(str(document.ref))].append(self._candidate(document))
        return dict(found)

    def open_of(self, customer_ids: set[int]) -> list[Candidate]:
        """Return the open invoices of these customers."""
        if not customer_ids:
            return []
        owed = self._rows.filter(open_minor__gt=0, customer__in=customer_ids)
        return [self._candidate(document) for document in owed.order_by("due_on", "pk")]

    def open_with(self, amounts: set[tuple[str, int]]) -> list[Candidate]:
        """Return the invoices on which exactly one of these amounts is open; of each amount a few at most."""
        asked = Q(currency__in={currency for currency, _ in amounts}, open_minor__in={amount for _, amount in amounts})
        if not amounts:
            return []
        return [self._candidate(document) for document in self._rows.filter(asked, open_minor__gt=0).order_by("pk")[:2000]]

    def _candidate(self, document: Document) -> Candidate:
        known = self._known.get(document.pk)
        if known is None:
            known = self._known[document.pk] = Candidate(
                pk=document.pk, ref=str(document.ref), customer_id=document.customer_id, customer_name=document.customer.name,
                currency=document.currency, total_minor=document.total_minor, open_minor=document.open_minor,
                due_on=document.due_on or document.issued_on,  # type: ignore[arg-type] # an issued document has its day
            )  # fmt: skip
        return known
