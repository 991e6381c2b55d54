"""Providers: set one up for a customer, put it to use, and name who comes in when it fails. Managers do this.

A provider keeps its issuer once it knows somebody: subjects of another issuer are other people. Its secret is kept sealed and
never shown again. To be offered it needs a verified mail domain; to be the only way it also needs an administrator who is named.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.single_sign_on import addresses, sealing
from accounts.single_sign_on.models import JOINING_ROLES, NamedAdministrator, SignInProvider
from accounts.timeline import recording
from accounts.timeline.plain import plain

Use = SignInProvider.Use
LONGEST_SECRET: Final = 500
KEPT: Final = ("name", "issuer", "client_id", "joins_at", "joins_as")


class TermsMakeNoSense(Refusal):
    """A name, client ID or secret is missing, or newcomers would stand outside the customer or as administrators."""

    code = "terms_make_no_sense"


class KnowsPeople(Refusal):
    """The issuer of a provider that knows somebody does not change."""

    code = "knows_people"
    field = "issuer"


class SetUpAlready(Refusal):
    """Another organisation uses this issuer with this client ID."""

    code = "set_up_already"
    field = "client_id"


class NotReady(Refusal):
    """Something is missing before people can be led there."""

    code = "not_ready"
    field = "use"


class NotAnAdministrator(Refusal):
    """Only who manages the people of the customer is named."""

    code = "not_an_administrator"
    field = "user"


class LastOneNamed(Refusal):
    """While the provider is the only way, somebody stays named."""

    code = "last_one_named"


@dataclass(frozen=True)
class Terms:
    """What a manager says about a provider. An empty secret keeps the one there is."""

    name: str
    issuer: str
    client_id: str
    secret: str
    joins_at: Customer
    joins_as: str


def set_up(*, actor: User | None, customer: Customer, terms: Terms, at: datetime) -> SignInProvider:
    """Set a provider up for `customer` and everything below it; it is off until it is put to use.

    Raises:
        Refusal: the actor is no manager.
        AddressNotAllowed: the issuer is not https or not public.
        TermsMakeNoSense: something is missing, or newcomers would stand where they may not.
        SetUpAlready: another organisation uses this issuer and client ID.
    """
    with transaction.atomic():
        _must_steer(actor, customer)
        _sensible_or_refuse(terms, customer, has_secret=False)
        provider = SignInProvider(ref=secrets.token_hex(6), customer=customer, made_by=actor, made_at=at)
        _keep(provider, terms)
        facts = {"name": provider.name, "issuer": provider.issuer}
        recording.record(customer, "accounts.provider_set_up", actor=actor, at=at, about=provider, facts=facts)
    return provider


def change(*, actor: User | None, provider: SignInProvider, terms: Terms, at: datetime) -> SignInProvider:
    """Change what is said about a provider. Saying the same again changes nothing.

    Raises:
        KnowsPeople: the issuer would change though the provider knows somebody.
        Refusal, AddressNotAllowed, TermsMakeNoSense, SetUpAlready: as when it was set up.
    """
    with transaction.atomic():
        held = lock(provider)
        _must_steer(actor, held.customer)
        _sensible_or_refuse(terms, held.customer, has_secret=bool(held.sealed_secret))
        if terms.issuer != held.issuer and held.identities.exists():
            raise KnowsPeople("People signed in there already; switch this provider off and set a new one up.")
        changed = [name for name in KEPT if getattr(terms, name) != getattr(held, name)]
        if changed or terms.secret:
            _keep(held, terms)
            facts = {"name": held.name, "changed": ", ".join([*changed, *(["secret"] if terms.secret else [])])}
            recording.record(held.customer, "accounts.provider_changed", actor=actor, at=at, about=held, facts=facts)
    return held


def put_to_use(*, actor: User | None, provider: SignInProvider, use: str, at: datetime) -> SignInProvider:
    """Switch a provider off, offer it, or make it the only way for its mail domains. Repeating it changes nothing.

    Raises:
        NotReady: no mail domain is verified, or it would be the only way and nobody is named who comes in when it fails.
    """
    with transaction.atomic():
        held = lock(provider)
        _must_steer(actor, held.customer)
        if use != Use.OFF and not held.domains.exclude(verified_at=None).exists():
            raise NotReady("Verify a mail domain first: it decides who is led there.")
        if use == Use.ENFORCED and not held.named_administrators.exists():
            raise NotReady("Name an administrator first who still comes in when the provider fails.")
        if held.use != use:
            held.use = use
            held.save(update_fields=["use"])
            facts = {"name": held.name, "use": plain(held, "use")}
            recording.record(held.customer, "accounts.provider_put_to_use", actor=actor, at=at, about=held, facts=facts)
    return held


def name_administrator(*, actor: User | None, provider: SignInProvider, user: User, at: datetime) -> NamedAdministrator:
    """Let `user` come in without the provider even where it is the only way. Repeating it changes nothing.

    Raises:
        NotAnAdministrator: they do not manage the people of the customer, or do not sign in.
    """
    with transaction.atomic():
        held = lock(provider)
        _must_steer(actor, held.customer)
        manages = access.decide(user, access.MANAGE_PEOPLE, held.customer).allowed and not access.level_of(user)
        if not manages or user.is_program:
            raise NotAnAdministrator(f"{user.email} is no administrator of {held.customer.name}.")
        named, made = NamedAdministrator.objects.get_or_create(
            provider=held, user=user, defaults={"named_by": actor, "named_at": at}
        )
        if made:
            facts = {"email": user.email, "name": held.name}
            recording.record(held.customer, "accounts.administrator_named", actor=actor, at=at, about=held, facts=facts)
    return named


def unname_administrator(*, actor: User | None, named: NamedAdministrator, at: datetime) -> None:
    """Take that back. Repeating it changes nothing.

    Raises:
        LastOneNamed: the provider is the only way and nobody else is named.
    """
    with transaction.atomic():
        held = lock(named.provider)
        _must_steer(actor, held.customer)
        others = held.named_administrators.exclude(pk=named.pk)
        if held.use == Use.ENFORCED and not others.exists():
            raise LastOneNamed("Somebody must come in when the provider fails; name another administrator first.")
        if NamedAdministrator.objects.filter(pk=named.pk).delete()[0]:
            facts = {"email": named.user.email, "name": held.name}
            recording.record(held.customer, "accounts.administrator_unnamed", actor=actor, at=at, about=held, facts=facts)


def secret_of(provider: SignInProvider) -> str:
    """Return the secret with which we prove to the provider who we are.

    Raises:
        SealBroken: it can no longer be read.
    """
    return sealing.opened(provider.sealed_secret)


def lock(provider: SignInProvider) -> SignInProvider:
    """Return the provider as it is now, held until the transaction ends."""
    return SignInProvider.objects.select_for_update(of=("self",)).select_related("customer", "joins_at").get(pk=provider.pk)


def _must_steer(actor: User | None, customer: Customer) -> None:
    if actor is not None:
        access.decide(actor, access.STEER, customer).or_refuse()


def _sensible_or_refuse(terms: Terms, customer: Customer, *, has_secret: bool) -> None:
    addresses.checked(terms.issuer)
    if not terms.name.strip() or not terms.client_id.strip() or not (terms.secret or has_secret):
        raise TermsMakeNoSense("A provider has a name, a client ID and a secret.")
    if len(terms.secret) > LONGEST_SECRET or "\x00" in terms.secret + terms.name + terms.client_id:
        raise TermsMakeNoSense(f"A secret has at most {LONGEST_SECRET} signs, and none of them is empty.")
    if not Customer.objects.below(customer).filter(pk=terms.joins_at.pk).exists():
        raise TermsMakeNoSense(f"Newcomers stand at {customer.name} or below it.")
    if terms.joins_as not in dict(JOINING_ROLES):
        raise TermsMakeNoSense("Nobody becomes an administrator by signing in; an administrator invites them.")


def _keep(provider: SignInProvider, terms: Terms) -> None:
    provider.name, provider.issuer, provider.client_id = terms.name.strip(), terms.issuer, terms.client_id.strip()
    provider.joins_at, provider.joins_as = terms.joins_at, terms.joins_as
    if terms.secret:
        provider.sealed_secret = sealing.sealed(terms.secret)
    try:
        with transaction.atomic():
            provider.save()
    except IntegrityError:
        raise SetUpAlready("This issuer and client ID are set up already; each organisation has a client of its own.") from None
