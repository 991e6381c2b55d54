"""Previews of stages: who would move tonight by the rules as they stand, and who would go in a circle, told beforehand."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.segments import evaluating, lifecycle, stage_rules
from accounts.segments.stage_rules import Exit

TOLD: Final = 5


def tonight(*, at: datetime) -> str:
    """Say how many customers would move tonight, and of the first of them where to and why. Nothing is changed."""
    table, moving, circling = stage_rules.table(), 0, 0
    told: list[str] = []
    round_and_round: list[str] = []
    leaving = [stage for stage, row in table.items() if row.exits]
    everybody = Customer.objects.current()
    keys = list(everybody.filter(stage__in=leaving).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), evaluating.AT_ONCE):
        some = list(Customer.objects.filter(pk__in=keys[start : start + evaluating.AT_ONCE]).order_by("pk"))
        found = lifecycle.night(some, table, at)
        moving += len(found.moves)
        told += _lines(found.moves, TOLD - len(told))
        circling += len(found.circles)
        round_and_round += _lines(found.circles, TOLD - len(round_and_round))
    said = _sentence(moving, everybody.count(), told)
    return f"{said} {_of_circles(circling, round_and_round)}" if circling else said


def _lines(found: dict[Customer, Exit], most: int) -> list[str]:
    return [_line(customer, way) for customer, way in list(found.items())[:most]]


def _line(customer: Customer, way: Exit) -> str:
    words = _("{customer} to {stage} ({why})")
    return words.format(customer=customer.name, stage=Customer.Stage(way.to).label, why=way.why)


def _sentence(moving: int, everybody: int, told: list[str]) -> str:
    if not moving:
        return _("Nobody of {all} customers would move tonight.").format(all=everybody)
    listed = _listed(told, moving)
    return _("{moving} of {all} customers would move tonight: {listed}.").format(moving=moving, all=everybody, listed=listed)


def _of_circles(circling: int, told: list[str]) -> str:
    words = _("{n} stay where they are, because the ways out ahead would lead them back at once: {listed}.")
    return words.format(n=circling, listed=_listed(told, circling))


def _listed(told: list[str], count: int) -> str:
    listed = "; ".join(told)
    if count > len(told):
        return _("{listed}; and {more} more").format(listed=listed, more=count - len(told))
    return listed
