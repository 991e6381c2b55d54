"""What a move changes in the tree and for who pays, said in sentences for its preview."""

from datetime import date
from typing import Final

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import writing
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
    top, day = _("the top"), writing.day(on)
    words = (
        _("{name} leaves {before} for {after} on {day}, with {count} below it.")
        if below
        else _("{name} leaves {before} for {after} on {day}.")
    )
    told = [words.format(name=customer.name, before=customer.parent or top, after=to or top, day=day, count=_count(below))]
    if to is None:
        told.append(_("{name} becomes a group of its own.").format(name=customer.name))
    elif to.tree_id != customer.tree_id:
        told.append(_("It leaves its group and joins that of {name}.").format(name=to.get_root().name))
    return told


def for_payers(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say who pays from then on for whom, and which responsibilities would reach from one group into another."""
    before = responsibilities.named_above(customer.parent, responsibilities.PAYER, on)
    after = responsibilities.named_above(to, responsibilities.PAYER, on)
    affected = 0 if before == after else _inheriting(customer, on)
    told = []
    if affected:
        words = (
            _("{after} pays for {count} instead of {before}; what was issued before keeps its payer.")
            if after
            else _("{count} pay for themselves instead of {before}; what was issued before keeps its payer.")
        )
        names = {"after": after.name if after else "", "before": before.name if before else _("each for itself")}
        told = [words.format(count=_count(affected), **names)]
    return (told or [_("Nobody pays differently.")]) + _across_groups(customer, to, on)


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
    words = _("{answers}, though from another group then: name somebody else first if that is not meant.")
    return [words.format(answers=row) for row in rows]


def _inheriting(customer: Customer, on: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(INHERITING, {"top": customer.pk, "on": on})
        return int(cursor.fetchone()[0])


def _count(number: int) -> str:
    return ngettext("{count} customer", "{count} customers", number).format(count=number)
