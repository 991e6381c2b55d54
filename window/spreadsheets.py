"""Spreadsheets handed out as CSV: with a byte order mark, so that Excel reads the umlauts, and no cell that a program would run.

A cell that begins like a formula gets an apostrophe before it (OWASP, CSV injection). Rows are sent as they come.
"""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

RUNS = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return what would be written."""
        return text


def cell(value: object) -> str:
    """Return a value as text that no program runs; a plain number, below zero too, stays one."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(RUNS) and not _is_number(text) else text


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield rows as lines of CSV, the first with the byte order mark."""
    writer = csv.writer(_Echo())
    mark = BYTE_ORDER_MARK
    for row in rows:
        yield mark + writer.writerow([cell(value) for value in row])
        mark = ""


def download(rows: Iterable[Iterable[Any]], *, name: str) -> StreamingHttpResponse:
    """Answer with the rows as a CSV file that a browser saves."""
    answer = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal() and text.count("-") <= 1
