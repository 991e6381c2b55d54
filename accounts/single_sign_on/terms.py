"""Terms: what is said about a provider when it is set up or changed, checked and kept. One home for both protocols.

By OpenID Connect a provider has an issuer, a client ID and a secret; by SAML it is described by the metadata it hands out, and
we are named there by the address of ours. Whoever comes by it joins as the terms say, whatever the protocol.
"""

from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.single_sign_on import addresses, metadata, sealing
from accounts.single_sign_on.metadata import Metadata
from accounts.single_sign_on.models import JOINING_ROLES, SignInProvider

Protocol = SignInProvider.Protocol
LONGEST_SECRET: Final = 500
KEPT: Final = ("name", "issuer", "client_id", "entrance", "certificates", "joins_at", "joins_as")


class TermsMakeNoSense(Refusal):
    """A name, client ID, secret or metadata is missing, or newcomers would stand outside the customer or as administrators."""

    code = "terms_make_no_sense"


class SetUpAlready(Refusal):
    """Another organisation uses this issuer with this client ID."""

    code = "set_up_already"
    field = "client_id"


@dataclass(frozen=True)
class Terms:
    """What is said about a provider. An empty secret, or empty metadata, keeps the one there is."""

    name: str
    joins_at: Customer
    joins_as: str
    issuer: str = ""
    client_id: str = ""
    secret: str = ""
    protocol: str = Protocol.OPENID
    metadata: str = ""


def apply(terms: Terms, provider: SignInProvider) -> list[str]:
    """Write the terms into a provider that is not saved yet, if they make sense; return what changed by them.

    Raises:
        AddressNotAllowed: the issuer, or where people are sent to, is not https or not public.
        MetadataNotTaken: the metadata is not that of one SAML provider.
        TermsMakeNoSense: something is missing, or newcomers would stand where they may not.
    """
    before = {name: getattr(provider, name, None) for name in KEPT if name != "joins_at"} | {"joins_at": provider.joins_at_id}
    if provider.protocol == Protocol.SAML:
        _take_metadata(terms, provider)
    else:
        _take_client(terms, provider)
    _newcomers_or_refuse(terms, provider.customer)
    provider.name, provider.joins_at, provider.joins_as = terms.name.strip(), terms.joins_at, terms.joins_as
    after = {name: getattr(provider, name) for name in KEPT if name != "joins_at"} | {"joins_at": provider.joins_at_id}
    return [name for name in KEPT if before[name] != after[name]] + (["secret"] if terms.secret else [])


def keep(provider: SignInProvider) -> None:
    """Save a provider.

    Raises:
        SetUpAlready: another organisation uses this issuer and client ID.
    """
    try:
        with transaction.atomic():
            provider.save()
    except IntegrityError:
        raise SetUpAlready(
            _("This issuer and client ID are set up already; each organisation has a client of its own.")
        ) from None


def _take_client(terms: Terms, provider: SignInProvider) -> None:
    addresses.checked(terms.issuer)
    if not terms.name.strip() or not terms.client_id.strip() or not (terms.secret or provider.sealed_secret):
        raise TermsMakeNoSense(_("A provider has a name, a client ID and a secret."))
    if len(terms.secret) > LONGEST_SECRET or "\x00" in terms.secret + terms.name + terms.client_id:
        raise TermsMakeNoSense(
            _("A secret has at most {longest_secret} signs, and none of them is empty.").format(longest_secret=LONGEST_SECRET)
        )
    provider.issuer, provider.client_id = terms.issuer, terms.client_id.strip()
    if terms.secret:
        provider.sealed_secret = sealing.sealed(terms.secret)


def _take_metadata(terms: Terms, provider: SignInProvider) -> None:
    if not terms.name.strip() or "\x00" in terms.name or not (terms.metadata.strip() or provider.certificates):
        raise TermsMakeNoSense(_("A SAML provider has a name and its metadata."))
    provider.client_id = provider.ref
    if terms.metadata.strip():
        said: Metadata = metadata.read(terms.metadata)
        provider.issuer, provider.entrance, provider.certificates = said.issuer, said.entrance, list(said.certificates)


def _newcomers_or_refuse(terms: Terms, customer: Customer) -> None:
    if not Customer.objects.below(customer).filter(pk=terms.joins_at.pk).exists():
        raise TermsMakeNoSense(_("Newcomers stand at {name} or below it.").format(name=customer.name))
    if terms.joins_as not in dict(JOINING_ROLES):
        raise TermsMakeNoSense(_("Nobody becomes an administrator by signing in; an administrator invites them."))
