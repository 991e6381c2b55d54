"""Saved views: filters of the list of tickets under a name, one's own or shared with all who work on tickets, with live counts.

Supervisors and managers share, at most MOST_SHARED in all. The counts take two statements, one for the views that look for words;
each count stops at 1,000, and what takes longer than LONGEST_COUNT is left out, so that no view holds up a page.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
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
MOST_SHARED: Final = 50
LONGEST_COUNT: Final = timedelta(seconds=1)
CANCELLED: Final = "57014"  # PostgreSQL: the statement took too long
MAY_SHARE: Final = frozenset({access.SUPERVISOR, access.MANAGER})


class ViewRefused(Refusal):
    """A view without a name or filter, one too many, shared by who may not, or somebody else's."""

    code = "view_refused"


def visible_to(viewer: User) -> QuerySet[SavedView]:
    """Return the views a person has: their own and the shared ones, in their order."""
    if access.level_of(viewer) not in access.WORK_TICKETS.levels:
        return SavedView.objects.none()
    return SavedView.objects.filter(Q(owner=viewer) | Q(shared=True)).select_related("owner").order_by("position", "name", "pk")


def may_share(person: User) -> bool:
    """Say whether a person may share views with everybody who works on tickets."""
    return access.level_of(person) in MAY_SHARE


def keep(*, actor: User, name: str, asked: Filters, shared: bool = False) -> SavedView:
    """Keep what the list is asked for under a name; the same name of the same person is written over.

    Raises:
        ViewRefused: no name, no filter, one too many, or shared by who may not share.
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
        if shared:
            _require_room_to_share(actor, name)
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
    """Return how many tickets each view holds for `viewer`, counting to 1,000 at most; what takes too long is left out."""
    with_words = [view for view in views if Filters.read(view.filters).words]
    others = [view for view in views if view not in with_words]
    return _counted_together(viewer, others) | _counted_together(viewer, with_words)


def _counted_together(viewer: User, views: Sequence[SavedView]) -> dict[int, Count]:
    parts, values = [], []
    found: dict[int, Count] = {}
    for view in views:
        chosen = filters.tickets(viewer, Filters.read(view.filters)).order_by().values("pk")[: COUNTED + 1]
        try:
            sql, params = chosen.query.sql_with_params()
        except EmptyResultSet:
            found[view.pk] = Count(0)
            continue
        parts.append(f"SELECT %s::bigint, (SELECT COUNT(*) FROM ({sql}) AS held)")  # noqa: S608 (every value is a parameter)
        values += [view.pk, *params]
    return found | (_counted_in_time(" UNION ALL ".join(parts), values) if parts else {})


def _counted_in_time(sql: str, values: list[Any]) -> dict[int, Count]:
    """Run the statement that counts; return nothing where it takes too long."""
    longest = f"{int(LONGEST_COUNT.total_seconds() * 1000)}ms"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [longest])
            [before, _now] = cursor.fetchone()
            cursor.execute(sql, values)
            rows = cursor.fetchall()
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as fault:
        if getattr(fault.__cause__, "pgcode", "") != CANCELLED:
            raise
        return {}
    return {pk: Count(min(number, COUNTED), more=number > COUNTED) for pk, number in rows}


def _require_room_to_share(actor: User, name: str) -> None:
    if not may_share(actor):
        raise ViewRefused(_("Supervisors share views. Keep this one for yourself, or ask one of them."))
    turns.take("shared views")
    if SavedView.objects.filter(shared=True).exclude(owner=actor, name=name).count() >= MOST_SHARED:
        raise ViewRefused(_("{count} views are shared already. Take one of them away first.").format(count=MOST_SHARED))


def _require_own(actor: User, view: SavedView) -> None:
    if view.owner_id == actor.pk or view.shared and may_share(actor):
        return
    raise ViewRefused(_("This view is {name}'s.").format(name=view.owner))
