"""An issued document in the terms of EN 16931-1: what each numbered term says, from what was stored when it was issued.

Amounts are positive on credit notes too, whose type says what they are (BT-3 = 381). A line whose amount is not quantity times
price (shared by days, or taken back) is told as one piece at its amount, with the reason as its note. Prices are never negative;
what reduces an invoice has a negative quantity. Amounts have the decimals of their currency.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing import money
from billing.catalog import charges
from billing.invoices import selectors, supplied, tax
from billing.invoices.models import Document, Line
from billing.money import Money
from billing.periods import last_day

INVOICE, CREDIT_NOTE = "380", "381"  # UNTDID 1001
CREDIT_TRANSFER, SEPA_TRANSFER = "30", "58"  # UNTDID 4461
PIECE: Final = "C62"  # UN/ECE recommendation 20: one
Terms = dict[str, Any]


class NotIssued(Refusal):
    """A draft has no final form yet."""

    code = "not_issued"


class PartyIncomplete(Refusal):
    """The standard asks for something the seller's or the buyer's stored data lack."""

    code = "party_incomplete"


def terms_of(document: Document) -> Terms:
    """Return the document in numbered terms.

    Raises:
        NotIssued: it is a draft.
        PartyIncomplete: the seller has no tax id, or a party no country.
    """
    if document.status != Document.Status.ISSUED:
        raise NotIssued(_("A draft cannot be handed over as an e-invoice: it may still change."))
    return _Teller(document).terms()


class _Teller:
    """Tells one document: what its parts share."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.sign = -1 if document.kind == Document.Kind.CREDIT_NOTE else 1
        known = document.lines.select_related("customer", "corrects__document", "product").order_by("position")
        self.lines: list[Line] = list(known)
        self.seller, self.buyer = document.address["seller"], document.address["buyer"]

    def terms(self) -> Terms:
        document = self.document
        told: Terms = {
            "BT-1": str(document.ref),
            "BT-2": document.issued_on,
            "BT-3": CREDIT_NOTE if self.sign < 0 else INVOICE,
            "BT-5": document.currency,
            "BT-10": self.buyer.get("reference", ""),
            "BT-13": document.po_number,
            "BT-106": self.amount(document.subtotal_minor),
            "BT-109": self.amount(document.subtotal_minor),
            "BT-110": self.amount(document.tax_minor),
            "BT-112": self.amount(document.total_minor),
            "BT-115": self.amount(document.total_minor),
            "BG-1": [{"BT-22": document.reason}] if document.reason else [],
            "BG-3": self.preceding(),
            "BG-4": self.party(self.seller, "seller"),
            "BG-7": self.party(self.buyer, "buyer"),
            "BG-13": self.delivered_to(),
            "BG-23": self.breakdown(),
            "BG-25": [self.line(line) for line in self.lines],
            **self.supply(),
            **self.payment(),
        }
        return {term: value for term, value in told.items() if value not in ("", [], None)}

    def amount(self, minor: int) -> str:
        return Money(self.sign * minor, self.document.currency).number

    def supply(self) -> Terms:
        """Say for which days the document is, and when the supply was complete: on the last of them, else on the day of issue."""
        since = min((line.since for line in self.lines if line.since), default=None)
        until = max((line.until for line in self.lines if line.until), default=None)
        last = last_day(until) if until else None
        return {"BT-72": last or self.document.issued_on, "BT-73": since if last else None, "BT-74": last if since else None}

    def payment(self) -> Terms:
        if self.sign < 0:
            return {}
        euros = self.document.currency == "EUR"
        return {
            "BT-9": self.document.due_on,
            "BT-81": SEPA_TRANSFER if euros else CREDIT_TRANSFER,
            "BT-83": str(self.document.ref),
            "BT-84": self.seller.get("iban", ""),
            "BT-86": self.seller.get("bic", ""),
        }

    def preceding(self) -> list[Terms]:
        corrected = {line.corrects.document.ref: line.corrects.document.issued_on for line in self.lines if line.corrects}
        return [{"BT-25": str(ref), "BT-26": issued_on} for ref, issued_on in sorted(corrected.items(), key=str)]

    def party(self, known: dict[str, str], who: str) -> Terms:
        if not known.get("country"):
            raise PartyIncomplete(
                _("The {who} of {document} has no country, which an e-invoice needs.").format(who=who, document=self.document)
            )
        if who == "seller" and not known.get("tax_id"):
            raise PartyIncomplete(_("The seller has no tax id, which an e-invoice needs."))
        told = {
            "name": known.get("legal_name") or known["name"],
            "biz_name": known["name"] if known.get("legal_name") not in (None, "", known["name"]) else "",
            "vat_identifier": known.get("tax_id", ""),
            "identifiers": {"0199": [known["lei"]]} if known.get("lei") else {},
            "addr_l1": known.get("street", ""),
            "postcode": known.get("postcode", ""),
            "city": known.get("city", ""),
            "country_code": known["country"],
            "contacts": [{"name": known["department"]}] if known.get("department") else [],
            "einvoicing_addr": known.get("email", ""),
            "einvoicing_addr_schemeid": "EM" if known.get("email") else "",
        }
        return {name: value for name, value in told.items() if value}

    def category(self, line: Line) -> str:
        return supplied.category_of(self.document, line, self.lines)

    def delivered_to(self) -> Terms:
        """Say where goods went, where the standard asks for it: an intra-community supply names the country."""
        if not any(self.category(line) == tax.INTRA_COMMUNITY for line in self.lines):
            return {}
        place = {"addr_l1": "street", "postcode": "postcode", "city": "city", "country_code": "country"}
        name = self.buyer.get("legal_name") or self.buyer["name"]
        return {"name": name} | {term: self.buyer[key] for term, key in place.items() if self.buyer.get(key)}

    def breakdown(self) -> list[Terms]:
        sums: dict[tuple[Decimal, str], list[Line]] = defaultdict(list)
        for line in self.lines:
            sums[line.tax_rate, self.category(line)].append(line)
        return [self.rate(rate, category, lines) for (rate, category), lines in sorted(sums.items(), key=lambda item: item[0])]

    def rate(self, rate: Decimal, category: str, lines: list[Line]) -> Terms:
        net, charged = sum(line.amount_minor for line in lines), sum(line.tax_minor for line in lines)
        reason, code = (
            supplied.why_exempt(lines, self.lines) if category == tax.EXEMPT else tax.EXEMPTIONS.get(category, ("", ""))
        )
        told = {
            "BT-116": self.amount(net),
            "BT-117": self.amount(charged),
            "BT-118": category,
            "BT-119": charges.decimal_text(rate * 100),
            "BT-120": reason,
            "BT-121": code,
        }
        return {term: value for term, value in told.items() if value}

    def line(self, line: Line) -> Terms:
        quantity, price = self.pieces(line)
        told: Terms = {
            "BT-126": str(line.position),
            "BT-127-00": [{"BT-127": note}] if (note := self.note(line)) else [],
            "BT-129": quantity,
            "BT-130": PIECE,
            "BT-131": self.amount(line.amount_minor),
            "BT-133": line.cost_centre,
            "BT-134": line.since,
            "BT-135": last_day(line.until) if line.until else None,
            "BT-146": price,
            "BT-151": self.category(line),
            "BT-152": charges.decimal_text(line.tax_rate * 100),
            "BT-153": line.description,
            "BT-155": line.product.code if line.product else "",
        }
        return {term: value for term, value in told.items() if value not in ("", [], None)}

    def pieces(self, line: Line) -> tuple[str, str]:
        """Return quantity and price so that their product is the line's amount to the cent."""
        exact = line.quantity * line.unit_price
        wanted = self.sign * line.amount_minor
        if line.unit_price > 0 and money.rounded_major(exact, line.currency).amount_minor == abs(wanted) and line.quantity > 0:
            quantity = line.quantity if wanted >= 0 else -line.quantity
            return charges.decimal_text(quantity), charges.decimal_text(line.unit_price)
        return ("1" if wanted >= 0 else "-1"), Money(abs(wanted), line.currency).number

    def note(self, line: Line) -> str:
        """Say who used it and why it costs what it costs, where that is not plain from quantity and price."""
        used_by = f"{line.customer.name}." if line.customer_id != self.document.receiver_id else ""
        return " ".join(part for part in (used_by, selectors.why(line)) if part)
