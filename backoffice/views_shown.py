"""Saved views as they are shown: each with its address and its count."""

from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from accounts.people.models import User
from backoffice.forms.desk import FiltersForm
from support.desk import saved_views
from support.desk.filters import Filters

BESIDE_THE_LIST: Final = 20


def shown(viewer: User, at_most: int | None = None) -> list[dict[str, Any]]:
    """Return the views of a person, in their order, with live counts as far as they could be had in time."""
    views = list(saved_views.visible_to(viewer)[:at_most])
    counts = saved_views.counts(viewer, views)
    return [_view(viewer, view, counts[view.pk].text if view.pk in counts else "") for view in views]


def listed(viewer: User) -> list[dict[str, Any]]:
    """Return the views of a person as their page lists them: also with what each asks for, in words."""
    form = FiltersForm()
    return [one | {"words": form.in_words(one["asked"])} for one in shown(viewer)]


def address(asked: Filters) -> str:
    """Return the address of the list asked for so."""
    return f"{reverse('backoffice:ticket_list')}?{query(asked)}"


def query(asked: Filters) -> str:
    """Return the filters as an address says them."""
    return urlencode(sorted(asked.kept().items()))


def _view(viewer: User, view: Any, count: str) -> dict[str, Any]:
    asked = Filters.read(view.filters)
    return {"view": view, "count": count, "url": address(asked), "asked": asked.kept(), "own": view.owner_id == viewer.pk}
