"""Answers: the form of what a SAML provider sends back, looked at before any of it is believed. Pure.

An answer has one assertion, directly in it, and that assertion is signed itself: by a reference to its own ID and to nothing
else, with SHA-256 or better, and with no transformation but the two that SAML names. So what was signed is what is read, and
nothing of a signature is carried out that a program could be led astray by. No DTD, no comment, no CDATA, no other encoding.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.decisions import Refusal

MOST_SIGNS: Final = 200_000
SAML, PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:assertion}", "{urn:oasis:names:tc:SAML:2.0:protocol}"
SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
TRANSFORMS: Final = ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", EXCLUSIVE)
MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
METHODS: Final = frozenset(f"{MORE}{kind}-sha{bits}" for kind in ("rsa", "ecdsa") for bits in (256, 384, 512))
DIGESTS: Final = frozenset(
    {"http://www.w3.org/2001/04/xmlenc#sha256", f"{MORE}sha384", "http://www.w3.org/2001/04/xmlenc#sha512"}
)
NOT_FIRST: Final = re.compile(r"(?s)(?<!\A)<\?")
ENCODING: Final = re.compile(r"""\A<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)

Element = Any  # of lxml


class NotTaken(Refusal):
    """An answer whose form we do not take; the code says by which rule."""

    code = "not_proven"


def text_of(answer: str) -> bytes:
    """Return the XML of an answer as a browser brought it.

    Raises:
        NotTaken: it is too long, is not written as base64 of UTF-8, or holds what no provider needs: a DTD, comments, CDATA.
    """
    if not 0 < len(answer) <= MOST_SIGNS:
        raise objection("too_long", _("its answer is empty or longer than we read"))
    try:
        given = base64.b64decode("".join(answer.split()), validate=True)
        text = given.decode("utf-8")
    except (binascii.Error, ValueError):
        raise objection("not_xml", _("its answer is not written as the standard says")) from None
    if "<!" in text or "\x00" in text or NOT_FIRST.search(text) or ENCODING.search(text):
        raise objection("unusual_xml", _("its answer holds declarations or comments, which we never take"))
    return given


def assertion_in(document: Element) -> Element:
    """Return the one assertion of an answer whose form we take; whether its signature holds is asked next.

    Raises:
        NotTaken: there is none or another, it is not signed itself, or signed in a way we do not take.
    """
    if document.tag != f"{PROTOCOL}Response":
        raise objection("not_an_answer", _("its answer is none to a sign-in"))
    if any(document.iter(f"{SAML}EncryptedAssertion")):
        raise objection("encrypted", _("its assertion is encrypted, which we do not read; have it signed alone"))
    assertions, direct = list(document.iter(f"{SAML}Assertion")), document.findall(f"{SAML}Assertion")
    if len(assertions) != 1 or len(direct) != 1:
        raise objection("not_one_assertion", _("its answer does not hold exactly one assertion"))
    _ids_differ(document)
    _signed_where_we_look(document, direct[0])
    return direct[0]


def objection(code: str, why: str) -> NotTaken:
    """Return the refusal of an answer, fit to show."""
    words = _("Your organisation's sign-in was not accepted: {why}. Nothing was changed; try again.")
    return NotTaken(words.format(why=why), code=code)


def _ids_differ(document: Element) -> None:
    names = [value for one in document.iter() for name, value in one.attrib.items() if name.rpartition("}")[2].lower() == "id"]
    if len(names) != len(set(names)):
        raise objection("wrong_signature", _("two parts of its answer have one name"))


def _signed_where_we_look(document: Element, assertion: Element) -> None:
    signatures = list(document.iter(f"{SIGNATURE}Signature"))
    signed = [one.getparent() for one in signatures]
    if assertion not in signed:
        raise objection("not_signed", _("its assertion is not signed itself"))
    if any(one not in (document, assertion) or signed.count(one) > 1 for one in signed):
        raise objection("wrong_signature", _("it is signed in another place than we look at"))
    for one in signatures:
        _taken(one)


def _taken(signature: Element) -> None:
    """Refuse a signature that covers anything but the element it stands in, or that is made in a way we do not take."""
    info, references = signature.find(f"{SIGNATURE}SignedInfo"), list(signature.iter(f"{SIGNATURE}Reference"))
    if info is None or len(references) != 1 or references[0].getparent() is not info or any(signature.iter(f"{SIGNATURE}Object")):
        raise objection("wrong_signature", _("its signature covers something else than one part"))
    name = signature.getparent().get("ID")
    if not name or references[0].get("URI") != f"#{name}":
        raise objection("wrong_signature", _("its signature belongs to another part than it stands in"))
    transforms = list(_algorithms(references[0], "Transform"))
    if len(transforms) > len(set(transforms)) or not set(transforms) <= set(TRANSFORMS) or TRANSFORMS[0] not in transforms:
        raise objection("wrong_signature", _("its signature transforms what it covers"))
    exact = set(_algorithms(info, "CanonicalizationMethod")) == {EXCLUSIVE}
    if not exact or not set(_algorithms(signature, "SignatureMethod")) <= METHODS:
        raise objection("weak_signature", _("it is not signed with SHA-256 or better"))
    if not set(_algorithms(signature, "DigestMethod")) <= DIGESTS:
        raise objection("weak_signature", _("it is not signed with SHA-256 or better"))


def _algorithms(within: Element, name: str) -> Iterator[str]:
    return (one.get("Algorithm", "") for one in within.iter(f"{SIGNATURE}{name}"))
