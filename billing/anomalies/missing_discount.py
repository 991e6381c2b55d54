"""Missing discount: an agreed discount was not taken off a line, because it was agreed or approved after the invoice."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from billing import money
from billing.anomalies import scope, wording
from billing.anomalies.base import Suspect
from billing.contracts import conditions
from billing.contracts.conditions import Reach
from billing.invoices import crediting, reductions
from billing.invoices.models import Line
from billing.money import Money

# Lines that nothing of a discount was taken off, in trees where there is one.
WITHOUT: Final = f"""
SELECT l.id FROM {scope.CHARGED} JOIN accounts_customer c ON c.id = l.customer_id
WHERE l.subscription_id IS NOT NULL AND l.since IS NOT NULL AND l.kind = ANY(%(kinds)s)
AND EXISTS (SELECT 1 FROM accounts_condition k WHERE k.kind = 'discount' AND k.approved_by_id IS NOT NULL
    AND (k.until IS NULL OR k.until > l.since) AND k.since <= l.since)
AND NOT EXISTS (SELECT 1 FROM billing_line r WHERE r.document_id = l.document_id AND r.kind = 'discount'
    AND r.corrects_id IS NULL AND jsonb_exists(r.derivation->'shares', l.position::text))
ORDER BY l.id
"""  # noqa: S608 - made of constants


class MissingDiscount:
    """Sees what was billed without the discount agreed."""

    code = "missing_discount"
    label = "Agreed discount missing"
    tells_all = True

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return the lines used or owed by these customers that lack the discount which held on their first day."""
        found = scope.rows(WITHOUT, customer_ids, kinds=list(reductions.REDUCED))
        known = scope.lines(key for (key,) in found)
        agreed = conditions.discounts_for({line.customer for line in known.values()})
        return [_suspect(self.code, line, reach) for line in known.values() for reach in _holding(line, agreed)]


def _holding(line: Line, agreed: dict[Reach, dict[int, tuple[conditions.Span, ...]]]) -> Iterator[Reach]:
    """Yield the discount that held for the line's customer on its first day."""
    for reach, reached in agreed.items():
        if line.since and any(line.since in span for span in reached.get(line.customer_id, ())):
            yield reach


def _suspect(code: str, line: Line, reach: Reach) -> Suspect:
    left = crediting.left_of(line).net_minor
    net = money.rounded(left * Fraction(reach.percent) / 100, line.currency).amount_minor
    amount = Money(crediting.gross_of(line, net), line.currency)
    percent = f"{reach.percent.normalize():f} %"
    words = (
        f"{line.description} on {line.document} lacks the discount of {percent} agreed for {reach.source} from"
        f" {reach.span.since}: {amount} too much, tax included."
    )
    evidence = {
        "words": words, "line": wording.facts_of(line), "percent": percent, "source": reach.source, "net_minor": net,
        "since": str(reach.span.since),
    }  # fmt: skip
    return Suspect(key=f"{code}:{line.pk}:{reach.condition.pk}", line=line, amount=amount, evidence=evidence)
