"""Tiers: which tier a customer has, inherited from the nearest node that is more than standard."""

from collections.abc import Collection, Mapping

from django.db import connection

from accounts.customers.models import Customer

NEAREST = """
SELECT DISTINCT ON (below.id) below.id, above.tier
FROM accounts_customer below
JOIN accounts_customer above ON above.tree_id = below.tree_id AND above.lft <= below.lft AND above.rght >= below.rght
WHERE below.id = ANY(%s) AND above.tier <> %s
ORDER BY below.id, above.lft DESC
"""


def of(customers: Collection[Customer]) -> Mapping[int, str]:
    """Return the tier in force of each of `customers`, by its key, in one statement."""
    standard = Customer.Tier.STANDARD.value
    with connection.cursor() as cursor:
        cursor.execute(NEAREST, [[customer.pk for customer in customers], standard])
        nearest = dict(cursor.fetchall())
    return {customer.pk: nearest.get(customer.pk, standard) for customer in customers}
