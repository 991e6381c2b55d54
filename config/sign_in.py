"""Who may come in and where they land: our own people in the back office, customers' in the portal.

Nobody signs up by allauth; companies do by sign_up.py, where policy says so. Whose organisation has its provider
as the only way comes in by it, whatever other way they tried: password, code or passkey.
"""

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.stagekit import clear_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.people import access
from accounts.people.models import User
from accounts.single_sign_on import arrivals, ways
from config.single_sign_on import ending, finding, views, watching

BACKOFFICE, PORTAL, ADMIN = "/backoffice/", "/portal/", "/admin/"
# Refusals in our words: allauth's say little, or say "du" in German.
OUR_WORDS = {
    "email_password_mismatch": _("This e-mail address and password do not go together. Try again, or let us mail you a code."),
    "enter_current_password": _("Enter the password you have now."),
    "rate_limited": _("That was too often in a short time. Wait a minute, then try again."),
    "same_as_current": _("That is what you have already."),
    "too_many_login_attempts": _("Too many failed sign-ins. Wait five minutes, then try again."),
}


def home_of(user: User) -> str:
    """Return the address of the window this person works in."""
    if access.level_of(user):
        return BACKOFFICE
    return ADMIN if user.is_staff else PORTAL


class SignedIn(AuthenticationBackend):
    """Finds who is signed in, together with what they are with us: every page asks both."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session while they may sign in."""
        person = User.objects.select_related("staff_profile").filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None


class AccountAdapter(DefaultAccountAdapter):
    """What allauth asks us about our people."""

    error_messages = DefaultAccountAdapter.error_messages | OUR_WORDS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return home_of(request.user)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Tell who came by a provider that they may still be signed in there."""
        ref = watching.provider_of_session(request)
        if not ref:
            return super().get_logout_redirect_url(request)
        return f"{reverse('single_sign_on_left', args=[ref])}?by={quote(finding.trace_of(ref))}"

    def pre_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse | None:
        """Lead to the provider whom it alone may sign in and who came another way."""
        if answer := super().pre_login(request, user, **facts):
            return answer
        provider = None if _arrival(facts) else ways.only_way_for(user)
        if provider is None:
            return None
        clear_login(request)
        return views.lead(request, provider, address=user.email)

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        """Record who came in by a provider, and who did without one in an emergency."""
        address, now = str(self.get_client_ip(request) or ""), timezone.now()
        if arrival := _arrival(facts):
            ending.note(request, arrival.account.extra_data.get("session", ""))
            watching.note_proof(request, arrival.account.extra_data.get("proved_at"))
            arrivals.note_sign_in(person=user, provider=arrival.provider.row, address=address, at=now)
        else:
            arrivals.note_emergency(person=user, address=address, at=now)
        return super().post_login(request, user, **facts)


def _arrival(facts: dict[str, Any]) -> Any:
    """Return what allauth knows of a sign-in by a provider; None for any other way."""
    return (facts.get("signal_kwargs") or {}).get("sociallogin")
