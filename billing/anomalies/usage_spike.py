"""Usage spike: a usage charge of far more a day than the same subscription used before.

The measure is what was billed a day: at least three times the average of the six lines before it, two at the least, and a
difference worth somebody's time. It says nothing about who is right; a person looks at the records.
"""

from collections.abc import Sequence
from typing import Final

from billing import money
from billing.anomalies import scope, wording
from billing.anomalies.base import Suspect
from billing.invoices import crediting
from billing.invoices.models import Line
from billing.money import Money

TIMES: Final = 3
FROM_MAJOR: Final = 50
SPIKES: Final = f"""
WITH mine AS (SELECT l.id, l.subscription_id, l.charge_code FROM {scope.CHARGED}
    WHERE l.kind = 'usage' AND l.subscription_id IS NOT NULL),
daily AS (
    SELECT u.id, u.amount_minor, u.until - u.since AS days, u.quantity,
        sum(u.amount_minor) OVER earlier AS before, sum(u.until - u.since) OVER earlier AS days_before,
        count(*) OVER earlier AS lines
    FROM billing_line u JOIN billing_document i ON i.id = u.document_id AND i.status = 'issued'
    WHERE u.kind = 'usage' AND u.corrects_id IS NULL AND u.since IS NOT NULL AND EXISTS (
        SELECT 1 FROM mine WHERE mine.subscription_id = u.subscription_id AND mine.charge_code = u.charge_code)
    WINDOW earlier AS (PARTITION BY u.subscription_id, u.charge_code ORDER BY u.since, u.id
        ROWS BETWEEN 6 PRECEDING AND 1 PRECEDING)
)
SELECT daily.id, daily.before, daily.days_before FROM daily JOIN mine ON mine.id = daily.id
WHERE lines >= 2 AND before > 0 AND amount_minor * days_before >= %(times)s * before * days ORDER BY daily.id
"""  # noqa: S608 - made of constants


class UsageSpike:
    """Sees usage that jumped."""

    code = "usage_spike"
    label = "Usage far above the usual"
    tells_all = True

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return the usage charges of these customers that are far above those before."""
        found = scope.rows(SPIKES, customer_ids, times=TIMES)
        known = scope.lines(key for key, _, _ in found)
        told = ((known[key], _usual(known[key], int(before), int(days))) for key, before, days in found)
        return [_suspect(self.code, line, usual) for line, usual in told if _matters(line, usual)]


def _usual(line: Line, before: int, days: int) -> Money:
    """Return what the line's days would have cost at the rate of the lines before."""
    served = (line.until - line.since).days if line.since and line.until else 0
    return Money(money.half_up(before * served, days), line.currency)


def _matters(line: Line, usual: Money) -> bool:
    least = FROM_MAJOR * 10 ** money.exponent(line.currency)
    return 0 < usual.amount_minor <= line.amount_minor - least and crediting.left_of(line).net_minor > usual.amount_minor


def _suspect(code: str, line: Line, usual: Money) -> Suspect:
    above = crediting.left_of(line).net_minor - usual.amount_minor
    amount = Money(crediting.gross_of(line, above), line.currency)
    words = (
        f"{line.description} on {line.document} charges {Money(line.amount_minor, line.currency)} net for"
        f" {wording.period_of(line)}; at the rate before it would have been {usual}. Look at the records before anybody pays."
    )
    evidence = {"words": words, "line": wording.facts_of(line), "usual": str(usual), "net_minor": above}
    return Suspect(key=f"{code}:{line.pk}", line=line, amount=amount, evidence=evidence)
