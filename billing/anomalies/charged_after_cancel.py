"""Charged after the end: a line for days after the subscription, or the only one of that product, had been cancelled.

Days that the next run gives back anyway do not count: a subscription with something still to be billed is left alone. Imported
lines, which name no subscription, are held against what the customer had of the same product.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from billing.anomalies import scope, wording
from billing.anomalies.base import Suspect
from billing.invoices import crediting
from billing.invoices.models import Line
from billing.money import Money

AFTER: Final = f"""
WITH ended AS (
    SELECT s.id, s.customer_id, s.product_id, min(e.effective_on) AS on FROM billing_subscription s
    JOIN billing_contractevent e ON e.subscription_id = s.id AND e.what = 'cancel' AND NOT e.args ? 'policy'
    WHERE s.next_due_on IS NULL AND NOT EXISTS (SELECT 1 FROM billing_contractevent u WHERE u.undoes_id = e.id)
    GROUP BY s.id
)
SELECT l.id, ended.on FROM {scope.CHARGED} JOIN ended ON ended.id = l.subscription_id
JOIN billing_coverage c ON c.line_id = l.id AND upper(c.days) > ended.on + 1
UNION ALL
SELECT l.id, max(ended.on) FROM {scope.CHARGED}
JOIN ended ON ended.customer_id = l.customer_id AND ended.product_id = l.product_id
WHERE l.subscription_id IS NULL AND l.until > ended.on + 1
AND NOT EXISTS (
    SELECT 1 FROM billing_subscription o WHERE o.customer_id = l.customer_id AND o.product_id = l.product_id
    AND NOT EXISTS (SELECT 1 FROM ended gone WHERE gone.id = o.id))
GROUP BY l.id HAVING max(l.until) > max(ended.on) + 1 ORDER BY 1
"""  # noqa: S608 - made of constants


class ChargedAfterCancel:
    """Sees what was billed for days after the end."""

    code = "charged_after_cancel"
    label = "Billed after the end"
    tells_all = True

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return the lines used or owed by these customers that charge days after the cancellation."""
        found = scope.rows(AFTER, customer_ids)
        known = scope.lines(key for key, _ in found)
        return [_suspect(self.code, known[key], on) for key, on in found]


def _suspect(code: str, line: Line, ended_on: date) -> Suspect:
    since, until = line.since or ended_on, line.until or ended_on
    late = (until - max(since, ended_on)).days
    left = Money(crediting.left_of(line).gross_minor, line.currency)
    amount = left.share(late, (until - since).days - late)[0]
    days = wording.days(max(since, ended_on), until)
    charged = f"{line.description} on {line.document} charges {line.customer} for {days}"
    words = f"{charged}, but it ended on {ended_on}: {amount} too much."
    evidence = {"words": words, "line": wording.facts_of(line), "ended_on": str(ended_on), "days": late, "amount": str(amount)}
    return Suspect(key=f"{code}:{line.pk}", line=line, amount=amount, evidence=evidence)
