"""The refs people quote: C-100001 for a customer, T-1042 for a ticket.

Each prefix draws from a PostgreSQL sequence of its own, so two requests never get the same number and none waits for
another. A number drawn by work that was rolled back stays unused: gaps are allowed here (invoice numbers, which must
have none, are drawn in billing/invoices/numbering.py).
"""

from typing import Final

from django.db import connection

# Prefix -> its sequence, as accounts/migrations/0003_sequences.py created it (B, M: billing, with bank lines and mandates; PB:
# support, with problems).
SEQUENCES: Final = {prefix: f"accord_ref_{prefix.lower()}" for prefix in ("B", "C", "F", "G", "K", "M", "P", "PB", "S", "T")}


class PrefixUnknown(LookupError):
    """No sequence was made for this prefix; add one in a migration and here."""

    def __init__(self, prefix: str) -> None:
        super().__init__(f"no numbers are kept for the prefix {prefix!r}")


def next_ref(prefix: str) -> str:
    """Draw the next ref of `prefix`, such as "T-1042"."""
    return next_refs(prefix, 1)[0]


def next_refs(prefix: str, count: int) -> list[str]:
    """Draw `count` refs of `prefix` in one statement.

    Raises:
        PrefixUnknown: no sequence carries this prefix.
    """
    if prefix not in SEQUENCES:
        raise PrefixUnknown(prefix)
    return [f"{prefix}-{number}" for number in _draw(SEQUENCES[prefix], count)]


def next_ids(table: str, count: int) -> list[int]:
    """Draw `count` primary keys of the table, for rows that are loaded in bulk and must know each other beforehand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        return _draw(cursor.fetchone()[0], count)


def next_trees(count: int) -> list[int]:
    """Draw `count` tree ids. No two trees ever share one, so a new group disturbs no other."""
    return _draw("accord_tree", count)


def _draw(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]
