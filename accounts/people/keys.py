"""Keys: how programs act for a customer through the API, and what each may do.

A program has a user of its own that stands at a customer like a person, so everything that holds for people holds for it:
reach, roles, denials, the timeline's "who". Its key narrows that further by scopes. Only who manages the people of a customer
makes keys there, for no more than they hold themselves; a program, for no more than its own key. The secret is shown once and
kept as a hash, and may be known to its maker: a key stops when its maker manages people there no more, until somebody who does
answers for it.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access, invitations
from accounts.people.access import Action
from accounts.people.models import ApiKey, Membership, User
from accounts.timeline import recording

READ, CONTRACTS, PAY, TICKETS, PEOPLE, USAGE, DETAILS = "read", "contracts", "pay", "tickets", "people", "usage", "details"
SCOPES: Final = (READ, CONTRACTS, PAY, TICKETS, PEOPLE, USAGE, DETAILS)
# What each scope lets a program do; the role it stands with must allow it too.
NEEDS: Final[dict[str, Action]] = {
    READ: access.SEE_MONEY,
    CONTRACTS: access.CHANGE_CONTRACT,
    PAY: access.PAY,
    TICKETS: access.ASK_FOR_HELP,
    PEOPLE: access.MANAGE_PEOPLE,
    USAGE: access.CHANGE_CONTRACT,
    DETAILS: access.REQUEST_CHANGES,
}
MARK: Final = "accord_"
OPENING: Final = len(MARK) + 5
ADDRESS: Final = "@programs.invalid"
USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
MOST_KEYS: Final = 50


class ScopesUnknown(Refusal):
    """A key has one or more of the scopes there are."""

    code = "scopes_unknown"


class NameMissing(Refusal):
    """A key has a name, by which people know what uses it."""

    code = "name_missing"


class ExpiresInThePast(Refusal):
    """A key is good for some time."""

    code = "expires_in_the_past"


class KeyEnded(Refusal):
    """The key was revoked; another one is made."""

    code = "key_ended"


class TooManyKeys(Refusal):
    """A customer has a limited number of keys at once."""

    code = "too_many_keys"


def make(
    *,
    actor: User | None,
    customer: Customer,
    name: str,
    scopes: Collection[str],
    at: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key for `customer` and everything below it; return it with its secret, which is not kept and never shown again.

    Each call makes another key.

    Raises:
        MayNotGrant: the actor does not manage people there, or holds less than the scopes need; a program's key less or shorter.
        ScopesUnknown, NameMissing, ExpiresInThePast, TooManyKeys: what was asked for makes no sense.
    """
    name = name.replace("\x00", "").strip()[:80]
    _sensible_or_refuse(name, scopes, at, expires_at)
    with transaction.atomic():
        _no_more_than_its_own_or_refuse(actor, scopes, expires_at)
        customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
        if in_force(customer, at).count() >= MOST_KEYS:
            raise TooManyKeys(_("{name} has {most_keys} keys; revoke one first.").format(name=customer.name, most_keys=MOST_KEYS))
        secret = MARK + secrets.token_urlsafe(32)
        digest = digest_of(secret)
        program = User.objects.create_user(f"{digest[:20]}{ADDRESS}", name=name, is_program=True)
        invitations.admit_program(actor=actor, program=program, customer=customer, role=_role_for(scopes), at=at)
        key = ApiKey.objects.create(
            user=program, customer=customer, name=name, scopes=sorted(set(scopes)), opening=secret[:OPENING], digest=digest,
            made_by=actor, made_at=at, expires_at=expires_at,
        )  # fmt: skip
        facts = {"name": name, "scopes": ", ".join(key.scopes)}
        recording.record(customer, "accounts.api_key_made", actor=actor, at=at, about=key, facts=facts)
        return key, secret


def revoke(*, actor: User | None, key: ApiKey, at: datetime) -> ApiKey:
    """End a key at once; its program no longer stands at the customer. Repeating it changes nothing.

    Raises:
        MayNotGrant: the actor does not manage people there.
    """
    with transaction.atomic():
        key = ApiKey.objects.select_for_update(of=("self",)).select_related("user", "customer").get(pk=key.pk)
        for membership in Membership.objects.filter(user=key.user, until=None).order_by("pk"):
            invitations.revoke(actor=actor, membership=membership, at=at)
        if key.revoked_at is None:
            key.revoked_at = at
            key.save(update_fields=["revoked_at"])
            recording.record(key.customer, "accounts.api_key_revoked", actor=actor, at=at, about=key, facts={"name": key.name})
    return key


