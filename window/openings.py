"""Whether a link is worth showing: it leads to a page that whoever looks may open. The page itself decides once more."""

from django.urls import resolve

from accounts.people import access
from accounts.people.access import Action
from accounts.people.models import User
from accounts.people.routes import places_of


def opens(url: str, viewer: User) -> bool:
    """Say whether the page at `url` serves people of the viewer's level; the administration serves who steers."""
    found = resolve(url.partition("?")[0])
    if found.app_name == "admin":
        return access.may_anywhere(viewer, access.STEER)
    asked = next((place.access for place in places_of(found.func) if hasattr(place, "access")), None)
    level = access.level_of(viewer)
    return not level or not isinstance(asked, Action) or level in asked.levels
