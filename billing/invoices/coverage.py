"""Coverage: which line covers which days of a subscription's charge, net of credits.

A covering line takes its days; a proration credit shrinks the corrected line's days to end where the credit begins, and
removes them when nothing is left. The database's exclusion constraint makes a day that is billed twice impossible to store.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing.invoices.models import Coverage, Line
from billing.invoices.newline import NewLine


class DayAlreadyBilled(Refusal):
    """A day of a subscription's charge would be billed twice."""

    code = "day_already_billed"


def give_back(lines: Iterable[NewLine]) -> None:
    """Shrink the days of the lines that these proration credits correct."""
    ends: dict[int, str] = {}
    for line in lines:
        if line.gives_back and line.corrects is not None and line.since is not None:
            ends[line.corrects.pk] = min(ends.get(line.corrects.pk, "9999"), line.since.isoformat())
    if not ends:
        return
    shrunk: dict[str, Any] = {"lines": list(ends), "ends": list(ends.values())}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM billing_coverage c USING unnest(%(lines)s::bigint[], %(ends)s::date[]) AS cut(line_id, ends_on)"
            " WHERE c.line_id = cut.line_id AND lower(c.days) >= cut.ends_on",
            shrunk,
        )
        cursor.execute(
            "UPDATE billing_coverage c SET days = daterange(lower(c.days), cut.ends_on)"
            " FROM unnest(%(lines)s::bigint[], %(ends)s::date[]) AS cut(line_id, ends_on)"
            " WHERE c.line_id = cut.line_id AND upper(c.days) > cut.ends_on",
            shrunk,
        )


def take(pairs: Sequence[tuple[NewLine, Line]]) -> None:
    """Store the days that these new lines cover.

    Raises:
        DayAlreadyBilled: another line covers one of the days.
    """
    rows = [
        Coverage(
            subscription=new.subscription,
            charge_code=line.charge_code,
            days=DateRange(line.since, line.until),
            line=line,
        )
        for new, line in pairs
        if new.covers
    ]
    try:
        with transaction.atomic():
            Coverage.objects.bulk_create(rows)
    except IntegrityError as error:
        raise DayAlreadyBilled(_("A day of this charge is on another invoice already.")) from error
