"""Prices that could not be kept: a quote was confirmed and would have cost something else, so nothing was changed.

Each is written down for our own people, who see all of them on one list: somebody has to look why.
"""

from datetime import datetime
from typing import Final

from accounts.people.models import User
from accounts.timeline import reading, recording
from accounts.timeline.models import ActivityQuerySet
from billing.amendments.models import Quote

PRICE_DIFFERED: Final = "billing.price_differed"


def raise_alarm(quote: Quote, *, why: str, at: datetime) -> None:
    """Write down that a quote could not be kept, and by which amounts; to be called after everything else was taken back."""
    facts = {"why": why}
    recording.record(quote.customer, PRICE_DIFFERED, actor=None, at=at, about=quote.contract, facts=facts, internal=True)


def alarms_for(viewer: User) -> ActivityQuerySet:
    """Return the prices that could not be kept within the viewer's reach, the latest first; `about_ref` is the contract."""
    return reading.visible_to(viewer).filter(kind=PRICE_DIFFERED).latest_first().select_related("customer")
