"""Append-only tables: the database triggers that let rows be added and nothing else.

`only_added(noun)` gives a model its three refusals (UPDATE, DELETE, TRUNCATE); `not_truncated(noun)` gives only the last,
for tables that have finer rules of their own for single rows. Whether a session passes over a trigger (only
accounts/privacy/erasing.py does) is asked at every row, so it has to cost next to nothing: `ask_quietly` sees to that.
"""

from typing import Any, Final

import pgtrigger
from django.db import connections

# As pgtrigger comes, the question raises and catches an error at each row where no session ever said anything; and while much is
# still to be checked in a transaction, each such error looks through all of it.
ASK_QUIETLY: Final = """
CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql STABLE AS
$$ SELECT trigger_name = ANY(coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{}')::text[]) $$
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


def ask_quietly(using: str, **_: Any) -> None:
    """Let triggers ask without an error whether they are passed over; told by Django whenever migrations are done."""
    with connections[using].cursor() as cursor:
        cursor.execute(ASK_QUIETLY)
