"""Saved views: filters of the list of tickets under a name, one's own or shared with all who work on tickets, with live counts.

The counts of all views of a person take one statement, and each stops at 1,000.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from support.desk import filters
from support.desk.filters import Filters
from support.desk.macro_models import SavedView
from support.tickets import turns
from support.tickets.queue import COUNTED, Count

MOST: Final = 50
MAY_TEND_SHARED: Final = frozenset({access.SUPERVISOR, access.MANAGER})


class ViewRefused(Refusal):
    """A view without a name or filter, one too many, or somebody else's."""

    code = "view_refused"


def visible_to(viewer: User) -> QuerySet[SavedView]:
    """Return the views a person has: their own and the shared ones, in their order."""
    if access.level_of(viewer) not in access.WORK_TICKETS.levels:
        return SavedView.objects.none()
    return SavedView.objects.filter(Q(owner=viewer) | Q(shared=True)).select_related("owner").order_by("position", "name", "pk")


def keep(*, actor: User, name: str, asked: Filters, shared: bool = False) -> SavedView:
    """Keep what the list is asked for under a name; the same name of the same person is written over.

    Raises:
        ViewRefused: no name, no filter, or one too many.
        Refusal: the actor does not work on tickets.
    """
    name = " ".join(name.replace("\x00", "").split())[:60]
    if access.level_of(actor) not in access.WORK_TICKETS.levels:
        raise ViewRefused(_("Views are for those who work on tickets."))
    if not name or not asked.kept():
        raise ViewRefused(_("A view has a name and at least one filter."))
    with turns.patience(), transaction.atomic():
        turns.take(f"views of {actor.pk}")
        own = SavedView.objects.filter(owner=actor)
        if own.count() >= MOST and not own.filter(name=name).exists():
            raise ViewRefused(_("You have {count} views. Take one away first.").format(count=MOST))
        last = own.order_by("-position").first()
        facts = {"filters": asked.kept(), "shared": shared}
        made, _new = SavedView.objects.update_or_create(
            owner=actor, name=name, defaults=facts, create_defaults=facts | {"position": last.position + 1 if last else 0}
        )
    return made


def remove(*, actor: User, view: SavedView) -> None:
    """Take a view away.

    Raises:
        ViewRefused: it is somebody else's.
    """
    _require_own(actor, view)
    view.delete()


def arrange(*, actor: User, view: SavedView, up: bool) -> None:
    """Move one of the actor's views one place up or down among their own.

    Raises:
        ViewRefused: it is somebody else's.
    """
    _require_own(actor, view)
    with turns.patience(), transaction.atomic():
        turns.take(f"views of {view.owner_id}")
        own = list(SavedView.objects.filter(owner=view.owner_id).order_by("position", "name", "pk"))
        here = own.index(view)
        there = max(0, min(len(own) - 1, here + (-1 if up else 1)))
        own.insert(there, own.pop(here))
        for place, each in enumerate(own):
            each.position = place
        SavedView.objects.bulk_update(own, ["position"])


def counts(viewer: User, views: Sequence[SavedView]) -> dict[int, Count]:
    """Return how many tickets each view holds for `viewer`, in one statement, counting to 1,000 at most."""
    parts, values = [], []
    for view in views:
        chosen = filters.tickets(viewer, Filters.read(view.filters)).order_by().values("pk")[: COUNTED + 1]
        try:
            sql, params = chosen.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s::bigint, (SELECT COUNT(*) FROM ({sql}) AS held)")  # noqa: S608 (every value is a parameter)
        values += [view.pk, *params]
    found = {view.pk: Count(0) for view in views}
    return found | (_counted(" UNION ALL ".join(parts), values) if parts else {})


def _counted(sql: str, values: list[Any]) -> dict[int, Count]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {pk: Count(min(number, COUNTED), more=number > COUNTED) for pk, number in cursor.fetchall()}


def _require_own(actor: User, view: SavedView) -> None:
    if view.owner_id == actor.pk or view.shared and access.level_of(actor) in MAY_TEND_SHARED:
        return
    raise ViewRefused(_("This view is {name}'s.").format(name=view.owner))
