"""Reading the timeline: what a viewer may know of what happened to a customer, and how each activity reads aloud.

Which customers a viewer may see is not decided here but by the door that accounts/apps.py hangs in (the reach of
accounts/people/access.py, a layer above). Until it does, nobody sees anything.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from accounts import writing
from accounts.timeline.kinds import KINDS, Kind
from accounts.timeline.models import Activity, ActivityQuerySet

UNKNOWN = Kind("Something happened to {ref}", "info")
# Facts that are kept by the English label of a choice.
CHOICES = frozenset({"account", "outcome", "role", "side", "stage", "step", "to", "use"})

CHANGED = "changed"  # the English names of facts, one after another


class Door(Protocol):
    """Who may see what: the customers within reach, and whether the viewer is one of our own people."""

    def customers_within_reach(self, viewer: Any) -> QuerySet[Any]:
        """Return the customers `viewer` may see."""

    def level_of(self, viewer: Any) -> str:
        """Return the staff level of `viewer`, empty for a customer's person."""


_doors: list[Door] = []


class NoDoor(RuntimeError):
    """The timeline was read before accounts/apps.py said who may see what."""

    def __init__(self) -> None:
        super().__init__("nobody said which customers a viewer may see; accounts must be among the installed apps")


def hang_door(door: Door) -> None:
    """Let `door` say from now on who may see what."""
    _doors[:] = [door]


def of_customer(
    customer: Any,
    *,
    viewer: AbstractBaseUser,
    subtree: bool = False,
    kinds: Iterable[str] | None = None,
    before: Activity | None = None,
    limit: int = 50,
) -> list[Activity]:
    """Return what happened to `customer` (with `subtree`, also to all below it), newest first, as far as `viewer` may know.

    The next page is asked for with `before`, the last activity of this one.
    """
    found = rows_of_customer(customer, viewer=viewer, subtree=subtree)
    if kinds is not None:
        found = found.filter(kind__in=kinds)
    return list(_earlier_than(found, before)[:limit])


def rows_of_customer(customer: Any, *, viewer: AbstractBaseUser, subtree: bool = False) -> ActivityQuerySet:
    """Return what `of_customer` does as a queryset, without an end."""
    reach = _within_reach(viewer)
    within = reach.below(customer) if subtree else reach.filter(pk=customer.pk)
    return _shown(Activity.objects.filter(customer__in=within), viewer).latest_first().select_related("customer", "actor")


def visible_to(viewer: AbstractBaseUser) -> ActivityQuerySet:
    """Return the activities of the customers within the viewer's reach; internal ones only to our own people."""
    return _shown(Activity.objects.filter(customer__in=_within_reach(viewer)), viewer)


def about(kind: str, ref: str) -> ActivityQuerySet:
    """Return the activities about one thing, such as ("ticket", "T-1042"), newest first; for pages that checked its reach."""
    return Activity.objects.filter(about_kind=kind, about_ref=ref).latest_first().select_related("customer", "actor")


def describe(activity: Activity) -> str:
    """Say in one sentence what happened."""
    return gettext(kind_of(activity).label).format_map(_Facts(activity.facts, ref=activity.about_ref))


def kind_of(activity: Activity) -> Kind:
    """Return the declared kind of an activity; one that is no longer declared still has a sentence and an icon."""
    return KINDS.get(activity.kind, UNKNOWN)


def _within_reach(viewer: AbstractBaseUser) -> Any:
    if not _doors:
        raise NoDoor
    return _doors[0].customers_within_reach(viewer)


def _shown(found: ActivityQuerySet, viewer: AbstractBaseUser) -> ActivityQuerySet:
    return found if _doors[0].level_of(viewer) else found.shown_to_customers()


def _earlier_than(found: ActivityQuerySet, before: Activity | None) -> ActivityQuerySet:
    if before is None:
        return found
    return found.filter(Q(at__lt=before.at) | Q(at=before.at, pk__lt=before.pk))


class _Facts(dict[str, Any]):
    """Facts for a sentence as its reader writes them: choices, days, amounts; what an old activity did not keep is left out."""

    def __getitem__(self, name: str) -> Any:
        fact = super().__getitem__(name)
        if name == CHANGED and isinstance(fact, str):
            return ", ".join(gettext(part) for part in fact.split(", ") if part)
        return gettext(fact) if name in CHOICES and isinstance(fact, str) and fact else writing.of_fact(fact)

    def __missing__(self, name: str) -> str:
        return "…"
