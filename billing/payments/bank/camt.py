"""camt.052, camt.053 and camt.054: account reports, statements and notifications of ISO 20022, every version.

Versions differ in names and depth, not in sense; namespaces are set aside and each fact is looked for where any version puts
it. Entities, external files and huge trees are off, and a file with a DOCTYPE is refused: no bank sends one.
"""

import re
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from lxml import etree

from billing.payments.bank.statements import (
    BankDay,
    Detail,
    Entry,
    Statement,
    UnreadableStatement,
    amount_in,
    currency_in,
    shown,
    tidy,
)

KINDS: Final = {"Stmt": "camt.053", "Rpt": "camt.052", "Ntfctn": "camt.054"}
_NOT_GIVEN: Final = frozenset({"NOTPROVIDED", "NOTAVAILABLE"})
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_WORDS: Final = (
    "RmtInf/Ustrd", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/RfrdDocInf/RfrdDocNb", "RmtInf/Strd/AddtlRmtInf",
)  # fmt: skip


def read(content: bytes) -> list[Statement]:
    """Return the statements of a camt file in their order.

    Raises:
        UnreadableStatement: it is damaged, carries a DOCTYPE, or holds no statement.
    """
    root = _tree(content)
    found = [element for element in root.iter(*KINDS) if element.find("Acct") is not None or element.find("Id") is not None]
    if not found:
        raise UnreadableStatement(_("The file holds no bank statement."))
    return [_statement(element) for element in found]


