"""The portal with a member's eyes: the one place where a look of our own people becomes a visitor, and where it stays a look.

While a viewing is open, requests of that browser to the portal are answered as the member would be, at the customer on whose
timeline the look stands and below it, and nowhere else. Anything but reading is
refused here, before any view is asked, without exception; the pages of keys, webhooks and privacy are not found, nor the live
stream, which would outlast the look. Outside the portal
the person stays who they are, so a member's sign-in settings are never within reach. The way out lies in the back office.
"""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people import viewing
from accounts.people.models import User, Viewing

PORTAL: Final = "/portal/"
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
KEPT_PRIVATE: Final = frozenset({"programs", "webhooks", "webhook", "notices", "news", "privacy", "export", "live"})


class ViewAsMember:
    """Answers the portal as the member would be answered, while one of our own people looks with their eyes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.viewing = None
        if request.path_info.startswith(PORTAL) and viewing.SESSION_KEY in request.session and request.user.is_authenticated:
            request.viewing = viewing.in_progress(request.session[viewing.SESSION_KEY], agent=request.user, at=timezone.now())
            if request.viewing is None:
                del request.session[viewing.SESSION_KEY]
                request.viewing_over = True
            else:
                _become(request, request.viewing)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponseBase | None:
        if getattr(request, "viewing_over", False):
            messages.info(request, _("Your look at the portal is over."))
            return redirect("backoffice:front")
        if request.viewing is None:
            return None
        if request.method not in READING:
            raise PermissionDenied(_("You see this as somebody else sees it, so you can change nothing. Nothing was changed."))
        if request.resolver_match.url_name in KEPT_PRIVATE:
            raise Http404
        return None


def _become(request: HttpRequest, looking: Viewing) -> None:
    member = looking.member
    member.seen_below = looking.customer

    async def auser() -> User:
        return member

    request.user, request.auser = member, auser
