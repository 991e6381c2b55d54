"""Importing 100,000 customers at once, the way every file comes in; `manage.py bench imports`.

Works in a database of its own. The same rows come twice, since a file is often sent again, and the tree is proved afterwards.
The floor is writing refs, names and parents of the same rows by COPY into a bare table. `--size N` says how many rows.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Final

from django.db import connection

from accounts.customers import importing, tree
from accounts.customers.importing import ImportResult
from benchmarks import scratch
from benchmarks.figures import Figure, timed
from benchmarks.overview import rows

CUSTOMERS: Final = 100_000
NOW: Final = datetime.now(UTC)


def measure(*, size: int | None) -> list[Figure]:
    """Measure the import, the same import again, and the proof of the tree."""
    wanted = size or CUSTOMERS
    with scratch.database():
        floor = timed(lambda: _copy(wanted))
        first = timed(_import(wanted, created=wanted))
        again = timed(_import(wanted, created=0))
        proof = timed(_prove)
    return [
        Figure(f"importing {wanted} customers", first, "s", floor),
        Figure("the same rows again, nothing changed", again, "s", floor),
        Figure("proving the tree", proof, "s"),
    ]


def _import(wanted: int, *, created: int) -> Callable[[], None]:
    def carry_out() -> None:
        result: ImportResult = importing.import_rows(rows(wanted), actor=None, at=NOW)
        assert (result.created, len(result.faults)) == (created, 0), f"{result.created} created, {result.faults[:3]}"

    return carry_out


def _prove() -> None:
    assert not list(tree.check()), "the numbering of the tree is not true"


def _copy(wanted: int) -> None:
    lines = "".join(f"{row.ref}\t{row.name}\t{row.kind}\t{row.parents[0] if row.parents else ''}\n" for row in rows(wanted))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bare (ref text, name text, kind text, parent_ref text)")
        cursor.copy_expert("COPY bare FROM STDIN", StringIO(lines))
