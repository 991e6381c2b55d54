"""Previews of stages: who would move tonight by the rules as they stand, told before anybody is moved."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.segments import evaluating, lifecycle, stage_rules
from accounts.segments.stage_rules import Exit

TOLD: Final = 5


def tonight(*, at: datetime) -> str:
    """Say how many customers would move tonight, and of the first of them where to and why. Nothing is changed."""
    table, moving = stage_rules.table(), 0
    told: list[str] = []
    leaving = [stage for stage, row in table.items() if row.exits]
    everybody = Customer.objects.current()
    keys = list(everybody.filter(stage__in=leaving).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), evaluating.AT_ONCE):
        some = list(Customer.objects.filter(pk__in=keys[start : start + evaluating.AT_ONCE]).order_by("pk"))
        found = lifecycle.moving(some, table, at)
        moving += len(found)
        told += [_line(customer, way) for customer, way in list(found.items())[: TOLD - len(told)]]
    return _sentence(moving, everybody.count(), told)


def _line(customer: Customer, way: Exit) -> str:
    words = _("{customer} to {stage} ({why})")
    return words.format(customer=customer.name, stage=Customer.Stage(way.to).label, why=way.why)


def _sentence(moving: int, everybody: int, told: list[str]) -> str:
    if not moving:
        return _("Nobody of {all} customers would move tonight.").format(all=everybody)
    listed = "; ".join(told)
    if moving > len(told):
        listed = _("{listed}; and {more} more").format(listed=listed, more=moving - len(told))
    return _("{moving} of {all} customers would move tonight: {listed}.").format(moving=moving, all=everybody, listed=listed)
