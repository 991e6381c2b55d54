"""Protocols: how one talks with a provider, by what it speaks."""

from django.http import HttpRequest

from accounts.single_sign_on.models import SignInProvider
from config.single_sign_on.openid import OrganisationProvider
from config.single_sign_on.saml import AssertingProvider

BY_PROTOCOL = {SignInProvider.Protocol.OPENID: OrganisationProvider, SignInProvider.Protocol.SAML: AssertingProvider}


def talk(request: HttpRequest, row: SignInProvider) -> OrganisationProvider | AssertingProvider:
    """Return the provider as allauth knows providers."""
    return BY_PROTOCOL[SignInProvider.Protocol(row.protocol)](request, row)