def _tree(content: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    if b"<!DOCTYPE" in content[:10_000].upper():
        raise UnreadableStatement(_("The file carries a DOCTYPE, which no bank statement does; it was not opened."))
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise UnreadableStatement(_why(str(fault))) from fault
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableStatement(_("The file carries a DOCTYPE, which no bank statement does; it was not opened."))
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith("{"):
            element.tag = element.tag.partition("}")[2]
    return root


def _why(fault: str) -> str:
    if "ncoding" in fault or "not proper UTF-8" in fault:
        return "The file is not written in the encoding it names."
    return "The file is damaged or cut off: its XML cannot be read to the end."


def _statement(element: Any) -> Statement:
    where = f"Statement {shown(_text(element, 'Id'))}"
    account = _account(element.find("Acct"))
    balances = _balances(element, where)
    made = (
        _day(element.find("FrToDt/ToDtTm"), where) or _day(element.find("CreDtTm"), where) or _day(element.find("Bal/Dt"), where)
    )
    entries = tuple(_entry(entry, account, made, where) for entry in element.findall("Ntry"))
    known = [
        _text(element, "Acct/Ccy"),
        *(currency for _minor, currency in balances.values()),
        *(entry.currency for entry in entries),
    ]
    return Statement(
        account=account,
        ref=_text(element, "Id"),
        number=_number(element),
        currency=currency_in(next((code for code in known if code), "XXX"), where=where),
        kind=KINDS[element.tag],
        opening=next((balances[code][0] for code in _OPENING if code in balances), None),
        closing=next((balances[code][0] for code in _CLOSING if code in balances), None),
        entries=entries,
    )


def _number(element: Any) -> str:
    number = _text(element, "LglSeqNb", "ElctrncSeqNb")
    page = _text(element, "StmtPgntn/PgNb", "RptPgntn/PgNb", "NtfctnPgntn/PgNb")
    return f"{number}/{page}" if page else number


def _balances(element: Any, where: str) -> dict[str, tuple[Decimal, str]]:
    """Return, by code, the first balance of its kind and its currency."""
    found: dict[str, tuple[Decimal, str]] = {}
    for balance in element.findall("Bal"):
        code = _text(balance, "Tp/CdOrPrtry/Cd", "Tp/Cd", "Tp/CdOrPrtry/Prtry")
        if balance.find("Amt") is not None:
            found.setdefault(code, _signed(balance, where))
    return found


def _entry(element: Any, account: str, made: BankDay | None, where: str) -> Entry:
    """Read an entry; one without any day is of the day on which the statement was made."""
    amount, currency = _signed(element, where)
    batch = _text(element, "NtryDtls/Btch/PmtInfId", "Btch/PmtInfId")
    details = tuple(_detail(part, account, amount < 0, batch, where) for part in element.iter("TxDtls"))
    text = _text(element, "AddtlNtryInf")
    return Entry(
        amount=amount,
        currency=currency,
        booked=_day(element.find("BookgDt"), where) or _day(element.find("ValDt"), where) or made,
        valued=_day(element.find("ValDt"), where),
        details=details or (Detail(remittance=text, batch=batch),),
        bank_ref=_text(element, "AcctSvcrRef", "NtryRef"),
        text=text,
        is_reversal=_text(element, "RvslInd") in {"true", "1"} or any(detail.return_reason for detail in details),
        is_booked=_text(element, "Sts/Cd", "Sts") in {"BOOK", ""},
    )


def _signed(element: Any, where: str) -> tuple[Decimal, str]:
    amount = element.find("Amt")
    if amount is None:
        raise UnreadableStatement(_("{where} has an entry without an amount.").format(where=where))
    side = _text(element, "CdtDbtInd")
    if side not in {"CRDT", "DBIT"}:
        raise UnreadableStatement(
            _("{where} does not say whether {shown} was credited or debited.").format(where=where, shown=shown(amount.text or ""))
        )
    value = amount_in(amount.text or "", where=where)
    return (-value if side == "DBIT" else value), currency_in(amount.get("Ccy") or "", where=where)


def _detail(element: Any, account: str, is_debit: bool, batch: str, where: str) -> Detail:
    amount = element.find("Amt")
    for path in ("AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        amount = element.find(path) if amount is None else amount
    name, iban = _counterparty(element, account, is_debit)
    reason = _text(element, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd", "RtrInf/RtrRsn/Prtry")
    return Detail(
        amount=None if amount is None else amount_in(amount.text or "", where=where),
        currency="" if amount is None else amount.get("Ccy") or "",
        end_to_end=_given(_text(element, "Refs/EndToEndId")),
        reference=_reference(element),
        remittance=_remittance(element),
        name=name,
        iban=iban,
        mandate=_given(_text(element, "Refs/MndtId", "RltdPties/MndtId")),
        return_reason=tidy(f"{reason} {_text(element, 'RtrInf/AddtlInf')}"),
        batch=_given(_text(element, "Refs/PmtInfId")) or batch,
    )


def _reference(element: Any) -> str:
    structured = _text(element, "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef")
    return "".join(structured.split()) if len(structured) <= 60 else ""


def _remittance(element: Any) -> str:
    """Return what the payer wrote, and the numbers of the documents it names."""
    written = [text.text for path in _WORDS for text in element.findall(path)]
    return tidy(" ".join(text for text in written if text)) or _text(element, "AddtlTxInf")


def _counterparty(element: Any, account: str, is_debit: bool) -> tuple[str, str]:
    """Return name and account of the other side: who paid where money came in, who was paid where it went out.

    In a return the bank keeps the sides of the first payment; so a side that holds our own account is not the other one.
    """
    sides = ("Cdtr", "Dbtr") if is_debit else ("Dbtr", "Cdtr")
    accounts = {side: _account(element.find(f"RltdPties/{side}Acct")) for side in sides}
    side = sides[1] if account and accounts[sides[0]] == account else sides[0]
    paths = [f"RltdPties/{party}/{name}" for party in (side, f"Ultmt{side}") for name in ("Nm", "Pty/Nm")]
    return _text(element, *paths), accounts[side]


def _account(element: Any) -> str:
    if element is None:
        return ""
    written = _text(element, "Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/UPIC", "Id/PrtryAcct/Id", "Id/Prtry/Id")
    return "".join(written.split())


def _day(element: Any, where: str) -> BankDay | None:
    if element is None:
        return None
    written = _text(element, "Dt", "DtTm") or tidy(element.text)
    if not written:
        return None
    found = re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", written)
    if found is None:
        raise UnreadableStatement(
            _("{where} names a day that cannot be read: {shown}.").format(where=where, shown=shown(written))
        )
    return BankDay.of(int(found[1]), int(found[2]), int(found[3]))


def _given(text: str) -> str:
    return "" if text.replace(" ", "").upper() in _NOT_GIVEN else text


def _text(element: Any, *paths: str) -> str:
    """Return the first text found under one of `paths`, tidied; empty when there is none."""
    for path in paths:
        if found := tidy(element.findtext(path)):
            return found
    return ""
