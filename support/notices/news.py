"""News: what a person was told lately, whichever way, as far as they may still know of it."""

from typing import Final

from accounts.people import access
from accounts.people.models import User
from accounts.timeline import reading
from support.notices.models import Told

LATEST: Final = 50


def of(person: User) -> list[Told]:
    """Return what `person` was told, the newest first; what waits for a digest stands there already."""
    told = Told.objects.filter(person=person).select_related("activity__customer").order_by("-pk")
    seen = told.filter(activity__in=reading.visible_to(person))
    if access.level_of(person):
        seen |= told.filter(activity__customer=None)
    return list(seen[:LATEST])