def adopt(*, actor: User, key: ApiKey, at: datetime) -> ApiKey:
    """Let `actor` answer for a key whose maker no longer does: it works again. One that somebody answers for stays theirs.

    Raises:
        MayNotGrant: the actor could not have made it, or is a program.
        KeyEnded: it was revoked.
    """
    with transaction.atomic():
        key = ApiKey.objects.select_for_update(of=("self",)).select_related("user", "customer", "made_by").get(pk=key.pk)
        invitations.must_be_able_to_admit(actor, key.customer, role=_role_for(key.scopes))
        if actor.is_program:
            raise invitations.MayNotGrant(_("A person answers for a key, not a program."), code="person_needed")
        if key.revoked_at is not None:
            raise KeyEnded(_("{name} no longer has a key; make another one.").format(name=key.name))
        if not is_answered_for(key):
            before, key.made_by = str(key.made_by), actor
            key.save(update_fields=["made_by"])
            facts = {"name": key.name, "before": before}
            recording.record(key.customer, "accounts.api_key_adopted", actor=actor, at=at, about=key, facts=facts)
    return key


def is_answered_for(key: ApiKey) -> bool:
    """Say whether somebody still answers for a key: its maker manages people there today. The system answers for its own."""
    maker = key.made_by
    if maker is None:
        return True
    if maker.is_program:
        own = ApiKey.objects.select_related("customer", "made_by").get(user=maker)
        return own.revoked_at is None and is_answered_for(own)
    return access.decide(maker, access.MANAGE_PEOPLE, key.customer).allowed


def holder_of(secret: str, at: datetime) -> ApiKey | None:
    """Return the key with this secret if it is in force at the moment `at`, and note that it was used (once a minute)."""
    related = ("user", "customer", "made_by__staff_profile")
    key = ApiKey.objects.select_related(*related).filter(digest=digest_of(secret), revoked_at=None).first()
    if key is None or not key.user.is_active or (key.expires_at and key.expires_at <= at) or not is_answered_for(key):
        return None
    if key.used_at is None or at - key.used_at >= USE_IS_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(used_at=at)
    return key


def may_read(program: User) -> bool:
    """Say whether a program has a key in force, by the database's clock, that lets it read."""
    unended = ApiKey.objects.filter(user=program, revoked_at=None, scopes__contains=[READ])
    found = unended.filter(Q(expires_at=None) | Q(expires_at__gt=Now())).select_related("customer", "made_by").first()
    return found is not None and is_answered_for(found)


def without_anybody(found: Iterable[ApiKey]) -> set[int]:
    """Return which of these keys nobody answers for, so that they stand still; each maker is asked about once a customer."""
    asked: dict[tuple[int | None, int], bool] = {}
    for key in found:
        place = key.made_by_id, key.customer_id
        if place not in asked:
            asked[place] = is_answered_for(key)
    return {key.pk for key in found if not asked[key.made_by_id, key.customer_id]}


def in_force(customer: Customer, at: datetime) -> QuerySet[ApiKey]:
    """The keys of `customer` itself that work at the moment `at`, newest first."""
    unended = ApiKey.objects.filter(customer=customer, revoked_at=None).exclude(expires_at__lte=at)
    return unended.select_related("made_by__staff_profile", "customer").order_by("-made_at", "-pk")


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _sensible_or_refuse(name: str, scopes: Collection[str], at: datetime, expires_at: datetime | None) -> None:
    if not name:
        raise NameMissing(_("Say what will use the key."))
    if not scopes or set(scopes) - set(SCOPES):
        raise ScopesUnknown(_("A key has one or more of the scopes {scopes}.").format(scopes=", ".join(SCOPES)))
    if expires_at and expires_at <= at:
        raise ExpiresInThePast(_("A key expires in the future."))


def _no_more_than_its_own_or_refuse(actor: User | None, scopes: Collection[str], expires_at: datetime | None) -> None:
    if actor is None or not actor.is_program:
        return
    own: ApiKey = actor.api_key
    if set(scopes) - set(own.scopes) or (own.expires_at and (expires_at is None or expires_at > own.expires_at)):
        raise invitations.MayNotGrant(
            _("A program makes keys for no more than its own key may, and for no longer."), code="more_than_held"
        )


def _role_for(scopes: Collection[str]) -> str:
    """Return the least role that allows everything the scopes need."""
    wanted = [NEEDS[scope].roles for scope in scopes]
    ladder = (access.READER, access.PAYER, access.MEMBER, access.ADMINISTRATOR)
    return next(role for role in ladder if all(role in roles for roles in wanted))
