"""What a route asks of its visitor: declared on the view, enforced once for the whole site, default deny.

`declares(audience)` marks a view; the site's middleware refuses a view that carries no mark. An audience is PUBLIC,
SIGNED_IN, or an `Action` of `access.py` (which says whether customers, staff or both may take it).
"""

from collections.abc import Callable
from typing import Final, TypeVar

from accounts.people.access import Action

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed-in"

View = TypeVar("View", bound=Callable[..., object])


def declares(audience: Action | str) -> Callable[[View], View]:
    """Return a decorator that marks a view with the audience it serves."""

    def mark(view: View) -> View:
        view.access = audience  # type: ignore[attr-defined]
        return view

    return mark


def asks_again(view: View) -> View:
    """Mark a view whose changes need a fresh sign-in: keys, bank details, cards, the rights of members, privacy."""
    view.asks_again = True  # type: ignore[attr-defined]
    return view


def places_of(view: Callable[..., object]) -> list[object]:
    """Return where something may be marked: the view itself, or the class it was made from."""
    return [view, *(getattr(view, name) for name in ("view_class", "cls") if hasattr(view, name))]


def needs_fresh_sign_in(view: Callable[..., object]) -> bool:
    """Say whether `asks_again` marks this view, or the class it was made from."""
    return any(getattr(place, "asks_again", False) for place in places_of(view))
