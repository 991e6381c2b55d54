"""Claims: a customer says a line was billed twice; is it so, and what shows it?

The answer is the same whether the claim holds or not: the two lines with their periods, in a sentence that can be sent.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet

from billing.anomalies import duplicate_charge, wording
from billing.invoices.models import Document, Line
from billing.money import Money

VALID: Final = "valid"
PARTLY_VALID: Final = "partly_valid"
NOT_VALID: Final = "not_valid"
MOST_COMPARED: Final = 60


@dataclass(frozen=True)
class Assessment:
    """What became of a claim: the verdict, the words for it, the other line it was compared with, and what was charged twice.

    A claim is partly valid where only some days of the line were charged twice.
    """

    verdict: str
    words: str
    twin: Line | None
    amount: Money

    @property
    def is_valid(self) -> bool:
        """Whether the line was indeed billed twice, in full."""
        return self.verdict == VALID


def assess(line: Line) -> Assessment:
    """Say whether `line` charges what another line charges too; if not, show the line it is most easily mistaken for."""
    nothing = Money.zero(line.currency)
    if line.amount_minor and line.credited_minor >= line.amount_minor:
        return Assessment(NOT_VALID, f"This charge on {line.document} was taken back in full already.", None, nothing)
    if pairs := duplicate_charge.pairs_of(line):
        pair = min(pairs, key=lambda found: (found.line.pk != line.pk, found.twin.pk, found.line.pk))
        twin = pair.twin if pair.line.pk == line.pk else pair.line
        return Assessment(VALID if pair.is_whole else PARTLY_VALID, duplicate_charge.words_of(pair), twin, pair.amount)
    mistaken_for = _most_similar(line)
    return Assessment(NOT_VALID, _why_not(line, mistaken_for), mistaken_for, nothing)


def _most_similar(line: Line) -> Line | None:
    """Return the line for the same thing whose period is nearest to this one's."""
    candidates = _for_the_same_thing(line).order_by("-since", "-pk")[:MOST_COMPARED]
    return min(candidates, key=lambda other: (_distance(other.since, line.since), other.pk), default=None)


def _for_the_same_thing(line: Line) -> QuerySet[Line]:
    same = Q(description__iexact=line.description)
    if line.product_id:
        same |= Q(product=line.product_id)
    invoices = Line.objects.filter(document__kind=Document.Kind.INVOICE, document__status=Document.Status.ISSUED, corrects=None)
    others = invoices.filter(same, customer=line.customer_id, charge_code__in={line.charge_code, ""}).exclude(pk=line.pk)
    return others.select_related("document", "customer")


def _distance(one: date | None, other: date | None) -> int:
    return abs((one or date.min).toordinal() - (other or date.min).toordinal())


def _why_not(line: Line, other: Line | None) -> str:
    own = f"{line.document} charges it for {wording.period_of(line)}"
    if other is None:
        return f"{line.description} was charged to {line.customer} once: {own}, and no other invoice charges it."
    theirs = f"{other.document} for {wording.period_of(other)}"
    return f"{line.description} was not billed twice: {own}, {theirs}. These are different days; none is charged twice."
