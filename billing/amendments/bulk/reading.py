"""Reading a file of changes: CSV in UTF-8, with comma, semicolon or tab between the cells. Pure.

Columns: `contract` (the number of a subscription, or of a contract with one subscription), `action`, `quantity`, `plan`,
`effective` (a day such as 2026-03-01, `now`, `next_period`, for an end also `end_of_term`) and, to add something, `customer`.
What makes the whole file unusable is a refusal; what is wrong with one row is that row's reason.
"""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing.amendments import quoting
from billing.amendments.quoting import Change

COLUMNS: Final = ("contract", "action", "quantity", "plan", "effective", "customer")
NEEDED: Final = ("contract", "action", "effective")
ADD: Final = "add"
ACTIONS: Final = (ADD, *(what.value for what in quoting.OFFERED))
MOST_ROWS: Final = 500
MOST_BYTES: Final = 256 * 1024
LARGEST_QUANTITY: Final = 1_000_000
LONGEST_CELL: Final = 200


class FileUnusable(Refusal):
    """Nothing of the file can be read."""

    code = "file_unusable"


class RowUnreadable(Refusal):
    """The row says nothing that can be done."""

    code = "row_unreadable"


@dataclass(frozen=True)
class Given:
    """One row as it came: its number and its cells by column."""

    number: int
    cells: Mapping[str, str]
    fault: str = ""


def hash_of(content: bytes) -> str:
    """Return what tells one file from another."""
    return hashlib.sha256(content).hexdigest()


def rows_of(content: bytes) -> list[Given]:
    """Return the rows of a file; empty lines are passed over.

    Raises:
        FileUnusable: too large, no UTF-8 or CSV, a column missing or unknown, no row or too many.
    """
    if len(content) > MOST_BYTES:
        raise FileUnusable(_("The file is larger than {most_bytes} KB. Split it.").format(most_bytes=MOST_BYTES // 1024))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise FileUnusable(_("The file is not in UTF-8. Save it as CSV UTF-8.")) from problem
    if "\x00" in text:
        raise FileUnusable(_("This is no CSV file."))
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error as problem:
        raise FileUnusable(_("This is no CSV file: {problem}.").format(problem=problem)) from problem
    header = _header(lines)
    found = [
        _row(number, header, cells) for number, cells in enumerate(lines[1:], start=2) if any(cell.strip() for cell in cells)
    ]
    if not found:
        raise FileUnusable(_("The file has a header and no row below it."))
    if len(found) > MOST_ROWS:
        raise FileUnusable(
            _("The file has {count} rows; at most {most_rows} are taken at once.").format(count=len(found), most_rows=MOST_ROWS)
        )
    return found


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max((",", ";", "\t"), key=first.count)


def _header(lines: list[list[str]]) -> list[str]:
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    if not any(header):
        raise FileUnusable(_("The file is empty: its first line names the columns."))
    if repeated := sorted({name for name in header if header.count(name) > 1}):
        raise FileUnusable(_("The column {repeated!r} is named more than once.").format(repeated=repeated[0][:40]))
    if unknown := sorted(set(header) - set(COLUMNS)):
        raise FileUnusable(
            _("The column {unknown!r} is not known. There are: {columns}.").format(
                unknown=unknown[0][:40], columns=", ".join(COLUMNS)
            )
        )
    if missing := [name for name in NEEDED if name not in header]:
        raise FileUnusable(
            _("The column {missing} is missing. There are: {columns}.").format(missing=missing[0], columns=", ".join(COLUMNS))
        )
    return header


def _row(number: int, header: list[str], cells: list[str]) -> Given:
    found = {name: cell.strip()[:LONGEST_CELL] for name, cell in zip(header, cells, strict=False)}
    if len(cells) != len(header):
        return Given(number, found, f"It has {len(cells)} cells where the header names {len(header)}.")
    return Given(number, found)


def change_of(cells: Mapping[str, str]) -> Change:
    """Return the change a row asks for.

    Raises:
        RowUnreadable: an action, a day or a quantity that is none, or one that does not belong there.
    """
    action = action_of(cells)
    quantity = quantity_of(cells) if action == quoting.What.SET_QUANTITY else None
    if action == quoting.What.CHANGE_PLAN and not cells.get("plan"):
        raise RowUnreadable(_("The new plan is missing."))
    return Change(action, cells.get("plan") or None if action == quoting.What.CHANGE_PLAN else None, quantity, _effective(cells))


def action_of(cells: Mapping[str, str]) -> str:
    """Return what a row wants done.

    Raises:
        RowUnreadable: it is no action.
    """
    action = cells.get("action", "").lower()
    if action not in ACTIONS:
        raise RowUnreadable(
            _("{action!r} is no action. There are: {actions}.").format(action=action[:40], actions=", ".join(ACTIONS))
        )
    return action


def quantity_of(cells: Mapping[str, str]) -> int:
    """Return the quantity of a row.

    Raises:
        RowUnreadable: it is no whole number above zero.
    """
    text = cells.get("quantity", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and 0 < int(text) <= LARGEST_QUANTITY):
        raise RowUnreadable(
            _("A quantity is a whole number from 1 to {largest_quantity}, not {text!r}.").format(
                largest_quantity=LARGEST_QUANTITY, text=text[:40]
            )
        )
    return int(text)


def day_of(cells: Mapping[str, str]) -> date:
    """Return the day from which something is added.

    Raises:
        RowUnreadable: it names no day.
    """
    when = _effective(cells)
    if not isinstance(when, date):
        raise RowUnreadable(_("What is added begins on a day, such as 2026-03-01."))
    return when


def _effective(cells: Mapping[str, str]) -> str | date:
    text = cells.get("effective", "").lower()
    if text in quoting.MOMENTS:
        return text
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise RowUnreadable(
            _("{text!r} does not say when: write a day such as 2026-03-01, or {moments}.").format(
                text=text[:40], moments=", ".join(quoting.MOMENTS)
            )
        ) from problem
