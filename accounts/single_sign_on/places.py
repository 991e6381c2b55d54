"""Places: the addresses of ours that a provider has to know. They stand at the site's own address always."""

from django.conf import settings
from django.urls import reverse

from accounts.single_sign_on.models import SignInProvider


def comes_back_to(provider: SignInProvider) -> str:
    """Return where a provider sends people back, with a code or with an assertion."""
    by_saml = provider.protocol == SignInProvider.Protocol.SAML
    return _at("single_sign_on_assertion" if by_saml else "single_sign_on_back", provider)


def metadata_of_ours(provider: SignInProvider) -> str:
    """Return where our SAML metadata lies; the address is our name there, too."""
    return _at("single_sign_on_metadata", provider)


def signs_out_at(provider: SignInProvider) -> str:
    """Return where an OpenID Connect provider tells us that somebody signed out there."""
    return _at("single_sign_on_signed_out", provider)


def _at(name: str, provider: SignInProvider) -> str:
    return str(settings.SITE_URL) + reverse(name, args=[provider.ref])
