"""Crediting: how much of a line has been taken back, and how much is left.

`credited_minor` of a line is raised in the transaction that issues the credit line, under the line's row lock; the database
refuses to raise it above the line's amount.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from billing.invoices import newline, tax
from billing.invoices.models import Line
from billing.invoices.newline import NewLine

# Lines that are below zero without correcting another one.
BELOW_ZERO: Final = (newline.ACCOUNT_CREDIT, *newline.REDUCTIONS)


@dataclass(frozen=True)
class Left:
    """What is left of a line after its credits: net and tax, in minor units."""

    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        """Net and tax together."""
        return self.net_minor + self.tax_minor


class CreditedBeyondLine(Refusal):
    """More would be taken back than is left of the line."""

    code = "credited_beyond_line"


class NotACredit(Refusal):
    """A line that corrects another is zero or below; a line that does not is zero or above."""

    code = "not_a_credit"


def left_of(line: Line) -> Left:
    """Return what is left of `line`: what a credit can still take back."""
    taken = tax.reached(
        tax_minor=line.tax_minor, amount_minor=line.amount_minor, credited_minor=line.credited_minor, currency=line.currency
    )
    return Left(line.amount_minor - line.credited_minor, line.tax_minor - taken)


def net_within(line: Line, gross_minor: int) -> int:
    """Return the largest net amount whose credit, with the tax it takes back, gives no more than `gross_minor`."""
    left = left_of(line)
    within = range(left.net_minor + 1)
    return (
        bisect_right(within, gross_minor, key=lambda net: net - _carried(line, line.credited_minor, line.credited_minor + net))
        - 1
    )


def gross_of(line: Line, net_minor: int) -> int:
    """Return what crediting `net_minor` of `line` gives now, with the tax it takes back."""
    return net_minor - _carried(line, line.credited_minor, line.credited_minor + net_minor)


def claim(lines: Sequence[NewLine]) -> list[int | None]:
    """Raise the counters of the corrected lines and return the tax each credit line takes back (None: not a credit).

    The corrected lines stay locked, in the order of their keys, until the transaction ends.

    Raises:
        NotACredit: the sign of an amount does not fit its line.
        CreditedBeyondLine: more than is left.
    """
    keys = {line.corrects.pk for line in lines if line.corrects is not None}
    held = Line.objects.select_for_update().filter(pk__in=keys).order_by("pk") if keys else []
    taken_back = carried(lines, {line.pk: line for line in held})
    _raise_counters(lines)
    return taken_back


def carried(lines: Sequence[NewLine], corrected: Mapping[int, Line]) -> list[int | None]:
    """Return the tax each credit line takes back (None: not a credit), given the corrected lines by their keys.

    Raises:
        NotACredit: the sign of an amount does not fit its line.
        CreditedBeyondLine: more than is left.
    """
    reached = {key: line.credited_minor for key, line in corrected.items()}
    found: list[int | None] = []
    for line in lines:
        takes = line.corrects is not None or line.kind in BELOW_ZERO
        below_zero = takes and not (line.corrects is not None and line.corrects.amount_minor < 0)
        if line.amount_minor > 0 if below_zero else line.amount_minor < 0:
            raise NotACredit(_("Only what corrects, credits or reduces may be below zero, and what takes a reduction back not."))
        if line.corrects is None:
            found.append(None)
            continue
        key, before = line.corrects.pk, reached[line.corrects.pk]
        reached[key] = before - line.amount_minor
        found.append(_carried(corrected[key], before, reached[key]))
    return found


def _carried(line: Line, before: int, after: int) -> int:
    if after > max(line.amount_minor, 0) or after < min(line.amount_minor, 0):
        raise CreditedBeyondLine(
            _("Only {amount_minor} minor units are left of {description}.").format(
                amount_minor=line.amount_minor - before, description=line.description
            )
        )
    points = [
        tax.reached(tax_minor=line.tax_minor, amount_minor=line.amount_minor, credited_minor=point, currency=line.currency)
        for point in (before, after)
    ]
    return points[0] - points[1]


def _raise_counters(lines: Sequence[NewLine]) -> None:
    taken: dict[int, int] = defaultdict(int)
    for line in lines:
        if line.corrects is not None and line.amount_minor:
            taken[line.corrects.pk] -= line.amount_minor
    if not taken:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE billing_line l SET credited_minor = l.credited_minor + taken.amount"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS taken(line_id, amount) WHERE l.id = taken.line_id",
            [list(taken), list(taken.values())],
        )
