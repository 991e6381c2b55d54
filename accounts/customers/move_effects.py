"""What a move changes in the tree and for who pays, said in sentences for its preview."""

from datetime import date
from typing import Final

from django.db import connection
from django.db.models import Q

from accounts.customers import responsibilities
from accounts.customers.models import Customer, Responsibility

MOST_NAMED: Final = 10
# The nodes of a subtree that have no payer named at or above them within it: they pay as the subtree's root inherits.
INHERITING: Final = """
SELECT count(*) FROM accounts_customer node JOIN accounts_customer top ON top.id = %(top)s
WHERE node.tree_id = top.tree_id AND node.lft BETWEEN top.lft AND top.rght AND node.merged_into_id IS NULL AND NOT EXISTS (
    SELECT FROM accounts_responsibility held JOIN accounts_customer holder ON holder.id = held.customer_id
    WHERE holder.tree_id = top.tree_id AND holder.lft BETWEEN top.lft AND node.lft AND holder.rght >= node.rght
      AND held.role = 'payer' AND held.since <= %(on)s AND (held.until IS NULL OR held.until > %(on)s))
"""


def in_the_tree(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say from where to where it goes, what moves along, and whether it leaves its group."""
    below = Customer.objects.current().below(customer, include_self=False).count()
    along = f", with {_count(below)} below it" if below else ""
    told = [f"{customer.name} leaves {customer.parent or 'the top'} for {to or 'the top'} on {on.isoformat()}{along}."]
    if to is None:
        told.append(f"{customer.name} becomes a group of its own.")
    elif to.tree_id != customer.tree_id:
        told.append(f"It leaves its group and joins that of {to.get_root().name}.")
    return told


def for_payers(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say who pays from then on for whom, and which responsibilities would reach from one group into another."""
    before = responsibilities.named_above(customer.parent, responsibilities.PAYER, on)
    after = responsibilities.named_above(to, responsibilities.PAYER, on)
    affected = 0 if before == after else _inheriting(customer, on)
    told = []
    if affected:
        who = f"{after.name} pays for {_count(affected)}" if after else f"{_count(affected)} pay for themselves"
        told = [f"{who} instead of {before.name if before else 'each for itself'}; what was issued before keeps its payer."]
    return (told or ["Nobody pays differently."]) + _across_groups(customer, to, on)


def _across_groups(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say who answers for someone of what would be another group by then."""
    if to and to.tree_id == customer.tree_id:
        return []
    subtree = Customer.objects.below(customer)
    held = Responsibility.objects.filter(Q(until=None) | Q(until__gt=on), person=None).exclude(
        responsible__kind=responsibilities.RESELLER
    )
    reaching = held.filter(customer__in=subtree).exclude(responsible__in=subtree)
    reaching |= held.filter(responsible__in=subtree).exclude(customer__in=subtree)
    rows = reaching.select_related("customer", "responsible").order_by("pk")[:MOST_NAMED]
    return [f"{row}, though from another group then: name somebody else first if that is not meant." for row in rows]


def _inheriting(customer: Customer, on: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(INHERITING, {"top": customer.pk, "on": on})
        return int(cursor.fetchone()[0])


def _count(number: int) -> str:
    return f"{number} customer{'' if number == 1 else 's'}"
