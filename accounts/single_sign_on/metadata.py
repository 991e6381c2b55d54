"""Metadata: what a SAML provider says about itself, handed to us as a file: its name, its entrance, its certificates. Pure.

Nothing of it is fetched and no signature of it is asked: who hands it in vouches for it. Several certificates may stand in it,
so that a provider can change its keys without a gap.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.utils.translation import gettext as _
from lxml import etree

from accounts.decisions import Refusal
from accounts.single_sign_on import addresses

MOST_SIGNS: Final = 200_000
MOST_CERTIFICATES: Final = 6
LONGEST_NAME: Final = 200
SHORTEST_KEY: Final = 2048
PLACES: Final = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": "http://www.w3.org/2000/09/xmldsig#"}
REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


class MetadataNotTaken(Refusal):
    """Something that is no metadata of one SAML provider, or lacks what we need."""

    code = "metadata_not_taken"
    field = "metadata"


@dataclass(frozen=True)
class Metadata:
    """Who the provider is, where a browser is sent, and with which certificates it may sign."""

    issuer: str
    entrance: str
    certificates: tuple[str, ...]


@dataclass(frozen=True)
class Certificate:
    """A certificate as people compare it: its fingerprint (SHA-256) and until when it says it holds."""

    fingerprint: str
    until: datetime


def read(text: str) -> Metadata:
    """Return what a file of metadata says.

    Raises:
        MetadataNotTaken: it is no such file, is of several providers, or lacks an entrance by redirect or a usable certificate.
        AddressNotAllowed: the entrance is not https.
    """
    provider = _provider_in(_parsed(text))
    descriptor = _only(provider, "md:IDPSSODescriptor", "It describes no provider that signs people in.")
    issuer = provider.get("entityID", "").strip()
    if not 0 < len(issuer) <= LONGEST_NAME:
        raise MetadataNotTaken(
            _("The provider's own name (entityID) has 1 to {longest_name} signs.").format(longest_name=LONGEST_NAME)
        )
    entrances = descriptor.xpath(f"./md:SingleSignOnService[@Binding='{REDIRECT}']/@Location", namespaces=PLACES)
    if not entrances:
        raise MetadataNotTaken(_("It names no address to sign in by redirect (HTTP-Redirect)."))
    found = descriptor.xpath("./md:KeyDescriptor[not(@use='encryption')]//ds:X509Certificate", namespaces=PLACES)
    certificates = tuple(dict.fromkeys(_certificate("".join((one.text or "").split())) for one in found))
    if not 0 < len(certificates) <= MOST_CERTIFICATES:
        raise MetadataNotTaken(
            _("It names 1 to {most_certificates} certificates to sign with.").format(most_certificates=MOST_CERTIFICATES)
        )
    return Metadata(issuer=issuer, entrance=addresses.for_browsers(str(entrances[0])), certificates=certificates)


def shown(certificate: str) -> Certificate:
    """Return a kept certificate as people compare it."""
    given = base64.b64decode(certificate)
    digest = hashlib.sha256(given).hexdigest().upper()
    pairs = ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))
    return Certificate(fingerprint=pairs, until=x509.load_der_x509_certificate(given).not_valid_after_utc)


def _parsed(text: str) -> Any:
    """Return the root of the file; no DTD, nothing fetched, nothing huge."""
    if not 0 < len(text) <= MOST_SIGNS or "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise MetadataNotTaken(_("Hand in the provider's metadata as XML of at most 200 kB, without a DTD."))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, encoding="utf-8"
    )
    try:
        return etree.fromstring(text.strip().encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise MetadataNotTaken(_("This is no XML. Hand in the file as the provider gave it.")) from None


def _provider_in(root: Any) -> Any:
    described = root.xpath("descendant-or-self::md:EntityDescriptor[md:IDPSSODescriptor]", namespaces=PLACES)
    if len(described) != 1:
        raise MetadataNotTaken(_("It describes no provider that signs people in, or more than one."))
    return described[0]


def _only(within: Any, path: str, otherwise: str) -> Any:
    found = within.xpath(path, namespaces=PLACES)
    if len(found) != 1:
        raise MetadataNotTaken(otherwise)
    return found[0]


def _certificate(text: str) -> str:
    """Return a certificate as it is kept: base64 of DER, with a key that is strong enough."""
    try:
        given = base64.b64decode(text, validate=True)
        key = x509.load_der_x509_certificate(given).public_key()
    except (binascii.Error, ValueError):
        raise MetadataNotTaken(_("One of its certificates cannot be read.")) from None
    strong = isinstance(key, rsa.RSAPublicKey) and key.key_size >= SHORTEST_KEY
    if not strong and not isinstance(key, ec.EllipticCurvePublicKey):
        raise MetadataNotTaken(
            _("One of its certificates has a weak key; take RSA of {shortest_key} bits or an elliptic curve.").format(
                shortest_key=SHORTEST_KEY
            )
        )
    return base64.b64encode(given).decode()
