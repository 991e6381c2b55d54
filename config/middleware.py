"""What holds for every request: it has a reference, its view has an audience, and nobody else gets an answer.

Nothing of a page for signed-in people may be kept by a browser or a proxy. Foreign and undeclared addresses look alike: 404.
So does an address with a NUL, which no row can hold and the database does not take.
"""

import secrets
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect

from accounts import signs
from accounts.people import access, keys
from config import routes

API: Final = "/api/"

log = structlog.get_logger(__name__)
Answer = Callable[[HttpRequest], HttpResponseBase]


def request_reference(get_response: Answer) -> Answer:
    """Give each request a short reference that the visitor sees on a fault and that every log line of it carries."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        request.reference = secrets.token_hex(5)
        with structlog.contextvars.bound_contextvars(reference=request.reference):
            response = get_response(request)
        response["X-Request-Reference"] = request.reference
        return response

    return answer


def own_time(get_response: Answer) -> Answer:
    """Show moments in the visitor's own time zone."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        with timezone.override(_zone_of(request)):
            return get_response(request)

    return answer


def _zone_of(request: HttpRequest) -> ZoneInfo | None:
    """Return the zone a signed-in visitor chose; one that nobody knows counts as none."""
    try:
        return ZoneInfo(request.user.timezone) if request.user.is_authenticated else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def own_language(get_response: Answer) -> Answer:
    """Speak the language a signed-in person prefers, unless another was chosen in this browser. Programs ask for theirs."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        language = _preferred_by(request) or translation.get_language()
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return answer


def _preferred_by(request: HttpRequest) -> str | None:
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES or not request.user.is_authenticated or request.user.is_program:
        return None
    return request.user.language if request.user.language in dict(settings.LANGUAGES) else None


class SmallerPages(GZipMiddleware):
    """Compresses pages and answers to programs for their way; files and live streams go as they are.

    The token of each form is masked anew and each compressed page padded by chance, so lengths do not give away what it holds.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = not response.streaming and response.get("Content-Type", "").startswith(("text/html", "application/json"))
        return super().process_response(request, response) if is_page else response


class ContentPolicy(CSPMiddleware):
    """One strict content policy; third-party screens named in `RELAXED_SOURCES` get theirs."""

    def get_policy_parts(self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        for prefix, sources in settings.RELAXED_SOURCES.items():
            if request.path_info.startswith(prefix):
                parts.replace = sources
        return parts


def program_by_key(get_response: Answer) -> Answer:
    """Let a program with a key act at the API, as the user of its own; a key that does not hold is answered at once.

    Only at the API: elsewhere a key opens nothing. With a key the session's cookie does not count.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not request.path_info.startswith(API) or scheme.lower() != "bearer":
            return get_response(request)
        key = keys.holder_of(secret.strip(), timezone.now())
        if key is None:
            refused = JsonResponse({"code": "key_not_known", "detail": "This key is not known, or no longer holds."}, status=401)
            refused["WWW-Authenticate"] = "Bearer"
            return refused
        request.user, request.api_key = key.user, key
        return get_response(request)

    return answer


class PlainSigns:
    """Leaves out of forms what nobody sees and everybody is deceived by (accounts/signs.py); programs are refused instead."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        cleaned = request.POST.copy()
        for name, texts in request.POST.lists():
            cleaned.setlist(name, [signs.plain(text) for text in texts])
        request.POST = cleaned


class DefaultDeny:
    """Lets a request through to its view only when the visitor belongs to the audience the view declares."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.resolver_match and "no-store" not in response.get("Cache-Control", ""):
            patch_cache_control(response, private=True, no_store=True)
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponseBase | None:
        if _names_nothing(request):
            raise Http404
        audience = routes.audience_of(view, request.resolver_match)
        if audience is None:
            log.error("route_without_audience", route=request.resolver_match.route)
            raise Http404
        if audience == routes.PUBLIC:
            return None
        if not request.user.is_authenticated:
            return _asked_to_sign_in(request)
        request.rights = access.rights(request.user)
        if not routes.serves(audience, request.rights, _window(request)):
            raise Http404
        return None


def _names_nothing(request: HttpRequest) -> bool:
    """Say whether the address or its query holds a NUL."""
    asked = (text for name, values in request.GET.lists() for text in (name, *values))
    return any("\x00" in text for text in (request.path_info, *asked))


def _window(request: HttpRequest) -> str:
    return next(iter(request.resolver_match.namespaces), "")


def _asked_to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith(API):
        return JsonResponse({"code": "not_signed_in", "detail": "Sign in first."}, status=401)
    to_login = redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(to_login.url) if request.htmx else to_login
