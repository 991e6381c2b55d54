"""Activities as the portal shows them: a sentence, who did it, when, and the page of what it is about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from django.db.models import QuerySet

from accounts.customers.models import Customer
from accounts.people import asked
from accounts.people.models import User
from accounts.timeline import reading
from accounts.timeline.models import Activity
from window import addresses

PAGES: Final = {
    "document": "portal:invoice",
    "payment": "portal:payment",
    "ticket": "portal:ticket",
    "contract": "portal:contract",
}
LATEST_SHOWN: Final = 8
TOLD_BY_EACH_INVOICE: Final = "billing.dunning_letter"  # a letter is only written with the steps it tells of


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

    @property
    def who_and_where(self) -> str:
        """Who did it and for which customer, in one line."""
        return f"{self.who} · {self.where}"


def latest(node: Customer, *, viewer: User, subtree: bool) -> list[Entry]:
    """Return the last things that happened to `node` (with `subtree`, also to all below it), newest first, each told once.

    A reminder is told by its invoices; the letter that names them together stands with all activity.
    """
    return entries((_latest_below if subtree else _latest_at)(viewer=viewer, node=node))


@asked.statement
def _latest_below(viewer: User, node: Customer) -> QuerySet[Activity]:
    return _told_once(reading.rows_of_customer(node, viewer=viewer, subtree=True))[:LATEST_SHOWN]


@asked.statement
def _latest_at(viewer: User, node: Customer) -> QuerySet[Activity]:
    return _told_once(reading.rows_of_customer(node, viewer=viewer))[:LATEST_SHOWN]


def _told_once(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    return activities.exclude(kind=TOLD_BY_EACH_INVOICE)


def entries(activities: Iterable[Activity]) -> list[Entry]:
    """Return the activities in words, in the order given."""
    leading_to = cache(addresses.of)
    return [_entry(activity, leading_to) for activity in activities]


def _entry(activity: Activity, leading_to: Callable[[str], Callable[[str], str]]) -> Entry:
    about, ref = _about(activity)
    return Entry(
        title=reading.describe(activity),
        at=activity.at,
        who=str(activity.actor or "Accord"),
        where=activity.customer.name,
        icon=reading.kind_of(activity).icon,
        url=leading_to(PAGES[about])(ref) if about in PAGES and ref else "",
        url_label=ref,
    )


def _about(activity: Activity) -> tuple[str, str]:
    """Return the kind and ref of the thing that has a page: what it is about, or the contract its facts name."""
    if activity.about_kind in PAGES:
        return activity.about_kind, activity.about_ref
    return "contract", str(activity.facts.get("contract", ""))
