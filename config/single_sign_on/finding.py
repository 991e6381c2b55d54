"""Finding the provider an address names, and counting how often one network address makes us work."""

from typing import Final

from allauth.core.internal.ratelimit import consume
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy

from accounts.single_sign_on.models import SignInProvider

SIGNER: Final = TimestampSigner(salt="came by a provider")
SECONDS_A_TRACE_TELLS: Final = 60 * 60
TOO_OFTEN = gettext_lazy("Too many sign-ins from here just now; wait a minute.")


def known(ref: str, protocol: str = "") -> SignInProvider:
    """Return the provider an address names, on or off; another protocol's address is not found."""
    found = SignInProvider.objects.select_related("customer").filter(ref=ref).first()
    if found is None or protocol not in ("", found.protocol):
        raise Http404
    return found


def in_use(ref: str, protocol: str = "") -> SignInProvider:
    """Return the provider an address names while people may sign in by it."""
    found = known(ref, protocol)
    if found.use == SignInProvider.Use.OFF:
        raise Http404
    return found


def trace_of(ref: str) -> str:
    """Return what tells for an hour that a session came by this provider, to go along when it is signed out."""
    return SIGNER.sign(ref)


def came_by(trace: str, ref: str) -> bool:
    """Say whether a trace is of this provider and of the last hour."""
    try:
        return SIGNER.unsign(trace[:200], max_age=SECONDS_A_TRACE_TELLS) == ref
    except BadSignature:
        return False


def too_often(request: HttpRequest, action: str = "single_sign_on") -> bool:
    """Say whether this network address asked us to work for a provider more often than people do."""
    return not consume(request, app="allauth.account", action=action, limit_get=True)
