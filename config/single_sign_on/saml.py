"""SAML 2.0 with one organisation's provider: our question, our metadata, and what it answers.

python3-saml, on xmlsec, parses an answer once, checks it against the schemas and verifies its signatures; before that
`answers.py` looks at its form, and after that `assertions.py` judges the very element whose signature held. Strict and with
nothing of its own to decide: SHA-1 is refused, an unsigned assertion too, and we hold no key, so nothing is decrypted.
"""

from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import structlog
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import Provider
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from lxml import etree
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from accounts.people.models import User
from accounts.single_sign_on import answers, assertions, places
from accounts.single_sign_on.assertions import Asserted, Meant
from accounts.single_sign_on.models import SignInProvider
from accounts.single_sign_on.proofs import Proven
from config.single_sign_on import asking

log = structlog.get_logger(__name__)
POST, REDIRECT = (f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{kind}" for kind in ("POST", "Redirect"))
ANY_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
SECURITY = {
    "wantAssertionsSigned": True, "wantMessagesSigned": False, "wantNameId": True, "wantAttributeStatement": False,
    "rejectDeprecatedAlgorithm": True, "requestedAuthnContext": False, "authnRequestsSigned": False,
    "metadataValidUntil": "", "metadataCacheDuration": "",  # our metadata are handed over as a file and hold until changed
}  # fmt: skip


class AssertingProvider(Provider):
    """One organisation's SAML provider as allauth knows providers, from what was set up."""

    id = "saml"

    def __init__(self, request: HttpRequest, row: SignInProvider) -> None:
        super().__init__(request, app=SocialApp(provider=self.id, provider_id=row.ref, name=row.name))
        self.row, self.name = row, row.name

    def serialize(self) -> dict[str, Any]:
        """Name this very provider, for a sign-in that waits for a second factor."""
        return {"id": self.id, "app.client_id": self.row.ref}

    def begin(self, *, next_url: str, address: str, anew: bool = False) -> HttpResponse:
        """Send the browser to the provider with a question that only this browser's session knows."""
        question = OneLogin_Saml2_Authn_Request(settings_of(self.row), force_authn=anew, name_id_value_req=None)
        asking.note(self.request, ref=self.row.ref, question=question.get_id(), next_url=next_url, anew=anew)
        joint = "&" if "?" in self.row.entrance else "?"
        asked = OneLogin_Saml2_Utils.escape_url(question.get_request())
        return redirect(f"{self.row.entrance}{joint}SAMLRequest={asked}")

    def login_of(self, person: Proven, *, next_url: str, anew: bool = False) -> SocialLogin:
        """Return what allauth needs to sign somebody in who was asserted."""
        account = SocialAccount(provider=self.row.ref, uid="", extra_data={})
        login = SocialLogin(user=User(), account=account, provider=self)
        login.state = {"process": AuthProcess.LOGIN, "next": next_url or None, "data": {"anew": anew}}
        login.proven = person
        return login

    def proven_by(self, login: SocialLogin, at: datetime) -> Proven:
        """Return whom the assertion spoke of; it was judged when it was handed in."""
        return login.proven

    def address_for_leaving(self) -> str:
        """Return nothing: signing out at a SAML provider takes a signed question, and we hold no key."""
        return ""


def read(row: SignInProvider, answer: str, *, at: datetime) -> Asserted:
    """Return what an answer asserts, if all of it holds.

    Raises:
        NotTaken: it does not; its code says by which rule.
    """
    given = answers.text_of(answer)
    try:
        heard = OneLogin_Saml2_Response(settings_of(row), OneLogin_Saml2_Utils.b64encode(given))
    except OneLogin_Saml2_Error:
        why = _("its assertion is encrypted, which we do not read; have it signed alone")
        raise answers.objection("encrypted", why) from None
    except (etree.LxmlError, ValueError):
        raise answers.objection("not_xml", _("its answer is not written as the standard says")) from None
    assertion = answers.assertion_in(heard.document)
    said = assertions.judge(heard.document, assertion, meant=_meant(row), at=at)
    if not heard.is_valid(_handed_in_at(row)):
        log.info("saml_answer_refused", provider=row.ref, why=str(heard.get_error())[:200])
        raise answers.objection("wrong_signature", _("it is not signed with a certificate of that provider"))
    return said


def metadata_of_ours(row: SignInProvider) -> bytes:
    """Return what the provider has to know of us."""
    told = settings_of(row).get_sp_metadata()
    return told if isinstance(told, bytes) else told.encode()


def settings_of(row: SignInProvider) -> OneLogin_Saml2_Settings:
    """Return how python3-saml is to talk with a provider."""
    ours = {
        "entityId": places.metadata_of_ours(row),
        "assertionConsumerService": {"url": places.comes_back_to(row), "binding": POST},
        "NameIDFormat": ANY_NAME,
    }
    theirs = {
        "entityId": row.issuer,
        # python3-saml writes it into the question as it is
        "singleSignOnService": {"url": escape(row.entrance, {'"': "&quot;"}), "binding": REDIRECT},
        "x509certMulti": {"signing": row.certificates},
    }
    told = {"strict": True, "debug": False, "sp": ours, "idp": theirs, "security": dict(SECURITY)}
    return OneLogin_Saml2_Settings(settings=told, sp_validation_only=True)


def _meant(row: SignInProvider) -> Meant:
    return Meant(issuer=row.issuer, audience=places.metadata_of_ours(row), recipient=places.comes_back_to(row))


def _handed_in_at(row: SignInProvider) -> dict[str, Any]:
    """Say to python3-saml where the answer was handed in: at the site's own address."""
    scheme, _sep, rest = places.comes_back_to(row).partition("://")
    host, _slash, path = rest.partition("/")
    return {"https": "on" if scheme == "https" else "off", "http_host": host, "script_name": f"/{path}", "post_data": {}}
