"""Wrong price: a line that charges more than the contract says for its cycle.

Lines we rate ourselves cannot; imported ones can. One that covers a whole cycle of the customer's only subscription of the same
product is held against what that subscription costs then.
"""

from collections.abc import Sequence
from typing import Any, Final

from accounts.decisions import Refusal
from billing.anomalies import scope, wording
from billing.anomalies.base import Suspect
from billing.contracts import histories, state
from billing.contracts.models import Subscription
from billing.contracts.state import Standing
from billing.invoices import crediting
from billing.invoices.models import Line
from billing.money import Money
from billing.rating.history import History

IMPORTED: Final = f"""
SELECT l.id, min(s.id) FROM {scope.CHARGED}
JOIN billing_subscription s ON s.customer_id = l.customer_id AND s.product_id = l.product_id
JOIN billing_contract k ON k.id = s.contract_id AND k.currency = l.currency
WHERE l.subscription_id IS NULL AND l.since IS NOT NULL GROUP BY l.id HAVING count(*) = 1 ORDER BY l.id
"""  # noqa: S608 - made of constants


class WrongPrice:
    """Sees what costs more than was agreed."""

    code = "wrong_price"
    label = "Dearer than agreed"
    tells_all = True

    def suspects(self, customer_ids: Sequence[int] | None) -> list[Suspect]:
        """Return the lines used or owed by these customers that charge more than the contract says."""
        found = scope.rows(IMPORTED, customer_ids)
        known = scope.lines(key for key, _ in found)
        bought = Subscription.objects.select_related("contract").in_bulk({key for _, key in found})
        told = histories.histories_of(bought.values())
        pairs = ((known[key], _agreed(told[of], known[key])) for key, of in found)
        return [_suspect(self.code, line, agreed) for line, agreed in pairs if agreed and line.amount_minor > agreed.amount_minor]


def _agreed(history: History, line: Line) -> Money | None:
    """Return what the line's days cost by contract; nothing where they are no whole cycle of it."""
    standing = _standing(history, line)
    if standing is None or standing.cycle is None or standing.status != state.ACTIVE:
        return None
    whole = (standing.cycle.since, standing.cycle.until) == (line.since, line.until)
    return standing.per_period if whole else None


def _standing(history: History, line: Line) -> Standing | None:
    try:
        return state.standing(history, line.since) if line.since and line.until else None
    except Refusal:
        return None


def _suspect(code: str, line: Line, agreed: Money) -> Suspect:
    left = crediting.left_of(line)
    net = min(line.amount_minor - agreed.amount_minor, left.net_minor)
    amount = Money(crediting.gross_of(line, net), line.currency)
    words = (
        f"{line.description} on {line.document} charges {Money(line.amount_minor, line.currency)} net for"
        f" {wording.period_of(line)}, the contract says {agreed}: {amount} too much, tax included."
    )
    evidence: dict[str, Any] = {"words": words, "line": wording.facts_of(line), "agreed": str(agreed), "net_minor": net}
    return Suspect(key=f"{code}:{line.pk}", line=line, amount=amount, evidence=evidence)
