"""What allauth asks about people who come from a provider: the proof is judged here, before anything else happens."""

from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.single_sign_on import arrivals, proofs
from accounts.single_sign_on.models import SignInProvider
from config import outward
from config.single_sign_on import protocols
from config.single_sign_on.refusing import refused


class OrganisationAdapter(DefaultSocialAccountAdapter):
    """Takes people in by what managers set up, and by nothing else."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Know no provider of allauth's own tables or settings: those would be a side door."""
        return []

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """Return the provider of a sign-in that waited for a second factor; `client_id` holds the ref it went by.

        Raises:
            ValueError: it was switched off meanwhile, or its secret cannot be read; allauth then begins anew.
        """
        row = SignInProvider.objects.in_use().select_related("customer").filter(ref=client_id or "").first()
        if row is None:
            raise ValueError("no such provider in use")
        try:
            return protocols.talk(request, row)
        except Refusal as refusal:
            raise ValueError(refusal.reason) from refusal

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Let nobody sign up; who may join is decided on arrival."""
        return False

    def get_requests_session(self) -> requests.Session:
        return outward.session()

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Judge the proof, find the person, and let allauth sign them in."""
        provider, now = sociallogin.provider, timezone.now()
        proven = provider.proven_by(sociallogin, now)
        if (sociallogin.state.get("data") or {}).get("anew"):
            proofs.must_be_anew(proven, now)
        sociallogin.user = arrivals.arrive(provider=provider.row, proven=proven, at=now)
        kept = {"session": proven.session, "proved_at": proven.proved_at}
        sociallogin.account.uid, sociallogin.account.extra_data = proven.subject, kept

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Say in one sentence why nobody was signed in."""
        if error == AuthError.CANCELLED:
            why = _("The sign-in was cancelled. Nothing was changed.")
        elif extra_context and "state_id" in extra_context:
            why = _("This sign-in was not begun in this browser, was used already, or is too old. Begin again.")
        else:
            why = _("Your organisation's provider did not sign you in. Nothing was changed; try again.")
        raise ImmediateHttpResponse(refused(request, why))
