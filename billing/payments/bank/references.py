"""References: by what a payer names the invoice that is paid, in a field of its own or in the midst of other words.

A structured creditor reference (ISO 11649, RF…) carries check digits, so one that holds is no accident. An invoice number in
free text may be broken by blanks, signs or line ends: every run of up to four pieces is a candidate. Letters and digits count,
signs and case do not: `INV-000123`, `inv 000 123` and `INV000123` are one number.
"""

import re
from collections.abc import Iterator
from typing import Final

from stdnum import iso11649

MOST_PIECES: Final = 120
_PIECE = re.compile(r"[A-Z0-9]+")
_CREDITOR = re.compile(r"RF[0-9]{2}[A-Z0-9]{0,21}")


def plain(ref: str) -> str:
    """Return `ref` without signs, in capitals: the form in which numbers are compared."""
    return "".join(_PIECE.findall(ref.upper()))


def creditor_references(*texts: str) -> set[str]:
    """Return the plain invoice numbers that valid creditor references in `texts` stand for."""
    return {run[4:] for text in texts for run in _runs(_pieces(text), longest=8) if _is_creditor_reference(run)}


def numbers(*texts: str) -> set[str]:
    """Return every run in `texts` that could be an invoice number: four to 24 signs, a digit among them."""
    runs = (run for text in texts for run in _runs(_pieces(text), longest=4))
    return {run for run in runs if 4 <= len(run) <= 24 and any(sign.isdigit() for sign in run)}


def is_only_digits(number: str) -> bool:
    """Whether a number could as well be a date, an amount or an account: it convinces only beside the right amount."""
    return number.isdigit()


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(text.upper())[:MOST_PIECES]


def _runs(pieces: list[str], *, longest: int) -> Iterator[str]:
    for start in range(len(pieces)):
        run = ""
        for piece in pieces[start : start + longest]:
            run += piece
            yield run


def _is_creditor_reference(run: str) -> bool:
    return bool(_CREDITOR.fullmatch(run)) and len(run) > 4 and bool(iso11649.is_valid(run))
