"""Purposes: what field 86 of an MT940 entry says: references, who paid, and the words of the payer.

Four manners are met: numbered parts (`166?00GUTSCHRIFT?20EREF+…?32NAME`), named parts (`/EREF/…/NAME/…/REMI/…`), numbered
lines of field NS, and plain text. Whatever the manner, an account number is one only if its check digits are right.
"""

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from billing.payments.bank.statements import Detail, tidy

_NUMBERED = re.compile(r"\s*(?:[0-9]{3}\s*([^\w\s/])|(\?))(?=[0-9]{2})")
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|RREF)\s?\+\s?")
_NAMED = re.compile(
    r"/(EREF|PREF|KREF|IREF|RREF|MARF|CSID|CNTP|BENM|ORDP|ULTD|ULTC|ULTB|NAME|ADDR|IBAN|BIC|REMI|TRTP|RTRN|ISDT|PURP|TRCD|SVCL|ID)/"
)
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}(?![A-Z0-9])")
_NOT_GIVEN: Final = frozenset({"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE", "EREF", "KREF+", "KREF", "N"})
_RETURNS: Final = frozenset({"108", "109", "159", "181", "184"})
_WIDTH: Final = 27


@dataclass(frozen=True)
class Purpose:
    """What was read: the detail, the bank's own reference, and its word for the kind of booking."""

    told: Detail
    bank_ref: str
    text: str


def read(rest_of_entry: str, notes: list[tuple[str, str]], *, own_account: str) -> Purpose:
    """Read what follows the amount of an entry (its references) and the notes behind it."""
    first, _, further = rest_of_entry.partition("\n")
    for_us, _, for_bank = first.partition("//")
    written = "\n".join(value for tag, value in notes if tag == "86").strip("\n")
    lines = "\n".join(value for tag, value in notes if tag == "NS")
    told, text = _numbered(written) or _named(written) or _lines(lines, written) or (Detail(remittance=_flat(written)), "")
    if not told.end_to_end and tidy(for_us) not in _NOT_GIVEN:
        told = replace(told, remittance=tidy(f"{told.remittance} {for_us}"))
    if not told.remittance and further:
        told = replace(told, remittance=tidy(further))
    if not told.iban:
        told = replace(told, iban=_iban_in(f"{for_us} {further} {written}".upper(), own_account))
    return Purpose(told, "" if tidy(for_bank) in _NOT_GIVEN else tidy(for_bank), text)


def _numbered(written: str) -> tuple[Detail, str] | None:
    """Read `166?00TEXT?20…?32NAME`: the sign behind the code parts the fields, each opened by its two digits."""
    found = _NUMBERED.match(written)
    if found is None:
        return None
    sign = found[1] or found[2]
    pieces = re.split(re.escape(sign) + r"([0-9]{2})", written.replace("\r", "").replace("\n", ""))
    fields = list(zip(pieces[1::2], pieces[2::2], strict=True))
    of = {code: value for code, value in reversed(fields)}
    words = _joined([value for code, value in fields if "20" <= code <= "29" or "60" <= code <= "63"])
    named = _parts(_SEPA, words)
    remittance = named.get("SVWZ") or ("" if named.keys() - {""} else words) or named.get("", "")
    account = "".join((of.get("31", "") or of.get("38", "")).split())
    told = Detail(
        end_to_end=_given(named.get("EREF", "").partition("MTLG:")[0]),
        remittance=tidy(remittance or words),
        name=tidy(of.get("32", "") + of.get("33", "")),
        iban=account if _is_iban(account) else "",
        mandate=_given(named.get("MREF", "")),
        return_reason=_reason(written[:3], of, words),
        batch=_given(named.get("KREF", "")),
    )
    return told, tidy(of.get("00", ""))


def _reason(code: str, of: dict[str, str], words: str) -> str:
    """Return why money came back; only the business codes of returned debits and transfers tell of one."""
    if code not in _RETURNS:
        return ""
    key = "".join(of.get("34", "").split())
    said = re.search(r"(?:SVWZ\+|MTLG:)\s*(.+)", words)
    return tidy(f"{key} {said[1] if said else of.get('00', '')}")[:200]


def _joined(pieces: list[str]) -> str:
    """Join fields that a bank broke after 27 signs; a shorter one ends where a word ends."""
    out = pieces[0] if pieces else ""
    for before, piece in pairwise(pieces):
        went_on = len(before) >= _WIDTH - 1 or piece.startswith(" ") or before.endswith(" ")
        out += piece if went_on else f" {piece}"
    return out


def _named(written: str) -> tuple[Detail, str] | None:
    """Read `/EREF/…/NAME/…/REMI/…`, the manner of Dutch banks and of SWIFT."""
    if _NAMED.search(written) is None:
        return None
    named = _parts(_NAMED, written.replace("\r", "").replace("\n", ""))
    counterparty = named.get("CNTP", "").split("/")
    account = "".join((named.get("IBAN", "") or counterparty[0]).split())
    name = named.get("NAME", "") or (counterparty[2] if len(counterparty) > 2 else "")
    reference = re.match(r"STRD/(?:CUR|ISO)/(.+)", named.get("REMI", ""))
    remittance = re.sub(r"^(USTD|STRD)/[A-Z]*/?", "", named.get("REMI", ""))
    told = Detail(
        end_to_end=_given(named.get("EREF", "")),
        reference="".join(reference[1].strip("/").split()) if reference else "",
        remittance=tidy(remittance.strip("/")),
        name=tidy(name.strip("/")),
        iban=account.upper() if _is_iban(account.upper()) else "",
        mandate=_given(named.get("MARF", "")),
        return_reason=tidy(named.get("RTRN", "").strip("/")),
        batch=_given(named.get("PREF", "") or named.get("KREF", "")),
    )
    return told, tidy(named.get("TRTP", "").strip("/"))


def _parts(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    """Return what stands behind each name in `text`, the first time it is used; under "" what stands before them all."""
    pieces = pattern.split(text)
    named = {"": pieces[0].strip()}
    for name, value in zip(pieces[1::2], pieces[2::2], strict=True):
        named.setdefault(name, value.strip().strip("/").strip())
    return named


def _lines(lines: str, written: str) -> tuple[Detail, str] | None:
    """Read field NS: lines opened by two digits, 01 to 14 the words of the payer, 15 and 16 the name, 17 the kind."""
    if not lines:
        return None
    of = {line[:2]: line[2:].strip() for line in reversed(lines.split("\n")) if line[:2].isdigit()}
    words = " ".join(of[code] for code in sorted(of) if "01" <= code <= "14")
    return Detail(remittance=tidy(f"{words} {_flat(written)}"), name=tidy(f"{of.get('15', '')} {of.get('16', '')}")), of.get(
        "17", ""
    )


def _flat(written: str) -> str:
    """Put wrapped lines together: one that fills the line goes on without a blank."""
    out = ""
    for line in written.replace("\r", "").split("\n"):
        out += line if len(line) >= 65 else f"{line} "
    return tidy(out)


def _iban_in(text: str, own_account: str) -> str:
    """Return the first account number in `text` whose check digits are right and that is not our own."""
    own = own_account.upper().replace(" ", "")
    return next((found for found in _IBAN.findall(text) if found != own and _is_iban(found)), "")


def _is_iban(text: str) -> bool:
    try:
        ibans.validate(text)
    except ValidationError:
        return False
    return True


def _given(text: str) -> str:
    tidied = tidy(text)
    return "" if tidied.replace(" ", "").upper() in _NOT_GIVEN else tidied
