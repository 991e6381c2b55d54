"""Files: records out of a CSV file as it comes, plain or gzipped, each row under the id it has there."""

import csv
from collections.abc import Iterator
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from accounts.customers.sheets import MEGABYTE, FileUnusable, Lines
from accounts.decisions import Refusal
from accounts.quality.matching import records
from accounts.quality.matching.records import Record

IDS: Final = ("id", "ref", "rec_id", "record_id", "number", "external_id")
MOST_BYTES: Final = 200 * MEGABYTE


class RowsUnusable(Refusal):
    """Rows that cannot be compared; `faults` has a sentence for each."""

    code = "rows_unusable"

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def read(stream: BinaryIO) -> tuple[list[Record], tuple[str, ...]]:
    """Return the records of a file and as what they can be compared.

    Raises:
        FileUnusable: the file as a whole cannot be read.
        RowsUnusable: rows have no id, an id that appears before, or another number of cells than the header.
    """
    rows = _rows(stream)
    header = [cell.strip() for cell in next(rows, [])]
    column = _id_column(header)
    taken: dict[str, int] = {}
    found: list[Record] = []
    faults: list[str] = []
    for number, cells in enumerate(rows, start=2):
        if not any(cells):
            continue
        row = dict(zip(header, cells, strict=False))
        id = row.get(column, "").strip()
        if fault := _fault(header, cells, id, taken):
            faults.append(f"row {number}: {fault}")
            continue
        taken[id] = number
        found.append(records.of_row(row, id=id))
    if faults:
        raise RowsUnusable(faults)
    return found, records.kinds_of(header)


def _rows(stream: BinaryIO) -> Iterator[list[str]]:
    lines = Lines(stream, MOST_BYTES)
    try:
        yield from csv.reader(lines, strict=True)
    except csv.Error as problem:
        raise FileUnusable(
            _("line {number}: this is no CSV: {problem}.").format(number=lines.number, problem=problem)
        ) from problem


def _id_column(header: list[str]) -> str:
    if not any(header):
        raise FileUnusable(_("The file is empty: its first line must name the columns."))
    if repeated := sorted({column for column in header if header.count(column) > 1}):
        raise FileUnusable(
            _("line 1: the column {repeated} is named more than once.").format(repeated=repeated[0] or "without a name")
        )
    by_name = {column.casefold(): column for column in header}
    own = header[0] if header[0].casefold().endswith("id") else ""
    if not (known := next((by_name[name] for name in IDS if name in by_name), own)):
        raise FileUnusable(_("line 1: no column is called id. There are: {header}.").format(header=", ".join(header)))
    return known


def _fault(header: list[str], cells: list[str], id: str, taken: dict[str, int]) -> str:
    if len(cells) != len(header):
        return f"has {len(cells)} cells where the header names {len(header)}"
    if not id:
        return "has no id"
    return f'the id "{id}" appears already in row {taken[id]}' if id in taken else ""
