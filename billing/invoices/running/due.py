"""Due: who has something to be billed by a day, and the subscriptions they pay for, found set-wise.

Whoever was named to pay at the nearest node on a customer's path pays for it, otherwise the customer itself (see
accounts/customers/responsibilities.py). Payers of whom something is held wait for a person's word.
"""

from array import array
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from django.db import connection

from accounts.customers import responsibilities
from billing.invoices.running.models import BillingRun

_NEAREST: Final = f"LEFT JOIN LATERAL ({responsibilities.NEAREST_NAMED}) nearest ON true"  # noqa: S608
_PAYER: Final = "coalesce(nearest.responsible_id, asked.id)"

_PAYERS: Final = f"""
SELECT DISTINCT payer.id
FROM (SELECT DISTINCT customer_id FROM billing_subscription WHERE next_due_on <= %(on)s) due
JOIN accounts_customer asked ON asked.id = due.customer_id
{_NEAREST}
JOIN accounts_customer payer ON payer.id = {_PAYER}
WHERE (%(zones)s::text[] IS NULL OR payer.timezone = ANY(%(zones)s))
  AND NOT EXISTS (SELECT 1 FROM billing_billingwork held WHERE held.payer_id = payer.id AND held.status = 'held')
ORDER BY 1
"""  # noqa: S608 # fixed parts only

_FILL: Final = f"""
INSERT INTO billing_billingwork (run_id, payer_id, status, invoices, credit_notes, lines, amounts, reason, drafts)
SELECT %(run)s, due.id, 'waiting', 0, 0, 0, '{{}}', '', '[]' FROM ({_PAYERS}) due
ON CONFLICT (run_id, payer_id) DO NOTHING
"""  # noqa: S608 # fixed parts only

_SUBSCRIPTIONS: Final = f"""
SELECT due.id, {_PAYER}
FROM billing_subscription due
JOIN accounts_customer asked ON asked.id = due.customer_id
{_NEAREST}
WHERE due.next_due_on <= %(on)s AND {_PAYER} = ANY(%(payers)s) AND due.customer_id IN (
    SELECT unnest(%(payers)s::bigint[])
    UNION
    SELECT below.id FROM accounts_responsibility named
    JOIN accounts_customer node ON node.id = named.customer_id
    JOIN accounts_customer below ON below.tree_id = node.tree_id AND below.lft >= node.lft AND below.rght <= node.rght
    WHERE named.role = %(role)s AND named.responsible_id = ANY(%(payers)s)
      AND named.since <= %(on)s AND (named.until IS NULL OR named.until > %(on)s)
)
ORDER BY due.id
"""  # noqa: S608 # fixed parts only


def payers(on: date, zones: Collection[str] | None = None) -> Sequence[int]:
    """Return the keys of everybody for whom something falls due by `on`, in order; with `zones` only of payers who live there."""
    return array("q", (key for (key,) in _rows(_PAYERS, on=on, zones=list(zones) if zones is not None else None)))


def fill(run: BillingRun, zones: Collection[str] | None = None) -> int:
    """Give the run a row of work for everybody who is due and has none in it yet; return how many were added."""
    facts: dict[str, Any] = {
        "run": run.pk,
        "on": run.on,
        "zones": list(zones) if zones is not None else None,
        "role": responsibilities.PAYER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FILL, facts)
        return int(cursor.rowcount)


def subscriptions(payers: Sequence[int], on: date) -> dict[int, int]:
    """Return the keys of the due subscriptions that these payers pay for on the day `on`, each with its payer's."""
    return dict(_rows(_SUBSCRIPTIONS, on=on, payers=list(payers)))


def _rows(question: str, **facts: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, facts | {"role": responsibilities.PAYER})
        return list(cursor.fetchall())
