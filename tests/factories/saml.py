"""A SAML provider for tests: a key, a certificate, metadata, and answers signed with xmlsec, whose parts can be bent."""

import base64
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from accounts.customers.models import Customer
from accounts.single_sign_on import places
from accounts.single_sign_on.models import SignInProvider
from tests.factories.single_sign_on import provider_of

ISSUER, ENTRANCE = "https://saml.nordwind.example/metadata", "https://saml.nordwind.example/sign-in?tenant=7"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}  # fmt: skip
_serial = count(1)


@dataclass(frozen=True)
class Key:
    """A private key with its certificate, as base64 of DER."""

    private: bytes
    certificate: str


@cache
def key(name: str = "saml.nordwind.example", bits: int = 2048) -> Key:
    """The key of this name; another name, another key."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key())
    dated = made.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
    signed = dated.serial_number(x509.random_serial_number()).sign(private, hashes.SHA256())
    plain = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Key(plain, base64.b64encode(signed.public_bytes(serialization.Encoding.DER)).decode())


def metadata(*keys: Key, issuer: str = ISSUER, entrance: str = ENTRANCE, use: str = ' use="signing"') -> str:
    """What the provider says about itself, with these certificates."""
    described = "".join(
        f'<md:KeyDescriptor{use}><ds:KeyInfo xmlns:ds="{NS["ds"]}"><ds:X509Data><ds:X509Certificate>{one.certificate}'
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for one in keys or (key(),)
    )
    return (
        f'<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}">'
        f'<md:IDPSSODescriptor protocolSupportEnumeration="{NS["samlp"]}">{described}'
        f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{entrance}"/>'
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


def saml_provider_of(customer: Customer, *domains: str, keys: tuple[Key, ...] = (), **other: Any) -> SignInProvider:
    """A SAML provider of `customer`, with these domains verified."""
    made = provider_of(customer, *domains, issuer=ISSUER, client_id=f"saml{next(_serial)}", **{**other, "use": "off"})
    made.protocol, made.sealed_secret, made.entrance, made.use = "saml", "", ENTRANCE, other.get("use", "offered")
    made.client_id, made.certificates = made.ref, [one.certificate for one in keys or (key(),)]
    made.save()
    return made


def question_in(address: str) -> Any:
    """The question a browser carries to the provider."""
    packed = parse_qs(urlsplit(address).query)["SAMLRequest"][0]
    return etree.fromstring(OneLogin_Saml2_Utils.decode_base64_and_inflate(packed))


@dataclass(frozen=True)
class Answer:
    """What the provider says; `bent` changes parts of it before it is signed."""

    audience: str
    recipient: str
    asked: str
    at: datetime
    subject: str = "ada-0815"
    format: str = PERSISTENT
    email: str = "ada@nordwind.example"
    issuer: str = ISSUER
    minutes: int = 5
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"
    more: str = ""
    proved: datetime | None = None
    qualified: str = ""
    name: str = field(default_factory=lambda: f"_assertion{next(_serial)}")

    def bent(self, **other: Any) -> "Answer":
        return replace(self, **other)

    def plain(self) -> Any:
        """The answer, signed nowhere."""
        made, ends = (self.at + timedelta(minutes=one) for one in (0, self.minutes))
        return etree.fromstring(TEMPLATE.format(
            said=self, made=_zulu(made), proved=_zulu(self.proved or made), ends=_zulu(ends),
            begins=_zulu(min(made, ends) - timedelta(minutes=1)), **NS,
        ))  # fmt: skip

    def signed(self, by: Key | None = None, **ways: Any) -> Any:
        """The answer with its assertion signed."""
        document = self.plain()
        sign(document.find("saml:Assertion", NS), by or key(), **ways)
        return document


def answer_to(question: Any, provider: SignInProvider, at: datetime) -> Answer:
    """An honest answer to a question."""
    return Answer(
        audience=places.metadata_of_ours(provider), recipient=places.comes_back_to(provider), asked=question.get("ID"), at=at
    )


def sign(
    element: Any, by: Key, *, method: Any = xmlsec.Transform.RSA_SHA256, digest: Any = xmlsec.Transform.SHA256,
) -> Any:  # fmt: skip
    """Sign an element as SAML has it: by its ID, enveloped, right behind its issuer."""
    xmlsec.tree.add_ids(element.getroottree().getroot(), ["ID"])
    node = xmlsec.template.create(element, xmlsec.Transform.EXCL_C14N, method, ns="ds")
    element.insert(1, node)
    reference = xmlsec.template.add_reference(node, digest, uri=f"#{element.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(by.private, xmlsec.KeyFormat.PEM)
    context.key.load_cert_from_memory(base64.b64decode(by.certificate), xmlsec.KeyFormat.CERT_DER)
    context.sign(node)
    return node


def packed(document: Any) -> str:
    """What a browser posts."""
    return base64.b64encode(document if isinstance(document, bytes) else etree.tostring(document)).decode()


def _zulu(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


TEMPLATE = """<samlp:Response xmlns:samlp="{samlp}" xmlns:saml="{saml}" ID="_response{said.name}" Version="2.0" \
IssueInstant="{made}" Destination="{said.recipient}" InResponseTo="{said.asked}"><saml:Issuer>{said.issuer}</saml:Issuer>\
<samlp:Status><samlp:StatusCode Value="{said.status}"/></samlp:Status>\
<saml:Assertion ID="{said.name}" Version="2.0" IssueInstant="{made}"><saml:Issuer>{said.issuer}</saml:Issuer>\
<saml:Subject><saml:NameID Format="{said.format}"{said.qualified}>{said.subject}</saml:NameID>\
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData \
InResponseTo="{said.asked}" Recipient="{said.recipient}" NotOnOrAfter="{ends}"/></saml:SubjectConfirmation></saml:Subject>\
<saml:Conditions NotBefore="{begins}" NotOnOrAfter="{ends}"><saml:AudienceRestriction>\
<saml:Audience>{said.audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
<saml:AuthnStatement AuthnInstant="{proved}"><saml:AuthnContext><saml:AuthnContextClassRef>\
urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext>\
</saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>{said.email}\
</saml:AttributeValue></saml:Attribute><saml:Attribute Name="displayName"><saml:AttributeValue>Ada Nord\
</saml:AttributeValue></saml:Attribute>{said.more}</saml:AttributeStatement></saml:Assertion></samlp:Response>"""
