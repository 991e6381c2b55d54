"""Legal data: whose name, ids and address stand on the documents of a customer that has none of its own.

A tax id, a legal name and a registered address belong to a legal entity. A department or site without them is told with those
of the nearest customer at or above it of a kind that carries them.
"""

from collections.abc import Iterable
from typing import Final

from accounts.customers.models import Customer

_NEAREST: Final = """
SELECT entity.*, asked.id AS asked_id
FROM accounts_customer asked
JOIN LATERAL (
    SELECT node.id FROM accounts_customer node JOIN accounts_customerkind kind ON kind.code = node.kind_id
    WHERE node.tree_id = asked.tree_id AND node.lft <= asked.lft AND node.rght >= asked.rght AND kind.carries_legal_data
    ORDER BY node.lft DESC LIMIT 1
) nearest ON true
JOIN accounts_customer entity ON entity.id = nearest.id
WHERE asked.id = ANY(%(asked)s)
"""


def entities_of(customers: Iterable[Customer]) -> dict[int, Customer]:
    """Return by key the legal entity of each customer below the top that has no tax id of its own, in one statement.

    Who has a tax id, stands at the top or has no such entity above is left out; when that is everybody, nothing is asked.
    """
    asked = sorted({customer.pk for customer in customers if not customer.tax_id and customer.parent_id is not None})
    if not asked:
        return {}
    return {entity.asked_id: entity for entity in Customer.objects.raw(_NEAREST, {"asked": asked})}
