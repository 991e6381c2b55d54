"""Months: the parts in which the timeline is kept, made ahead so that each activity finds its own.

The table is partitioned by the month (UTC) of `at`. What falls into a month that has no part yet lies in the part for the rest
and moves into its month when that is made. The database does it (`accounts_activity_month`), under a lock, in one transaction.
"""

from datetime import UTC, date, datetime
from typing import Final

from django.db import connection, transaction

AHEAD: Final = 3  # months there shall be beyond the current one
REST: Final = "accounts_activity_rest"


def make_ahead(*, at: datetime) -> int:
    """Make the parts for the month of `at`, those ahead, and those of which something lies in the rest; return how many are new.

    Repeating it makes nothing. Afterwards the database looks at how the rows are spread.
    """
    made = sum(make(month) for month in sorted({*_ahead(at), *_in_the_rest()}))
    if made:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE accounts_activity")
    return made


def make(month: date) -> bool:
    """Make the part for the month this day is in; say whether it is new."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT accounts_activity_month(%s)", [month])
        return bool(cursor.fetchone()[0])


def parts() -> list[str]:
    """Return the names of the parts, the one for the rest last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'accounts_activity'::regclass ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def _ahead(at: datetime) -> list[date]:
    today = at.astimezone(UTC).date()
    count = today.year * 12 + today.month - 1
    return [date((count + step) // 12, (count + step) % 12 + 1, 1) for step in range(AHEAD + 1)]


def _in_the_rest() -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date FROM accounts_activity_rest")
        return [month for (month,) in cursor.fetchall()]
