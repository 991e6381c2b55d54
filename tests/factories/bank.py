"""Bank files for tests: `camt(row(...), ...)` and `mt940(row(...), ...)` write a statement of the seller's account.

`bring` imports a file, `brought` a statement of some rows.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from xml.sax.saxutils import escape

from billing.anomalies import finding
from billing.anomalies.models import Finding
from billing.invoices.documents.figures import payment_reference
from billing.invoices.models import Document
from billing.payments.bank import importing, overpaid
from billing.payments.bank.importing import Stored
from billing.payments.bank.models import BankLine, TransferOrder
from billing.payments.sepa import debits, mandates
from billing.payments.sepa.models import DirectDebit
from tests.factories import people
from tests.factories.billing import invoice, seller
from tests.factories.customers import group
from tests.factories.payments import pay

OURS = "DE02120300000000202051"
ANNA = "DE89370400440532013000"
BORIS = "NL91ABNA0417164300"
MESSAGES = {
    "052": ("BkToCstmrAcctRpt", "Rpt"), "053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}  # fmt: skip
_serial = count(1)
EVENING = datetime(2026, 3, 5, 18, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One entry of a statement: its amount in minor units and what the payer wrote."""

    amount_minor: int
    text: str = ""
    reference: str = ""
    iban: str = ANNA
    name: str = "Anna Beispiel"
    end_to_end: str = ""
    on: date = date(2026, 3, 4)
    is_reversal: bool = False
    bank_ref: str = ""
    currency: str = "EUR"
    mandate: str = ""
    reason: str = ""
    batch: str = ""


def row(amount_minor: int, *texts: str, **facts: object) -> Row:
    """An entry with the payer's words."""
    return replace(Row(amount_minor, " ".join(texts)), **facts)


def paying(document: Document, amount_minor: int | None = None, **facts: object) -> Row:
    """An entry that carries the payment reference of `document`; all that is open on it unless another amount is said."""
    amount = document.open_minor if amount_minor is None else amount_minor
    return row(amount, reference=payment_reference(str(document.ref)), **facts)


def camt(*rows: Row, ref: str = "S-1", account: str = OURS, kind: str = "053", opening: int = 0) -> bytes:
    """A camt file with one statement."""
    message, holder = MESSAGES[kind]
    balances = _balance("OPBD", opening) + _balance("CLBD", opening + sum(row.amount_minor for row in rows))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08">'
        f"<{message}><{holder}><Id>{ref}</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}"
        f"{''.join(map(_entry, rows))}</{holder}></{message}></Document>"
    ).encode()


def _balance(code: str, minor: int) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(minor, 'EUR')}</Bal>"


def _amount(minor: int, currency: str) -> str:
    side = "DBIT" if minor < 0 else "CRDT"
    return f'<Amt Ccy="{currency}">{Decimal(abs(minor)).scaleb(-2)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _entry(row: Row) -> str:
    party = "Cdtr" if row.amount_minor < 0 and not row.is_reversal else "Dbtr"
    structured = f"<Strd><CdtrRefInf><Ref>{row.reference}</Ref></CdtrRefInf></Strd>" if row.reference else ""
    returned = f"<RtrInf><Rsn><Cd>{row.reason}</Cd></Rsn></RtrInf>" if row.reason else ""
    block = f"<Btch><PmtInfId>{row.batch}</PmtInfId></Btch>" if row.batch else ""
    mandate = f"<MndtId>{row.mandate}</MndtId>" if row.mandate else ""
    return (
        f"<Ntry>{_amount(row.amount_minor, row.currency)}<RvslInd>{str(row.is_reversal).lower()}</RvslInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{row.on}</Dt></BookgDt><AcctSvcrRef>{row.bank_ref}</AcctSvcrRef>"
        f"<NtryDtls>{block}<TxDtls>"
        f"<Refs><EndToEndId>{row.end_to_end or 'NOTPROVIDED'}</EndToEndId>{mandate}</Refs><RltdPties>"
        f"<{party}><Pty><Nm>{escape(row.name)}</Nm></Pty></{party}><{party}Acct><Id><IBAN>{row.iban}</IBAN></Id></{party}Acct>"
        f"</RltdPties><RmtInf><Ustrd>{escape(row.text)}</Ustrd>{structured}</RmtInf>{returned}</TxDtls></NtryDtls></Ntry>"
    )


def mt940(*rows: Row, ref: str = "S-1", account: str = "12030000/202051", opening: int = 0) -> bytes:
    """An MT940 file with one statement."""
    lines = [f":20:{ref}", f":25:{account}", ":28C:1/1", f":60F:{_side(opening)}260304EUR{_comma(opening)}"]
    for told in rows:
        side, amount = _side(told.amount_minor), _comma(told.amount_minor)
        lines.append(f":61:{told.on:%y%m%d%m%d}{side}R{amount}NTRFNONREF//{told.bank_ref or 'NONREF'}")
        lines.append(f":86:166?00GUTSCHRIFT?20SVWZ+{told.text} {told.reference}?31{told.iban}?32{told.name}")
    closing = opening + sum(told.amount_minor for told in rows)
    return "\n".join([*lines, f":62F:{_side(closing)}260304EUR{_comma(closing)}", "-", ""]).encode()


def _side(minor: int) -> str:
    return "D" if minor < 0 else "C"


def _comma(minor: int) -> str:
    return f"{abs(minor) // 100},{abs(minor) % 100:02d}"


def bring(content: bytes, *, at: datetime = EVENING, name: str = "statement") -> Stored:
    """Import a file as the system does."""
    return importing.import_file(content=content, file_name=name, actor=None, at=at)


def brought(*rows: Row, **facts: object) -> list[BankLine]:
    """Import a statement of `rows` and return its lines."""
    return [line for entry in bring(camt(*rows, **facts)).entries for line in entry.lines]


def waiting_line() -> BankLine:
    """A line that fits nothing."""
    return brought(row(next(_serial), "hello"), ref=f"W-{next(_serial)}")[0]


def waiting_transfer() -> TransferOrder:
    """A refund that waits for its transfer."""
    line = brought(paying(invoice(group(), 100), 100 + next(_serial)), ref=f"W-{next(_serial)}")[0]
    overpaid.give_back(actor=people.finance(), line=line, at=EVENING)
    return TransferOrder.objects.order_by("-pk")[0]


def debit() -> DirectDebit:
    """A debit that waits for a file."""
    customer = group()
    mandate = mandates.sign(actor=None, customer=customer, seller=seller(), holder="Anna", iban=ANNA, at=EVENING)
    pay(customer, invoice(customer, 12000), card=mandates.method_of(mandate), at=EVENING)
    return DirectDebit.objects.order_by("-pk")[0]


def debit_at_the_bank() -> DirectDebit:
    """A debit that went in a file."""
    ordered = debit()
    debits.make_file(actor=None, seller=seller(), collection_on=date(2026, 3, 9), at=EVENING)
    ordered.refresh_from_db()
    return ordered


def paid_too_much() -> Finding:
    """A finding about a payment that brought more than its invoice took."""
    customer = group()
    brought(paying(invoice(customer, 100), 100 + next(_serial)), ref=f"W-{next(_serial)}")
    return finding.find_for([customer], at=EVENING)[0]
