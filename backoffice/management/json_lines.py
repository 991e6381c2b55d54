"""Files of JSON lines as commands read them: one object a line, or one clear sentence about the line that is none."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """Open a file for reading; `-` is standard input."""
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(path).open("rb") as file:
            yield file
    except OSError as problem:
        raise CommandError(f"{path}: {problem.strerror}.") from problem


def rows_of(lines: Iterable[bytes], name: str) -> list[dict[str, Any]]:
    """Return the object on each line that is not blank."""
    return [_row(line, f"{name}: line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def _row(line: bytes, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise CommandError(f"{place} is not JSON in UTF-8.") from problem
    if not isinstance(row, dict):
        raise CommandError(f"{place} is not a JSON object.")
    return row
