"""Sessions that a provider no longer allows end with their next request.

Who came by a provider stays while it would let them in: it is in use, leads from their address, and they neither work for us nor
stand elsewhere. Who came another way is led to a provider that became the only way half a minute later at most.
"""

from collections.abc import Callable
from typing import Final

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import logout
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

from accounts.single_sign_on import arrivals, domains, ways

REMEMBERED_AS: Final = "mail-domains-with-one-way-to-sign-in"
SECONDS: Final = 30
PROVED_AT: Final = "single_sign_on_proved_at"


def provider_of_session(request: HttpRequest) -> str:
    """Return the ref of the provider by which this session was opened; empty when it was opened another way."""
    records = get_authentication_records(request, request.user)
    return next((str(record.get("provider", "")) for record in records if record["method"] == "socialaccount"), "")


def note_proof(request: HttpRequest, proved_at: float | None) -> None:
    """Note in a session that just began when the person last showed the provider who they are."""
    request.session[PROVED_AT] = proved_at


def moments_of_proof(request: HttpRequest) -> list[float]:
    """Return when the person of this session proved who they are; a provider that knew them from before proves nothing new."""
    there = request.session.get(PROVED_AT) or 0
    records = get_authentication_records(request, request.user)
    return [min(one["at"], there) if one["method"] == "socialaccount" else one["at"] for one in records]


def only_by_provider(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Sign out whom their provider no longer lets in, and who should have come by it. Programs with a key have no provider."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and getattr(request, "api_key", None) is None and not _may_stay(request):
            logout(request)
        return get_response(request)

    return answer


def _may_stay(request: HttpRequest) -> bool:
    ref = provider_of_session(request)
    if ref and not arrivals.may_stay(person=request.user, ref=ref):
        return False
    closed = cache.get_or_set(REMEMBERED_AS, ways.closed_domains, SECONDS)
    if domains.of_address(request.user.email) not in closed:
        return True
    provider = ways.only_way_for(request.user)
    return provider is None or ref == provider.ref
