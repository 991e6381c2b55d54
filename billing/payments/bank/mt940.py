"""MT940: the account statement of SWIFT, as banks really write it.

A file is a row of fields (`:61:…`); a line that opens no known field goes on with the one before it, so that a wrapped time
such as `:12:11` is text. Banks differ in the rest: headers and endings, entry days left blank, amounts without a comma,
letters of the currency behind the side, several `:86:`, a second `:25:` where `:86:` was meant. What is asked of a file is
an account, a readable amount in each entry, and an end.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from billing.payments.bank import purposes
from billing.payments.bank.statements import BankDay, Entry, Statement, UnreadableStatement, amount_in, shown, tidy

KIND: Final = "MT940"
_FIELD = re.compile(r":(20|21|25P?|28C?|60[FM]|61|86|62[FM]|64|65|34F|13D?|90[CD]|NS):(.*)", re.DOTALL)
_BALANCE = re.compile(r"([CD])([0-9]{6})?([A-Z]{3})?([0-9]+[.,]?[0-9]*)\s*", re.ASCII)
_ENTRY = re.compile(
    r"(?P<valued>[0-9]{6})(?P<booked>[0-9]{4}|[ ]{4})?(?P<mark>[RE]?[CD])(?P<letter>[A-Z])?(?P<amount>[0-9]+(?:[.,][0-9]*)?)"
    r"(?:[A-Z][A-Z0-9 ]{3}(?P<rest>.*))?\s*",
    re.DOTALL | re.ASCII,
)
_ENDINGS: Final = ("-", "-}", "\x03")

Field = tuple[str, str]


def read(text: str) -> list[Statement]:
    """Return the statements of an MT940 file in their order.

    Raises:
        UnreadableStatement: there is none, one is cut off, or an amount or a day cannot be read.
    """
    groups = list(_statements(list(_fields(text))))
    if not groups:
        raise UnreadableStatement("The file holds no bank statement.")
    _refuse_if_cut_off(text, groups[-1])
    return [_statement(group) for group in groups]


def _fields(text: str) -> Iterator[Field]:
    """Split the file into fields; lines before the first field and the envelope around statements are left out."""
    tag, lines = "", list[str]()
    for line in text.split("\n"):
        opened = _FIELD.match(line)
        closed = line.strip().startswith(_ENDINGS) and len(line.strip()) <= 8 or line.startswith(("{1:", "-}"))
        if opened or closed:
            if tag:
                yield tag, "\n".join(lines)
            tag, lines = (opened[1], [opened[2]]) if opened else ("", [])
        elif tag:
            lines.append(line)
    if tag:
        yield tag, "\n".join(lines)


def _statements(fields: list[Field]) -> Iterator[list[Field]]:
    """Gather the fields of each statement; one opens with its `:20:`."""
    group: list[Field] = []
    for field in fields:
        if field[0] == "20" and group:
            yield group
            group = []
        if field[0] == "20" or group:
            group.append(field)
    if group:
        yield group


def _refuse_if_cut_off(text: str, last: list[Field]) -> None:
    """Refuse a file whose last statement neither states a closing balance nor ends in an empty line or an end mark."""
    closing = (_last(last, "62F", "62M") or "").strip().split("\n")[0]
    is_whole = _BALANCE.fullmatch(closing) and ("," in closing or text.endswith("\n"))
    if not (is_whole or text.endswith("\n\n") or text.rstrip().endswith(_ENDINGS)):
        raise UnreadableStatement("The file is cut off: its last statement has no closing balance.")


def _statement(fields: list[Field]) -> Statement:
    first = dict(reversed(fields))
    ref = tidy(first["20"].split("\n")[0])
    where = f"Statement {shown(ref)}"
    account = tidy(first.get("25", first.get("25P", "")).split("\n")[0])
    if not account:
        raise UnreadableStatement(f"{where} names no account.")
    opening, currency = _balance(first.get("60F", first.get("60M")), where)
    closing, closing_currency = _balance(_last(fields, "62F", "62M"), where)
    currency = currency or closing_currency
    if not currency:
        raise UnreadableStatement(f"{where} does not say in which currency the account is kept.")
    entries = tuple(_entry(entry, notes, currency, account, where) for entry, notes in _bookings(fields))
    return Statement(account, ref, tidy(first.get("28C", first.get("28"))), currency, KIND, opening, closing, entries)


def _last(fields: list[Field], *tags: str) -> str | None:
    return next((value for tag, value in reversed(fields) if tag in tags), None)


def _balance(written: str | None, where: str) -> tuple[Decimal | None, str]:
    """Read a balance: its signed amount and its currency, which some banks leave out."""
    if written is None:
        return None, ""
    found = _BALANCE.fullmatch(written.strip().split("\n")[0])
    if found is None:
        raise UnreadableStatement(f"{where} has a balance that cannot be read: {shown(written)}.")
    amount = amount_in(found[4], where=where)
    return (-amount if found[1] == "D" else amount), found[3] or ""


def _bookings(fields: list[Field]) -> Iterator[tuple[str, list[Field]]]:
    """Return each entry with the notes that follow it; a `:25:` behind an entry is a mistyped note."""
    entry, notes = "", list[Field]()
    for tag, value in fields:
        if tag == "61":
            if entry:
                yield entry, notes
            entry, notes = value, []
        elif tag in {"86", "NS"} or tag == "25" and entry:
            notes.append(("NS" if tag == "NS" else "86", value))
        elif entry:
            yield entry, notes
            entry, notes = "", []
    if entry:
        yield entry, notes


def _entry(written: str, notes: list[Field], currency: str, account: str, where: str) -> Entry:
    found = _ENTRY.fullmatch(written.strip("\n"))
    if found is None:
        raise UnreadableStatement(f"{where} has an entry that cannot be read: {shown(written)}.")
    mark, amount = found["mark"], amount_in(found["amount"], where=where)
    is_debit = mark in {"D", "RC", "ED"}
    valued = _day(found["valued"])
    detail = purposes.read(found["rest"] or "", notes, own_account=account)
    return Entry(
        amount=-amount if is_debit else amount,
        currency=currency,
        booked=_booked(valued, (found["booked"] or "").strip()),
        valued=valued,
        details=(detail.told,),
        bank_ref=detail.bank_ref,
        text=detail.text,
        is_reversal=mark.startswith("R") or bool(detail.told.return_reason),
        is_booked=not mark.startswith("E"),
    )


def _day(written: str) -> BankDay:
    year = int(written[:2])
    return BankDay.of(year + (1900 if year >= 80 else 2000), int(written[2:4]), int(written[4:6]))


def _booked(valued: BankDay, written: str) -> BankDay:
    """Read the booking day, which has no year: the one nearest to the value day."""
    if not written:
        return valued
    month, day = int(written[:2]), int(written[2:])
    nearby = [BankDay.of(valued.on.year + years, month, day) for years in (0, 1, -1)]
    return min(nearby, key=lambda near: abs(near.on - valued.on))
