"""Copying: many new rows of a table at once, by COPY.

Every constraint, foreign key and trigger of the table is still asked for each row; what is saved are the statements. Keys are
drawn from the table's own sequence beforehand, so that rows of several tables can point to each other. Rows are written out
only as the database asks for more, so that it stores some while the next are written and none are kept twice.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from operator import attrgetter
from typing import Any, Final

from django.db import connection, models

Written = Callable[[Any], str]
NOTHING: Final = "\\N"
LINES_AT_ONCE: Final = 200
_JSON: Final = json.JSONEncoder()
# Which sequence it is, is asked once ("OFFSET 0"), not for each key.
_DRAWN: Final = (
    "ARRAY(SELECT nextval(of.sequence) FROM generate_series(1, %s),"
    " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence OFFSET 0) of)"
)
# What the database reads as Python writes it.
_TOLD_PLAINLY: Final = (models.IntegerField, models.DecimalField, models.DateField, models.BooleanField)


@contextmanager
def checked_by_key() -> Iterator[None]:
    """Within this, let triggers and keys be checked by index, also where a table was small when last looked at.

    Their questions ask by key. Planned on the figures of a table that was empty a moment ago, each would be answered by reading
    the table from end to end, once per row. What would be checked when the transaction ends is checked at the end of this:
    that every row pointed to exists, and that entries balance. Meant for writing only: it is no good for other questions.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; SET LOCAL enable_seqscan = on")


def reserve(*wanted: tuple[type[models.Model], int]) -> list[list[int]]:
    """Draw so many new keys for each of these tables, in rising order, in one statement."""
    drawn = ", ".join([_DRAWN] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {drawn}", [part for model, count in wanted for part in (count, model._meta.db_table)])
        return [list(keys) for keys in cursor.fetchone()]


def add(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Add these rows, which carry their keys."""
    names = [field.attname for field in model._meta.concrete_fields]
    values = attrgetter(*names)
    add_values(model, names, map(values, rows))


def add_values(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows given as values of the columns named, in their order; the database fills the others."""
    of_name: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    fields = [of_name[name] for name in names]
    lines = _lines([_writer(field) for field in fields], rows)
    if (first := next(lines, None)) is None:
        return
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', _Text(chain([first], lines)))


class _Text:
    """Lines as a file that is read part by part, each written only then."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def read(self, size: int) -> str:
        """Return the next lines, whole ones; nothing at the end."""
        return "".join(islice(self._lines, LINES_AT_ONCE))


def _lines(writers: Sequence[Written], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    for row in rows:
        told = [NOTHING if value is None else write(value) for value, write in zip(row, writers, strict=True)]
        yield "\t".join(told) + "\n"


def _writer(field: Any) -> Written:
    kept = field.target_field if field.is_relation else field
    if isinstance(kept, models.JSONField):
        return _json
    if isinstance(kept, models.CharField | models.TextField):
        return _text
    return str if isinstance(kept, _TOLD_PLAINLY) else _plain


def _json(value: object) -> str:
    return _text(_JSON.encode(value))


def _text(value: object) -> str:
    text = str(value)
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text


def _plain(value: object) -> str:
    if isinstance(value, int | Decimal | date | datetime):
        return str(value)
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        return f"[{value.lower or ''},{value.upper or ''})"
    return _text(value)
