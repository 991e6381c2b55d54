"""Sheets: customer rows out of CSV files as they come, plain or gzipped, without taking a large file into memory at once.

A sheet's own column names are mapped to ours: `ref=id` takes the column `id`; `ref={org}/{post}` puts several together and is
empty as soon as one of them is. What makes a whole file unusable (no UTF-8, no header, too large) is a refusal that names
the line; what is wrong with one row is that row's fault. Rows are counted as a spreadsheet does: the header is row 1.
"""

import csv
import gzip
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NoReturn

from django.utils.translation import gettext as _

from accounts.customers import reasons
from accounts.customers.facts import FACTS
from accounts.customers.importing import Row
from accounts.decisions import Refusal

COLUMNS: Final = ("ref", "parent_ref", "name", "kind", *(fact for fact in FACTS if fact != "name"))
GZIPPED: Final = b"\x1f\x8b"
LONGEST_LINE: Final = 1_000_000
MEGABYTE: Final = 1_000_000
PART: Final = re.compile(r"\{([^{}]*)\}")


class FileUnusable(Refusal):
    """The file as a whole cannot be read; nothing of it was taken."""

    code = "file_unusable"


@dataclass(frozen=True)
class Reading:
    """How a file is to be read.

    `columns`: our column -> the file's column, or a template with columns in braces. `where`: (column, value) pairs a row
    must have, otherwise it is passed over. `nobody`: what a file writes in a parent column when there is none. `names`:
    ref -> facts from another file, for what this one leaves empty. `name_by_ref`: a customer without a name is called by its ref.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    where: tuple[tuple[str, str], ...] = ()
    nobody: frozenset[str] = frozenset()
    parent_separator: str = ""
    delimiter: str = ","
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    name_by_ref: bool = False
    most_bytes: int = 50 * MEGABYTE
    most_rows: int = 500_000


class Sheet:
    """One file being read: iterate over it for its rows. `unknown_columns` and `passed_over` say what was left aside."""

    def __init__(self, stream: BinaryIO, reading: Reading) -> None:
        self.reading = reading
        self.passed_over = 0
        self._lines = Lines(stream, reading.most_bytes)
        self._records = csv.reader(self._lines, delimiter=reading.delimiter, strict=True)
        self.header = self._header()
        self.template = self._templates()
        used = {column for template in self.template.values() for column in _parts(template)} | {
            column for column, _place in reading.where
        }
        self.unknown_columns = [column for column in self.header if column not in used]

    def _header(self) -> list[str]:
        header = [cell.strip() for cell in next(self._read(), [])]
        if not any(header):
            raise FileUnusable(_("The file is empty: its first line must name the columns."))
        if repeated := sorted({column for column in header if header.count(column) > 1}):
            raise FileUnusable(_("line 1: the column {repeated} is named more than once.").format(repeated=repeated[0]))
        return header

    def _templates(self) -> dict[str, str]:
        mapped = {name: name for name in COLUMNS if name in self.header} | dict(self.reading.columns)
        for name, template in mapped.items():
            for column in _parts(template):
                self._must_have(column, f"{name} is to be read from it")
        for column, _place in self.reading.where:
            self._must_have(column, "rows are to be chosen by it")
        for name in ("ref", "name"):
            if name not in mapped and not (name == "name" and self.reading.name_by_ref):
                raise FileUnusable(
                    _("line 1: no column is called {name}. There are: {header}. Map one with --columns.").format(
                        name=name, header=", ".join(self.header)
                    )
                )
        return mapped

    def _must_have(self, column: str, why: str) -> None:
        if column not in self.header:
            raise FileUnusable(
                _("line 1: there is no column {column}, but {why}. There are: {header}.").format(
                    column=column, why=why, header=", ".join(self.header)
                )
            )

    def __iter__(self) -> Iterator[Row]:
        for number, cells in enumerate(self._read(), start=2):
            if number > self.reading.most_rows + 1:
                raise FileUnusable(
                    _("The file has more than {most_rows} rows. Split it, or raise --max-rows.").format(
                        most_rows=self.reading.most_rows
                    )
                )
            if not cells:
                continue
            if len(cells) != len(self.header):
                fault = reasons.say("row.cells", found=len(cells), wanted=len(self.header))
                yield Row("", "", number=number, fault=fault)
                continue
            record = dict(zip(self.header, cells, strict=True))
            if all(record[column] == value for column, value in self.reading.where):
                yield self._row(record, number)
            else:
                self.passed_over += 1

    def _read(self) -> Iterator[list[str]]:
        try:
            yield from self._records
        except csv.Error as problem:
            raise FileUnusable(
                _("line {number}: this is no CSV: {problem}.").format(number=self._lines.number, problem=problem)
            ) from problem

    def _row(self, record: Mapping[str, str], number: int) -> Row:
        said = {name: _filled(template, record, frozenset()) for name, template in self.template.items() if name != "parent_ref"}
        ref, name, kind = said.pop("ref"), said.pop("name", ""), said.pop("kind", "")
        facts = dict(self.reading.names.get(ref, {})) | {fact: value for fact, value in said.items() if value}
        from_names = facts.pop("name", "")
        name = name or from_names or (ref if self.reading.name_by_ref else "")
        return Row(ref, name, kind, self._parents(record), facts, number)

    def _parents(self, record: Mapping[str, str]) -> tuple[str, ...]:
        if "parent_ref" not in self.template:
            return ()
        filled = _filled(self.template["parent_ref"], record, self.reading.nobody)
        several = filled.split(self.reading.parent_separator) if self.reading.parent_separator else [filled]
        return tuple(dict.fromkeys(parent.strip() for parent in several if parent.strip()))


def missing_parent(reading: Reading, ref: str) -> Row:
    """Return a row for a parent that has none: what another file knows of it, and its ref for a name."""
    facts = dict(reading.names.get(ref, {}))
    return Row(ref, facts.pop("name", "") or ref, facts=facts)


def names_in(stream: BinaryIO, *, key: str, columns: Mapping[str, str], most_bytes: int) -> dict[str, dict[str, str]]:
    """Return facts by ref out of another file: `key` is its column of refs, `columns` fact -> column."""
    sheet = Sheet(stream, Reading({"ref": key, **columns}, name_by_ref=True, most_bytes=most_bytes))
    known = {row.ref: row.facts | ({"name": row.name} if row.name != row.ref else {}) for row in sheet if not row.fault}
    return {ref: {fact: value for fact, value in facts.items() if fact in columns} for ref, facts in known.items()}


def mapping_of(text: str) -> dict[str, str]:
    """Return our column -> the file's, out of "ref=id,name={first} {last}".

    Raises:
        FileUnusable: a part is not of the form ours=theirs, or ours is no column of customers.
    """
    mapped: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not equals or not column:
            raise FileUnusable(_('"{part}" is not of the form ours=theirs, such as ref=id.').format(part=part))
        if name not in COLUMNS:
            raise FileUnusable(
                _("{name} is no column of customers. There are: {columns}.").format(name=name, columns=", ".join(COLUMNS))
            )
        mapped[name] = column
    return mapped


def _parts(template: str) -> list[str]:
    return PART.findall(template) or [template]


def _filled(template: str, record: Mapping[str, str], nobody: frozenset[str]) -> str:
    parts = {column: record[column].strip() for column in _parts(template)}
    if any(value in nobody for value in parts.values()):
        return ""
    if len(parts) == 1 and not PART.search(template):
        return parts[template]
    return PART.sub(lambda found: parts[found[1]], template) if all(parts.values()) else ""


class Lines:
    """The text lines of a file, decoded one at a time; gzipped files are unpacked on the way and measured unpacked."""

    def __init__(self, stream: BinaryIO, most_bytes: int) -> None:
        self.number = 0
        self.most_bytes = most_bytes
        self._taken = 0
        if stream.seekable() and _size(stream) > most_bytes:
            self._refuse_size()
        self._stream = _unpacked(stream)

    def __iter__(self) -> Iterator[str]:
        while raw := self._next():
            self.number += 1
            self._taken += len(raw)
            if self._taken > self.most_bytes:
                self._refuse_size()
            if len(raw) > LONGEST_LINE:
                raise FileUnusable(
                    _("line {number}: is longer than {longest_line} bytes; this is no CSV of customers.").format(
                        number=self.number, longest_line=LONGEST_LINE
                    )
                )
            yield self._decoded(raw)

    def _refuse_size(self) -> NoReturn:
        raise FileUnusable(
            _("The file is larger than {most_bytes} MB. Split it, or raise --max-mb.").format(
                most_bytes=self.most_bytes // MEGABYTE
            )
        )

    def _next(self) -> bytes:
        try:
            return self._stream.readline(LONGEST_LINE + 1)
        except (EOFError, OSError, zlib.error) as problem:
            raise FileUnusable(
                _("after line {number}: cannot be unpacked: {problem}.").format(number=self.number, problem=problem)
            ) from problem

    def _decoded(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError as problem:
            byte, place = raw[problem.start], problem.start + 1
            raise FileUnusable(
                _("line {number}: byte {place} (0x{byte:02x}) is not UTF-8. Save the file as UTF-8.").format(
                    number=self.number, place=place, byte=byte
                )
            ) from problem


def _size(stream: BinaryIO) -> int:
    here = stream.tell()
    size = stream.seek(0, os.SEEK_END)
    stream.seek(here)
    return size


def _unpacked(stream: BinaryIO) -> BinaryIO:
    peeked = stream.peek(2)[:2] if hasattr(stream, "peek") else b""
    return gzip.GzipFile(fileobj=stream) if peeked == GZIPPED else stream  # type: ignore[return-value]
