"""Assertions: what a SAML provider says about a person, believed only when all of it holds. Pure.

What is judged here counts only when the signature of this very element holds, which `config/single_sign_on/saml.py` asks before
anything is believed. It is believed when the provider that was set up made it, for us, to be handed in here, as the answer to a
question of ours, and now: three minutes either way for clocks that differ. Which browser asked that question is for whoever
takes the answer in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.single_sign_on.answers import PROTOCOL, SAML, NotTaken, objection
from accounts.single_sign_on.proofs import LONGEST_SUBJECT, Proven

CLOCKS_DIFFER: Final = timedelta(minutes=3)
OLDEST: Final = timedelta(minutes=10)
SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ADDRESS: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
# Under which names providers say the mail address and the name; written small.
ADDRESSES: Final = frozenset({
    "email", "mail", "emailaddress", "urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:1.2.840.113549.1.9.1",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "user.email",
})  # fmt: skip
NAMES: Final = frozenset({
    "displayname", "name", "cn", "urn:oid:2.16.840.1.113730.3.1.241", "urn:oid:2.5.4.3",
    "http://schemas.microsoft.com/identity/claims/displayname",
})  # fmt: skip

Element = Any  # of lxml


@dataclass(frozen=True)
class Meant:
    """What an assertion must say: which provider, for whom (our name there), and where it is handed in."""

    issuer: str
    audience: str
    recipient: str


@dataclass(frozen=True)
class Asserted:
    """Whom a provider asserts, by which assertion, in answer to which question of ours, and until when it holds."""

    person: Proven
    name: str
    answers: str
    until: datetime


def judge(document: Element, assertion: Element, *, meant: Meant, at: datetime) -> Asserted:
    """Return what a signed assertion says; `document` is the answer it stands in.

    Raises:
        NotTaken: it does not hold; its code says which part, its reason is fit to show.
    """
    _succeeded(document, meant)
    _from_this_provider(document, assertion, meant)
    _meant_for_us(assertion, meant)
    confirmed = _confirmed(assertion, meant, at)
    answers = confirmed.get("InResponseTo", "")
    if not answers or document.get("InResponseTo", answers) != answers:
        raise objection("not_asked", _("it answers no question of ours; begin here, not at your provider"))
    until = min(_holds_until(assertion, at), _moment(confirmed, "NotOnOrAfter"))
    return Asserted(person=_person(assertion, meant), name=assertion.get("ID"), answers=answers, until=until + CLOCKS_DIFFER)


def _succeeded(document: Element, meant: Meant) -> None:
    status = document.find(f"{PROTOCOL}Status/{PROTOCOL}StatusCode")
    if status is None or status.get("Value") != SUCCESS:
        raise objection("not_signed_in_there", _("your provider says that it did not sign you in"))
    if document.get("Destination", meant.recipient) != meant.recipient:
        raise objection("wrong_recipient", _("its answer was meant for another address"))


def _from_this_provider(document: Element, assertion: Element, meant: Meant) -> None:
    said = [_text(one) for place in (document, assertion) for one in place.findall(f"{SAML}Issuer")]
    if assertion.find(f"{SAML}Issuer") is None or set(said) != {meant.issuer}:
        raise objection("wrong_issuer", _("its assertion was made by another provider"))


def _meant_for_us(assertion: Element, meant: Meant) -> None:
    """Refuse unless every restriction of the audience names us."""
    restrictions = assertion.findall(f"{SAML}Conditions/{SAML}AudienceRestriction")
    named = [{_text(one) for one in restriction.findall(f"{SAML}Audience")} for restriction in restrictions]
    if not named or any(meant.audience not in audience for audience in named):
        raise objection("wrong_audience", _("its assertion was made for another program"))


def _confirmed(assertion: Element, meant: Meant, at: datetime) -> Element:
    """Return the confirmation by which whoever brings the assertion here, now, is its subject."""
    held = [one for one in assertion.findall(f"{SAML}Subject/{SAML}SubjectConfirmation") if one.get("Method") == BEARER]
    data = [found for one in held if (found := one.find(f"{SAML}SubjectConfirmationData")) is not None]
    here = [one for one in data if one.get("Recipient") == meant.recipient]
    if not here:
        raise objection("wrong_recipient", _("its assertion was meant to be handed in elsewhere"))
    now = [one for one in here if one.get("NotOnOrAfter") and _is_of_now(one, at)]
    if not now:
        raise objection("expired", _("its assertion has expired"))
    return now[0]


def _holds_until(assertion: Element, at: datetime) -> datetime:
    """Return when the assertion ends; it was made lately and holds now."""
    conditions, made = assertion.findall(f"{SAML}Conditions"), _moment(assertion, "IssueInstant")
    if len(conditions) != 1 or made + OLDEST <= at:
        raise objection("expired", _("its assertion has expired"))
    if made - CLOCKS_DIFFER > at or _begins_later(conditions[0], at):
        raise objection("not_yet", _("its assertion is dated in the future"))
    if not _is_of_now(conditions[0], at):
        raise objection("expired", _("its assertion has expired"))
    for said in assertion.findall(f"{SAML}AuthnStatement[@SessionNotOnOrAfter]"):
        if _moment(said, "SessionNotOnOrAfter") + CLOCKS_DIFFER <= at:
            raise objection("expired", _("the session there has ended"))
    return _moment(conditions[0], "NotOnOrAfter") if conditions[0].get("NotOnOrAfter") else made + OLDEST


def _is_of_now(dated: Element, at: datetime) -> bool:
    ends = dated.get("NotOnOrAfter")
    return not _begins_later(dated, at) and (not ends or _moment(dated, "NotOnOrAfter") + CLOCKS_DIFFER > at)


def _begins_later(dated: Element, at: datetime) -> bool:
    return bool(dated.get("NotBefore")) and _moment(dated, "NotBefore") - CLOCKS_DIFFER > at


def _moment(dated: Element, name: str) -> datetime:
    try:
        said = datetime.fromisoformat(dated.get(name, ""))
    except ValueError:
        raise _undated() from None
    if said.tzinfo is None or not 2000 < said.year < 9000:
        raise _undated()
    return said.astimezone(UTC)


def _undated() -> NotTaken:
    return objection("expired", _("its assertion does not say how long it holds"))


def _person(assertion: Element, meant: Meant) -> Proven:
    """Return the person; an address stands in an attribute, or is the name itself, however it is written."""
    named = assertion.findall(f"{SAML}Subject/{SAML}NameID")
    subject = _text(named[0]) if len(named) == 1 else ""
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise objection("no_subject", _("its assertion names nobody"))
    if named[0].get("SPNameQualifier", meant.audience) != meant.audience:
        raise objection("no_subject", _("it names you as another program knows you"))
    kind = named[0].get("Format")
    if kind == TRANSIENT:
        raise objection("passing_name", _("it gives you another name each time; have it set to a lasting one"))
    subject = subject.lower() if kind == ADDRESS else subject
    addresses = _values(assertion, ADDRESSES) or {subject if "@" in subject else ""}
    names = sorted(_values(assertion, NAMES))
    email = addresses.pop().lower() if len(addresses) == 1 else ""
    name = " ".join(names[0].split())[:150] if names else ""
    return Proven(subject=subject, email=email, name=name, proved_at=_proved_at(assertion))


def _proved_at(assertion: Element) -> float | None:
    """Return when the person showed there who they are; of several moments the first."""
    said = [_moment(one, "AuthnInstant") for one in assertion.findall(f"{SAML}AuthnStatement")]
    return min(said).timestamp() if said else None


def _values(assertion: Element, known: Iterable[str]) -> set[str]:
    """Return what the attributes of these names say, each once."""
    attributes = assertion.findall(f"{SAML}AttributeStatement/{SAML}Attribute")
    said = [one for one in attributes if one.get("Name", "").lower() in known]
    values = {_text(value) for one in said for value in one.findall(f"{SAML}AttributeValue")}
    return {value for value in values if value}


def _text(element: Element) -> str:
    """Return all the text of an element that holds nothing but text."""
    return "" if len(element) else (element.text or "").strip()
