"""Commands: what the palette does besides finding: go to a page, open a saved view, and act on the ticket one looks at."""

import re
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.people import access
from accounts.people.models import User
from backoffice import navigation, views_shown
from support.desk import macros, saved_views
from support.desk.filters import Filters

TICKET_PAGE: Final = re.compile(r"/tickets/(T-\d{1,12})/")
MOST: Final = 6


@dataclass(frozen=True)
class Option:
    """One thing found, as the finder component shows it."""

    label: str
    url: str
    kind: str
    note: str = ""
    path: str = ""


def matching(viewer: User, words: str, here: str) -> list[Option]:
    """Return the commands that have `words` in their name; `here` is the address of the page the viewer looks at."""
    found = [*_on_ticket(viewer, here), *_views(viewer), *_pages(viewer)]
    return [option for option in found if words.casefold() in option.label.casefold()][:MOST]


def _pages(viewer: User) -> list[Option]:
    groups = navigation.shown(access.level_of(viewer), "", {})
    return [
        Option(str(place["label"]), place["url"], _("Go to"), place["keys"], str(group["label"]))
        for group in groups
        for place in group["places"]
    ]


def _views(viewer: User) -> list[Option]:
    views = saved_views.visible_to(viewer)
    return [Option(view.name, views_shown.address(Filters.read(view.filters)), _("Saved view")) for view in views]


def _on_ticket(viewer: User, here: str) -> list[Option]:
    found = TICKET_PAGE.search(here)
    if found is None or access.level_of(viewer) not in access.WORK_TICKETS.levels:
        return []
    ref = found[1]
    links = Option(_("Merge, split, bundle"), reverse("backoffice:links", args=[ref]), ref, "m")
    used = [
        Option(version.label, reverse("backoffice:macro", args=[ref, version.macro.code]), _("Macro"), ref)
        for version in macros.in_force()
    ]
    return [links, *used]
