"""OpenID Connect with one organisation's provider: its metadata, its keys, and the proof it hands us for a code."""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import jwt
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.single_sign_on import addresses, places, proofs, providers
from accounts.single_sign_on.models import SignInProvider
from accounts.single_sign_on.proofs import Expected, Proven
from config.single_sign_on import fetching

NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OtherProvider(Refusal):
    """Somebody else answers where the provider should."""

    code = "wrong_issuer"


class Exchange(OpenIDConnectOAuth2Adapter):
    """The talk with one provider. Its endpoints are what its metadata says, if that names the issuer that was set up."""

    def __init__(self, request: HttpRequest, provider: "OrganisationProvider") -> None:
        super().__init__(request, provider.app.provider_id)
        self.provider = provider

    def get_provider(self) -> "OrganisationProvider":
        return self.provider

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's metadata, as they were a few minutes ago at most."""
        if not hasattr(self, "_openid_config"):
            issuer = self.provider.issuer
            found = fetching.kept(issuer.rstrip("/") + "/.well-known/openid-configuration", ref=self.provider.row.ref)
            if found.get("issuer") != issuer:
                raise OtherProvider(
                    "Your organisation's provider names itself differently than it was set up; tell your administrator."
                )
            for name in NEEDED:
                addresses.checked(str(found.get(name, "")))
            self._openid_config = found
        return self._openid_config

    @property
    def basic_auth(self) -> bool:
        """How we prove who we are: in the header, as the standard says, unless the provider takes it in the body."""
        return "client_secret_post" not in self.openid_config.get("token_endpoint_auth_methods_supported", [])

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Where the provider sends people back: at the site's own address, whatever the browser calls it."""
        return places.comes_back_to(self.provider.row)

    def keys_for(self, proof: Any) -> dict[str, Any]:
        """Return the provider's keys, with the one that a proof names if it has it by now."""
        return fetching.keys(self.openid_config["jwks_uri"], ref=self.provider.row.ref, named=named_key(proof))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **facts: Any) -> SocialLogin:
        """Keep the proof and the keys for whoever judges them; nothing in it is believed yet."""
        proof = facts["response"].get("id_token")
        heard = {"proof": proof, "keys": self.keys_for(proof)}
        account = SocialAccount(provider=app.provider_id, uid="", extra_data=heard)
        return SocialLogin(user=User(), account=account, provider=self.provider)


class OrganisationProvider(OpenIDConnectProvider):
    """allauth's provider for one organisation, from what managers set up."""

    pkce_enabled_default = True

    def __init__(self, request: HttpRequest, row: SignInProvider) -> None:
        secret = providers.secret_of(row)
        app = SocialApp(provider=self.id, provider_id=row.ref, name=row.name, client_id=row.client_id, secret=secret)
        super().__init__(request, app=app)
        self.row, self.issuer = row, row.issuer

    def serialize(self) -> dict[str, Any]:
        """Name this very provider, for a sign-in that waits for a second factor."""
        return {"id": self.id, "app.client_id": self.row.ref}

    def get_oauth2_adapter(self, request: HttpRequest) -> Exchange:
        return Exchange(request, self)

    def begin(self, *, next_url: str, address: str, anew: bool = False) -> HttpResponse:
        """Send the browser to the provider, with a question only this browser can have answered."""
        nonce = secrets.token_urlsafe(24)
        asked = {"nonce": nonce, **({"login_hint": address} if address else {}), **({"max_age": "0"} if anew else {})}
        kept = {"nonce": nonce, "anew": anew}
        return self.redirect(self.request, process=AuthProcess.LOGIN, next_url=next_url or None, data=kept, auth_params=asked)

    def proven_by(self, login: SocialLogin, at: datetime) -> Proven:
        """Return whom the proof speaks of, if all of it holds and it answers this browser's question."""
        heard, nonce = login.account.extra_data, (login.state.get("data") or {}).get("nonce", "")
        expected = Expected(issuer=self.issuer, client_id=self.row.client_id, nonce=nonce)
        return proofs.person_in(heard["proof"], keys=heard["keys"], expected=expected, at=at)

    def address_for_leaving(self) -> str:
        """Return where one signs out at the provider itself; empty when it offers no such place."""
        place = str(self.get_oauth2_adapter(self.request).openid_config.get("end_session_endpoint", ""))
        if not place:
            return ""
        back = settings.SITE_URL + reverse("account_login")
        told = urlencode({"client_id": self.app.client_id, "post_logout_redirect_uri": back})
        return f"{addresses.checked(place)}?{told}"


def named_key(proof: Any) -> str | None:
    """Return which key a proof says it was signed with; nothing in it is believed yet."""
    try:
        return jwt.get_unverified_header(proof).get("kid")
    except (jwt.PyJWTError, TypeError, AttributeError, ValueError):
        return None
