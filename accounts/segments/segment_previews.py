"""Previews of segments: who would enter and leave tonight by the rule as it stands, told before anybody does."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.segments import evaluating, rules
from accounts.segments.models import Segment, SegmentMembership

TOLD: Final = 5


def tonight(segment: Segment, *, at: datetime) -> str:
    """Say how many customers would enter and leave a segment tonight, and name the first of each. Nothing is changed."""
    if not segment.rule:
        return _("It has no rule: who is in it is chosen by hand.")
    held = set(SegmentMembership.objects.filter(segment=segment, until=None).values_list("customer", flat=True))
    belong = _belonging(segment, at) if segment.active else {}
    entering = [name for pk, name in belong.items() if pk not in held]
    gone = Customer.objects.filter(pk__in=held - set(belong)).order_by("pk")
    words = _("Would enter it tonight: {entering}{who}. Would leave it: {leaving}{whom}. In it then: {all}.")
    return words.format(
        entering=len(entering), who=_named(entering), leaving=gone.count(), whom=_named(gone.values_list("name", flat=True)),
        all=len(belong),
    )  # fmt: skip


def _belonging(segment: Segment, at: datetime) -> dict[int, str]:
    """Return the names of all for whom the rule holds, by their keys."""
    conditions = rules.parse(segment.rule)
    found: dict[int, str] = {}
    keys = list(Customer.objects.current().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), evaluating.AT_ONCE):
        some = list(Customer.objects.filter(pk__in=keys[start : start + evaluating.AT_ONCE]).order_by("pk"))
        values = evaluating.values_of([conditions], some, at)
        found |= {one.pk: one.name for one in some if all(line["holds"] for line in rules.trace(conditions, values[one.pk]))}
    return found


def _named(names: Iterable[str]) -> str:
    first = list(names)
    if not first:
        return ""
    listed = ", ".join(first[:TOLD])
    return f" ({listed}, …)" if len(first) > TOLD else f" ({listed})"
