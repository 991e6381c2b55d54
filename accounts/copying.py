"""Copying: many new rows of a table at once, by COPY.

Every constraint, foreign key and trigger of the table is still asked for each row; what is saved are the statements. Keys are
drawn from the table's own sequence beforehand, so that rows of several tables can point to each other.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any, Final

from django.db import connection, models

Written = Callable[[Any], str]
NOTHING: Final = "\\N"


def reserve(*wanted: tuple[type[models.Model], int]) -> list[list[int]]:
    """Draw so many new keys for each of these tables, in rising order, in one statement."""
    drawn = ", ".join(["ARRAY(SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s))"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {drawn}", [part for model, count in wanted for part in (model._meta.db_table, count)])
        return [list(keys) for keys in cursor.fetchone()]


def add(model: type[models.Model], rows: Sequence[models.Model], *, without: Iterable[str] = ()) -> None:
    """Add these rows, which carry their keys; columns named in `without` are filled by the database."""
    if not rows:
        return
    left_out = set(without)
    fields = [field for field in model._meta.concrete_fields if field.attname not in left_out]
    writers = [(field.attname, _writer(field)) for field in fields]
    text = StringIO()
    for row in rows:
        text.write("\t".join([NOTHING if (value := getattr(row, name)) is None else write(value) for name, write in writers]))
        text.write("\n")
    text.seek(0)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', text)


def _writer(field: "models.Field[Any, Any]") -> Written:
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.CharField | models.TextField):
        return _text
    return _plain


def _json(value: object) -> str:
    return _text(json.dumps(value))


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
