"""Activities as the portal shows them: a sentence, who did it, when, and the page of what it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse

from accounts.timeline import reading
from accounts.timeline.models import Activity

PAGES: Final = {
    "document": "portal:invoice",
    "payment": "portal:payment",
    "ticket": "portal:ticket",
    "contract": "portal:contract",
}


@dataclass(frozen=True)
class Entry:
    """One line of "what happened"."""

    title: str
    at: datetime
    who: str
    where: str
    icon: str
    url: str
    url_label: str


def entries(activities: Iterable[Activity]) -> list[Entry]:
    """Return the activities in words, in the order given."""
    return [_entry(activity) for activity in activities]


def _entry(activity: Activity) -> Entry:
    about, ref = _about(activity)
    return Entry(
        title=reading.describe(activity),
        at=activity.at,
        who=str(activity.actor or "Accord"),
        where=activity.customer.name,
        icon=reading.kind_of(activity).icon,
        url=reverse(PAGES[about], args=[ref]) if about in PAGES and ref else "",
        url_label=ref,
    )


def _about(activity: Activity) -> tuple[str, str]:
    """Return the kind and ref of the thing that has a page: what it is about, or the contract its facts name."""
    if activity.about_kind in PAGES:
        return activity.about_kind, activity.about_ref
    return "contract", str(activity.facts.get("contract", ""))
