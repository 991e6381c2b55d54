"""Copying: many new rows of a table at once, by COPY.

Every constraint, foreign key and trigger of the table is still asked for each row; what is saved are the statements. Keys are
drawn from the table's own sequence beforehand, so that rows of several tables can point to each other. Rows are written out
only as the database asks for more, so that it stores some while the next are written and none are kept twice.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter
from typing import Any, Final, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

from accounts.canonical import Told

M = TypeVar("M", bound=models.Model)
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


def check_now(model: type[models.Model], *, but: Collection[str] = ()) -> None:
    """Check here and now that every row pointed to from this table exists, but by the fields named, whose rows are to follow.

    What is checked here needs not be checked while others wait; within `checked_by_key`, which puts it off again when it ends.

    Raises:
        IntegrityError: a row pointed to is not there.
    """
    columns = tuple(str(field.column) for field in model._meta.concrete_fields if field.name in but)
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {', '.join(_keys_of(model._meta.db_table, columns))} IMMEDIATE")


@lru_cache(maxsize=64)
def _keys_of(table: str, but: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a table's foreign keys, but those of these columns."""
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, table)
    keys = [name for name, found in known.items() if found["foreign_key"] and not {*found["columns"]} & {*but}]
    return tuple(connection.ops.quote_name(name) for name in sorted(keys))


def reserve(*wanted: tuple[type[models.Model], int]) -> list[list[int]]:
    """Draw so many new keys for each of these tables, in rising order, in one statement."""
    drawn = ", ".join([_DRAWN] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {drawn}", [part for model, count in wanted for part in (count, model._meta.db_table)])
        return [list(keys) for keys in cursor.fetchone()]


def made(model: type[M], values: Mapping[str, Any], related: Mapping[str, Any] | None = None) -> M:
    """Return a new row of a table, its columns by name, put together without the ceremony of a constructor.

    Columns left out have their defaults; `related` are rows it points to, which stay at hand. Meant for rows by the thousand:
    nothing is told that listens to rows being made.
    """
    constant, called = _defaults(model)
    row = model.__new__(model)
    row.__dict__.update(constant, _state=ModelState(), **values)
    for name, default in called:
        if name not in values:
            row.__dict__[name] = default()
    if related:
        row._state.fields_cache.update(related)
    return row


@lru_cache(maxsize=64)
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Return what stands in a column that nothing is said of, and what makes it where each row has its own."""
    fields = model._meta.concrete_fields
    called = [(field.attname, field.get_default) for field in fields if callable(field.default) and field.has_default()]
    own = {name for name, _ in called}
    return {field.attname: field.get_default() for field in fields if field.attname not in own}, called


def add(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Add these rows, which carry their keys."""
    names = [field.attname for field in model._meta.concrete_fields]
    values = itemgetter(*names)
    add_values(model, names, (values(row.__dict__) for row in rows))


def add_values(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows given as values of the columns named, in their order; the database fills the others."""
    of_name: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    fields = [of_name[name] for name in names]
    lines = _lines(fields, rows)
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


def _lines(fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the rows as lines. Only those that hold what COPY takes for its own signs are looked into."""
    writers = [_writer(field) for field in fields]
    special = [(place, write) for place, write in enumerate(writers) if write in (_json, _plain, _moment)]
    form = "\t".join(["%s"] * len(fields))
    for row in rows:
        told = [NOTHING if value is None else value for value in row]
        for place, write in special:
            if row[place] is not None:
                told[place] = write(row[place])
        line = form % tuple(told)
        yield (line if _is_plain(line, row.count(None), len(row)) else _written_out(row, writers)) + "\n"


def _is_plain(line: str, nothing: int, columns: int) -> bool:
    """Whether nothing in a line is one of COPY's own signs, but what stands for nothing and between its columns."""
    return line.count("\\") == nothing and line.count("\t") == columns - 1 and "\n" not in line and "\r" not in line


def _written_out(row: Sequence[Any], writers: Sequence[Written]) -> str:
    return "\t".join([NOTHING if value is None else write(value) for value, write in zip(row, writers, strict=True)])


def _writer(field: Any) -> Written:
    kept = field.target_field if field.is_relation else field
    if isinstance(kept, models.JSONField):
        return _json
    if isinstance(kept, models.CharField | models.TextField):
        return _text
    if isinstance(kept, models.DateTimeField):
        return _moment
    return str if isinstance(kept, _TOLD_PLAINLY) else _plain


def _moment(value: datetime) -> str:
    return _in_one_zone(value) if value.tzinfo is UTC else str(value)


@lru_cache(maxsize=64)
def _in_one_zone(value: datetime) -> str:
    """Return a moment of UTC as text. Elsewhere an hour comes twice a year, and two moments of it are equal to Python."""
    return str(value)


def _json(value: object) -> str:
    return _text(value.written if isinstance(value, Told) else _JSON.encode(value))


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
