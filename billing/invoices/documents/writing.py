"""Writing: fills the sheet of a document from what was stored when it was issued, in one of the languages of wording.py.

What moves after issue (what is still open, what was credited since) is not on it.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from billing.invoices import supplied, tax
from billing.invoices.documents import figures
from billing.invoices.documents.sheet import Fact, Headline, Row, Sheet, TaxRow
from billing.invoices.documents.wording import WORDINGS
from billing.invoices.models import Document, Line
from billing.periods import Period


def sheet_of(document: Document, language: str) -> Sheet:
    """Lay out an issued document in `language`, one of those of wording.py."""
    return _Writer(document, language).sheet()


class _Writer:
    """Writes one document in one language: what its parts share."""

    def __init__(self, document: Document, language: str) -> None:
        self.document, self.language, self.words = document, language, WORDINGS[language]
        known = document.lines.select_related("customer", "subscription", "corrects__document").order_by("position")
        self.lines: list[Line] = list(known)
        self.seller, self.buyer = document.address["seller"], document.address["buyer"]
        self.is_credit = document.kind == Document.Kind.CREDIT_NOTE

    def sheet(self) -> Sheet:
        document, words, rows = self.document, self.words, _Rows(self.document, self.language)
        return Sheet(
            language=self.language,
            words=words,
            kind=words.credit_note if self.is_credit else words.invoice,
            ref=str(document.ref),
            subtitle=self.subtitle(),
            issued_on=document.issued_on or date.min,
            seller=self.seller["name"],
            sender=" · ".join(_filled([self.seller["name"], self.seller["street"], _town(self.seller)])),
            recipient=self.recipient(),
            facts=self.facts(),
            headline=self.headline(),
            currency=document.currency,
            rows=[rows.row(line) for line in self.lines],
            shows_rates=len({line.tax_rate for line in self.lines}) > 1,
            shows_quantities=any(line.unit_price for line in self.lines),
            taxes=self.taxes(),
            totals=self.totals(),
            grand_total=Fact(words.credit_total if self.is_credit else words.total, self.money(document.total_minor)),
            please_pay=words.please_pay.format(day=self.day(document.due_on)),
            payment=self.payment(),
            notes=self.notes(),
            footer=self.footer(),
        )

    def money(self, minor: int) -> str:
        return figures.with_currency(minor, self.document.currency, self.language)

    def plain(self, minor: int) -> str:
        return figures.amount(minor, self.document.currency, self.language)

    def day(self, on: date | None) -> str:
        return figures.day(on, self.language) if on else ""

    def subtitle(self) -> str:
        corrected = self.document.corrects
        if corrected is None:
            return ""
        return self.words.corrects_document.format(ref=corrected.ref, day=self.day(corrected.issued_on))

    def recipient(self) -> list[str]:
        buyer = self.buyer
        name = buyer["legal_name"] or buyer["name"]
        department = buyer["name"] if buyer["legal_name"] not in ("", buyer["name"]) else ""
        abroad = buyer["country"] if buyer["country"] != self.seller["country"] else ""
        country = figures.country(abroad, self.language).upper() if abroad else ""
        return _filled([name, department, buyer.get("attention", ""), buyer["street"], _town(buyer), country])

    def facts(self) -> list[Fact]:
        document, words = self.document, self.words
        number = words.credit_note_number if self.is_credit else words.invoice_number
        owed = document.total_minor > 0
        facts = [
            Fact(number, str(document.ref)),
            Fact(words.issued_on, self.day(document.issued_on)),
            Fact(words.due_on, self.day(document.due_on) if owed else ""),
            Fact(words.service_period, self.service_period()),
            Fact(words.customer_number, self.buyer["number"]),
            Fact(words.your_tax_id, self.buyer["tax_id"]),
            Fact(words.purchase_order, document.po_number),
            Fact(words.contact, self.seller["email"]),
        ]
        return [fact for fact in facts if fact.value]

    def service_period(self) -> str:
        spans = [(line.since, line.until) for line in self.lines if line.since and line.until]
        if not spans:
            return ""
        return figures.period(min(since for since, _ in spans), max(until for _, until in spans), self.language)

    def headline(self) -> Headline:
        document, words = self.document, self.words
        if self.is_credit:
            return Headline(words.amount_credited, self.money(-document.total_minor))
        if not document.total_minor:
            return Headline(words.nothing_due, self.money(0))
        return Headline(words.amount_due, self.money(document.total_minor), words.due_by.format(day=self.day(document.due_on)))

    def taxes(self) -> list[TaxRow]:
        sums: dict[Decimal, list[int]] = defaultdict(lambda: [0, 0])
        for line in self.lines:
            sums[line.tax_rate][0] += line.amount_minor
            sums[line.tax_rate][1] += line.tax_minor
        return [
            TaxRow(figures.percent(rate, self.language), self.plain(net), self.plain(tax), self.plain(net + tax))
            for rate, (net, tax) in sorted(sums.items(), reverse=True)
        ]

    def totals(self) -> list[Fact]:
        per_rate = [Fact(self.words.tax_at.format(rate=tax.rate, net=tax.net), tax.tax) for tax in self.taxes()]
        return [Fact(self.words.subtotal, self.plain(self.document.subtotal_minor)), *per_rate]

    def payment(self) -> list[Fact]:
        document, words = self.document, self.words
        if self.is_credit or not document.total_minor or document.origin == Document.Origin.LEGACY:
            return []
        facts = [
            Fact(words.account_holder, self.seller["name"]),
            Fact(words.iban, figures.in_fours(self.seller["iban"])),
            Fact(words.bic, self.seller["bic"]),
            Fact(words.amount, self.money(document.total_minor)),
            Fact(words.reference, figures.payment_reference(str(document.ref))),
        ]
        return [fact for fact in facts if fact.value]

    def notes(self) -> list[str]:
        document, words = self.document, self.words
        return _filled(
            [
                f"{words.reason}: {document.reason}" if document.reason else "",
                words.credit_explained if self.is_credit else "",
                words.imported if document.origin == Document.Origin.LEGACY else "",
                *self.untaxed(),
            ]
        )

    def untaxed(self) -> list[str]:
        """Say why no tax is charged, where the law wants it said."""
        if self.document.origin == Document.Origin.LEGACY:
            return []
        of_category: dict[str, list[Line]] = {}
        for line in self.lines:
            of_category.setdefault(supplied.category_of(self.document, line, self.lines), []).append(line)
        told = [self.words.untaxed[category] for category in sorted(of_category.keys() & set(self.words.untaxed))]
        if exempt := of_category.get(tax.EXEMPT):
            reason, code = supplied.why_exempt(exempt, self.lines)
            told.append(self.words.exempt.format(reason=" ".join(part for part in (reason, code) if part)))
        return told

    def footer(self) -> list[list[str]]:
        seller, words = self.seller, self.words
        iban = figures.in_fours(seller["iban"])
        return [
            _filled([seller["name"], seller["street"], _town(seller), figures.country(seller["country"], self.language)]),
            _filled([f"{words.questions}:", seller["email"], f"{words.tax_id} {seller['tax_id']}" if seller["tax_id"] else ""]),
            _filled([f"{words.iban} {iban}", f"{words.bic} {seller['bic']}" if seller["bic"] else ""]),
        ]


class _Rows:
    """Writes the lines of one document."""

    def __init__(self, document: Document, language: str) -> None:
        self.document, self.language, self.words = document, language, WORDINGS[language]

    def row(self, line: Line) -> Row:
        currency, language, counted = self.document.currency, self.language, bool(line.unit_price)
        return Row(
            position=line.position,
            title=line.description,
            details=self.details(line),
            period=figures.period(line.since, line.until, language) if line.since and line.until else "",
            quantity=figures.number(line.quantity, language) if counted else "",
            unit_price=figures.unit_price(line.unit_price, currency, language) if counted else "",
            rate=figures.percent(line.tax_rate, language),
            net=figures.amount(line.amount_minor, currency, language),
        )

    def details(self, line: Line) -> list[str]:
        words = self.words
        consumer = line.customer.name if line.customer_id not in (self.document.customer_id, self.document.receiver_id) else ""
        order = line.po_number if line.po_number != self.document.po_number else ""
        told = [
            (words.used_by, consumer),
            (words.cost_centre, line.cost_centre),
            (words.subscription, line.subscription.ref if line.subscription else ""),
            (words.purchase_order, order),
        ]
        details = [" · ".join(f"{label} {value}" for label, value in told if value), self.part_of_cycle(line)]
        if line.corrects:
            details.append(words.corrects_line.format(position=line.corrects.position, ref=line.corrects.document.ref))
        return _filled(details)

    def part_of_cycle(self, line: Line) -> str:
        """Say how much of its billing cycle a line covers, when that is not the whole."""
        if not (line.since and line.until and line.cycle_since and line.cycle_until):
            return ""
        served, cycle = Period(line.since, line.until), Period(line.cycle_since, line.cycle_until)
        return self.words.pro_rata.format(days=served.days, of=cycle.days) if served.days < cycle.days else ""


def _town(address: dict[str, str]) -> str:
    return f"{address['postcode']} {address['city']}".strip()


def _filled(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text]
