"""What signing in once is not enough for: our own people need a second factor, and sensitive acts a sign-in that is fresh.

Who works for us and has no second factor gets no page of the back office and the administration, and nothing of the API; they are
led to the page where they set one up (`STAFF_SECOND_FACTOR`; on in production). A view marked with `routes.asks_again` changes
something only within `FRESH_SIGN_IN` of the last time the person proved who they are; else they prove it again, and the act goes
on where it stopped; the API only says so. Who came by a provider is asked there again, and what it knew from before is not fresh.
In a session that came by a customer's provider nobody adds a way that would outlive it: no password, passkey or app.
Programs with a key do not sign in.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from allauth.account.internal.flows.reauthentication import get_reauthentication_flows, suspend_request
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.people import access, routes
from config.single_sign_on import views, watching

OURS: Final = frozenset({"backoffice", "admin", "staff_api", "api"})
API: Final = "/api/"
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
OWN_WAYS: Final = frozenset({"account_set_password", "mfa_activate_totp", "mfa_add_webauthn"})
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Hardening:
    """Asks for what is missing before a view is called. Stands behind DefaultDeny: who may not open a view is never asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponseBase | None:
        if not request.user.is_authenticated or getattr(request, "api_key", None) is not None:
            return None
        if _lacks_second_factor(request):
            return _asked_to_set_one_up(request)
        if request.resolver_match.url_name in OWN_WAYS and watching.provider_of_session(request):
            return _kept_to_the_provider(request)
        if routes.needs_fresh_sign_in(view) and request.method not in READING and not _is_fresh(request):
            return _asked_again(request)
        return None


def _lacks_second_factor(request: HttpRequest) -> bool:
    window = next(iter(request.resolver_match.namespaces), "")
    if not settings.STAFF_SECOND_FACTOR or window not in OURS:
        return False
    ours = request.user.is_staff or bool(access.level_of(request.user))
    return ours and not Authenticator.objects.filter(user_id=request.user.pk, type__in=FACTORS).exists()


def _asked_to_set_one_up(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith(API):
        return JsonResponse({"code": "second_factor_needed", "detail": "Set up a second factor first."}, status=403)
    messages.warning(request, _("Our own people sign in with a second factor. Set one up, then you go on."))
    return HttpResponseClientRedirect(reverse("mfa_activate_totp")) if request.htmx else redirect("mfa_activate_totp")


def _kept_to_the_provider(request: HttpRequest) -> HttpResponse:
    messages.warning(
        request, _("You came by your organisation's sign-in. Sign in another way to add a password, a passkey or an app.")
    )
    return HttpResponseClientRedirect(reverse("mfa_index")) if request.htmx else redirect("mfa_index")


def _is_fresh(request: HttpRequest) -> bool:
    if settings.FRESH_SIGN_IN is None:
        return True
    moments = watching.moments_of_proof(request)
    return bool(moments) and time.time() - max(moments) < settings.FRESH_SIGN_IN.total_seconds()


def _asked_again(request: HttpRequest) -> HttpResponse:
    """Have the person prove who they are; who signs in by mailed code alone signs in anew, and nothing was done."""
    if request.path_info.startswith(API):
        return JsonResponse({"code": "fresh_sign_in_needed", "detail": "Sign in again first."}, status=403)
    messages.info(request, _("This is sensitive: confirm that it is you."))
    ways = [flow["id"] for flow in get_reauthentication_flows(request.user)]
    if not ways:
        back, came_by = request.META.get("HTTP_REFERER", ""), watching.provider_of_session(request)
        logout(request)
        if came_by:
            request.session[views.ANEW] = True
        return redirect_to_login(back if back.startswith(settings.SITE_URL) else "/")
    page = reverse("account_reauthenticate" if "reauthenticate" in ways else "mfa_reauthenticate")
    asked = suspend_request(request, page)
    return HttpResponseClientRedirect(asked.url) if request.htmx else asked
