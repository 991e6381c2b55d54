"""Mail domains: which addresses lead to an organisation's provider, and how we know that the organisation owns them.

Proof is a TXT record `_accord.<domain>` that says the code of the claim. Where that cannot be, a manager vouches, with a reason
that stands on the timeline. A verified domain leads to one organisation only; one at which anybody gets an address, to none.
"""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.single_sign_on import doubts, providers, records
from accounts.single_sign_on.models import MailDomain, SignInProvider
from accounts.timeline import recording

PLACE: Final = "_accord."
LONGEST_REASON: Final = 300
LABEL: Final = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
DOMAIN: Final = re.compile(rf"(?:{LABEL}\.)+(?!\d+$){LABEL}")
# Where anybody gets an address: the owner of such a domain says nothing about who its people work for.
OPEN_TO_ALL: Final = frozenset((
    "126.com", "163.com", "aol.com", "duck.com", "fastmail.com", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch",
    "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.fr",
    "icloud.com", "interia.pl", "laposte.net", "libero.it", "live.com", "mac.com", "mail.com", "mail.ru", "mailbox.org", "me.com",
    "msn.com", "naver.com", "onet.pl", "outlook.com", "outlook.de", "pm.me", "posteo.de", "posteo.net", "proton.me",
    "protonmail.com", "qq.com", "rediffmail.com", "seznam.cz", "t-online.de", "tuta.com", "tutanota.com", "virgilio.it",
    "wanadoo.fr", "web.de", "wp.pl", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr", "yandex.ru", "ymail.com",
    "zoho.com",
))  # fmt: skip

LookUp = Callable[[str], Collection[str]]


class NotADomain(Refusal):
    """Something that is no domain of an organisation."""

    code = "not_a_domain"
    field = "name"


class DomainTaken(Refusal):
    """The domain leads to another organisation, or was claimed before."""

    code = "domain_taken"
    field = "name"


class RecordNotFound(Refusal):
    """The DNS says nothing of us at this domain, or something else."""

    code = "record_not_found"


class ReasonMissing(Refusal):
    """Who vouches says why."""

    code = "reason_missing"
    field = "vouched_because"


class StillNeeded(Refusal):
    """People are led to the provider by this domain alone."""

    code = "still_needed"


def claim(*, actor: User | None, provider: SignInProvider, name: str, at: datetime) -> MailDomain:
    """Note that the organisation calls `name` its mail domain; it leads nowhere until it is verified. Repeating returns the same.

    Raises:
        NotADomain: it is no domain, or one at which anybody gets an address.
    """
    with transaction.atomic():
        held = providers.lock(provider)
        providers.must_administer(actor, held.customer)
        domain, made = MailDomain.objects.get_or_create(
            provider=held, name=_domain_or_refuse(name), defaults={"code": doubts.new_code()}
        )
        if made:
            facts = {"domain": domain.name, "name": held.name}
            recording.record(held.customer, "accounts.mail_domain_claimed", actor=actor, at=at, about=held, facts=facts)
    return domain


def verify(*, actor: User | None, domain: MailDomain, at: datetime, look_up: LookUp = records.txt) -> MailDomain:
    """Look up the record of a claimed domain and verify the domain by it. One that is verified stays so.

    Raises:
        RecordNotFound: the record is not there, says something else, or is another one meanwhile.
        LookUpFailed: the DNS gave no answer.
        DomainTaken: the domain leads to another organisation.
    """
    providers.must_administer(actor, domain.provider.customer)
    if domain.code not in look_up(PLACE + domain.name):
        words = _("There is no TXT record {where} that says {code}. A new one may take an hour.")
        raise RecordNotFound(words.format(where=PLACE + domain.name, code=domain.code))
    return _verified(domain, actor, at)


def vouch(*, actor: User, domain: MailDomain, because: str, at: datetime) -> MailDomain:
    """Verify a domain on the word of a manager, who says why. One that is verified stays as it is.

    Raises:
        ReasonMissing: there is none, or it is too long.
        DomainTaken: the domain leads to another organisation.
    """
    access.decide(actor, access.STEER, domain.provider.customer).or_refuse()
    because = " ".join(because.replace("\x00", "").split())
    if not 0 < len(because) <= LONGEST_REASON:
        raise ReasonMissing(_("Say how you know that the domain is theirs, in at most 300 characters."))
    return _verified(domain, actor, at, because=because)


def release(*, actor: User | None, domain: MailDomain, at: datetime) -> None:
    """Let a domain lead nowhere again. Repeating it changes nothing.

    Raises:
        StillNeeded: it is the last verified one of a provider in use.
    """
    with transaction.atomic():
        held = providers.lock(domain.provider)
        providers.must_administer(actor, held.customer)
        if held.use != SignInProvider.Use.OFF and not held.domains.exclude(pk=domain.pk).exclude(verified_at=None).exists():
            words = _("{name} is in use and has no other verified domain; switch it off first.")
            raise StillNeeded(words.format(name=held.name))
        if MailDomain.objects.filter(pk=domain.pk).delete()[0]:
            facts = {"domain": domain.name, "name": held.name}
            recording.record(held.customer, "accounts.mail_domain_released", actor=actor, at=at, about=held, facts=facts)


def of_address(email: str) -> str:
    """Return the domain of a mail address as it is kept here; empty for what is no address."""
    local, _at, domain = email.strip().lower().rpartition("@")
    return domain if local else ""


def _verified(domain: MailDomain, actor: User | None, at: datetime, *, because: str = "") -> MailDomain:
    with transaction.atomic():
        held = MailDomain.objects.select_for_update(of=("self",)).select_related("provider__customer").get(pk=domain.pk)
        if held.verified_at is not None:
            return held
        if held.code != domain.code:  # it was to be proven anew while the record was looked up
            raise RecordNotFound(_("What proves {name} has changed meanwhile; look at its record again.").format(name=held.name))
        held.verified_at, held.vouched_because = at, because
        held.vouched_by = actor if because else None
        try:
            with transaction.atomic():
                held.save(update_fields=["verified_at", "vouched_by", "vouched_because"])
        except IntegrityError:
            words = _("{name} leads to another organisation already.")
            raise DomainTaken(words.format(name=held.name)) from None
        kind = "accounts.mail_domain_vouched" if because else "accounts.mail_domain_verified"
        facts = {"domain": held.name, "name": held.provider.name, "because": because}
        recording.record(held.provider.customer, kind, actor=actor, at=at, about=held.provider, facts=facts)
    return held


def _domain_or_refuse(name: str) -> str:
    """Return the domain as mail servers write it: small, without the final dot, other scripts in their ASCII form."""
    given = name.strip().lower().removeprefix("@").removesuffix(".")
    try:
        domain = given.encode("idna").decode()
    except UnicodeError:
        domain = ""
    if len(domain) > 253 or not DOMAIN.fullmatch(domain):
        raise NotADomain(_("Write a mail domain like nordwind.example."))
    if domain in OPEN_TO_ALL:
        words = _("Anybody gets an address at {domain}; it belongs to no organisation.")
        raise NotADomain(words.format(domain=domain))
    return domain
