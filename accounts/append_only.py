"""Append-only tables: the database triggers that let rows be added and nothing else.

`only_added(noun)` gives a model its three refusals (UPDATE, DELETE, TRUNCATE); `not_truncated(noun)` gives only the last,
for tables that have finer rules of their own for single rows.
"""

import pgtrigger


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
