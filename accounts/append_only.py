"""Append-only tables: the database triggers that let rows be added and nothing else.

`only_added(noun)` gives a model its three refusals (UPDATE, DELETE, TRUNCATE); `not_truncated(noun)` gives only the last,
for tables that have finer rules of their own for single rows. No session can silence a trigger: `never_silenced` sees to it
whenever the database has been migrated.
"""

from typing import Any

import pgtrigger
from django.db import connections

# What pgtrigger puts before every trigger asks a setting of the session whether to pass over it. Where nobody set one, that
# raises and catches an error for each row; and in a transaction with much still to be checked, each such error looks at it all.
_NEVER_SILENCED = """
CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT false'
"""


def only_added(noun: str) -> list[pgtrigger.Trigger]:
    """Return the triggers that refuse every change and removal of rows of the table named by `noun`."""
    return [
        pgtrigger.Protect(name=f"{noun}_is_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        not_truncated(noun),
    ]


def not_truncated(noun: str) -> pgtrigger.Trigger:
    """Return the trigger that refuses to empty the table named by `noun`."""
    return pgtrigger.Trigger(
        name=f"{noun}_is_not_truncated",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"RAISE EXCEPTION '{noun} rows are never removed' USING ERRCODE = 'integrity_constraint_violation';",
    )


def never_silenced(using: str, **_: Any) -> None:
    """Let every trigger be asked at every row, whatever a session says; told by Django when migrations are done."""
    with connections[using].cursor() as cursor:
        cursor.execute(_NEVER_SILENCED)
