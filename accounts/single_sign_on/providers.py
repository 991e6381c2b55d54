"""Providers: set one up for a customer, put it to use, and name who comes in when it fails.

Managers do this, and administrators of the customer and everything below it, as far as the provider speaks: what proves that it
is theirs is the mail domain. Nobody lets newcomers hold by it what they do not hold themselves, and when an administrator lets
somebody else speak for it, everything is proven anew.

A provider keeps its issuer once it knows somebody: subjects of another issuer are other people. Its secret is kept sealed and
never shown again. To be offered it needs a verified mail domain; to be the only way it also needs an administrator who is named.
"""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access, invitations
from accounts.people.models import Membership, User
from accounts.single_sign_on import doubts, sealing
from accounts.single_sign_on import terms as taking
from accounts.single_sign_on.models import NamedAdministrator, SignInProvider
from accounts.single_sign_on.terms import Terms
from accounts.timeline import recording
from accounts.timeline.plain import plain

Use = SignInProvider.Use


class KnowsPeople(Refusal):
    """The issuer of a provider that knows somebody does not change."""

    code = "knows_people"
    field = "issuer"


class NotReady(Refusal):
    """Something is missing before people can be led there."""

    code = "not_ready"
    field = "use"


class NotAnAdministrator(Refusal):
    """Only who manages the people of the customer is named."""

    code = "not_an_administrator"
    field = "user"


class NotOverAll(Refusal):
    """The actor does not manage the people of everything the provider would speak for."""

    code = "not_over_all"


class LastOneNamed(Refusal):
    """While the provider is the only way, somebody stays named."""

    code = "last_one_named"


def set_up(*, actor: User | None, customer: Customer, terms: Terms, at: datetime) -> SignInProvider:
    """Set a provider up for `customer` and everything below it; it is off until it is put to use.

    Raises:
        Refusal, NotOverAll, MayNotGrant: the actor is neither a manager nor an administrator of the customer and all below it.
        AddressNotAllowed, MetadataNotTaken: the issuer is not https or not public; the metadata is none of a SAML provider.
        TermsMakeNoSense: something is missing, or newcomers would stand where they may not.
        SetUpAlready: another organisation uses this issuer and client ID.
    """
    with transaction.atomic():
        must_administer(actor, customer)
        provider = SignInProvider(ref=secrets.token_hex(6), customer=customer, protocol=terms.protocol, made_by=actor, made_at=at)
        taking.apply(terms, provider)
        _must_be_theirs_to_give(actor, provider)
        taking.keep(provider)
        facts = {"name": provider.name, "issuer": provider.issuer}
        recording.record(customer, "accounts.provider_set_up", actor=actor, at=at, about=provider, facts=facts)
    return provider


def change(*, actor: User | None, provider: SignInProvider, terms: Terms, at: datetime) -> SignInProvider:
    """Change what is said about a provider; its protocol stays. Saying the same again changes nothing.

    Another issuer, client, entrance or certificate said by an administrator switches it off, and its domains are proven anew.

    Raises:
        KnowsPeople: the issuer would change though the provider knows somebody.
        Refusal, AddressNotAllowed, MetadataNotTaken, TermsMakeNoSense, SetUpAlready: as when it was set up.
    """
    with transaction.atomic():
        held = lock(provider)
        must_administer(actor, held.customer)
        signed_before = tuple(held.certificates)
        changed = taking.apply(terms, held)
        _must_be_theirs_to_give(actor, held)
        if "issuer" in changed and held.identities.exists():
            raise KnowsPeople(_("People signed in there already; switch this provider off and set a new one up."))
        if changed:
            if doubted := doubts.arise(actor, held, changed, signed_before=signed_before):
                doubts.settle(held)
            taking.keep(held)
            facts = {"name": held.name, "changed": ", ".join(changed), "by": _told_as(actor), "proven_anew": doubted}
            recording.record(held.customer, "accounts.provider_changed", actor=actor, at=at, about=held, facts=facts)
    return held


def put_to_use(*, actor: User | None, provider: SignInProvider, use: str, at: datetime) -> SignInProvider:
    """Switch a provider off, offer it, or make it the only way for its mail domains. Repeating it changes nothing.

    Raises:
        NotReady: no mail domain is verified, or it would be the only way and nobody is named who comes in when it fails.
    """
    with transaction.atomic():
        held = lock(provider)
        must_administer(actor, held.customer)
        if use != Use.OFF and not held.domains.exclude(verified_at=None).exists():
            raise NotReady(_("Verify a mail domain first: it decides who is led there."))
        if use == Use.ENFORCED and not held.named_administrators.exists():
            raise NotReady(_("Name an administrator first who still comes in when the provider fails."))
        if held.use != use:
            held.use = use
            held.save(update_fields=["use"])
            facts = {"name": held.name, "use": plain(held, "use"), "by": _told_as(actor)}
            recording.record(held.customer, "accounts.provider_put_to_use", actor=actor, at=at, about=held, facts=facts)
    return held


def name_administrator(*, actor: User | None, provider: SignInProvider, user: User, at: datetime) -> NamedAdministrator:
    """Let `user` come in without the provider even where it is the only way. Repeating it changes nothing.

    Raises:
        NotAnAdministrator: they do not manage the people of the customer, or do not sign in.
    """
    with transaction.atomic():
        held = lock(provider)
        must_administer(actor, held.customer)
        manages = access.decide(user, access.MANAGE_PEOPLE, held.customer).allowed and not access.level_of(user)
        if not manages or user.is_program:
            raise NotAnAdministrator(
                _("{email} is no administrator of {name}.").format(email=user.email, name=held.customer.name)
            )
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
        must_administer(actor, held.customer)
        others = held.named_administrators.exclude(pk=named.pk)
        if held.use == Use.ENFORCED and not others.exists():
            raise LastOneNamed(_("Somebody must come in when the provider fails; name another administrator first."))
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


def must_administer(actor: User | None, customer: Customer) -> None:
    """Do nothing for a manager, an administrator of `customer` and of everything below it, or the system itself.

    Raises:
        Refusal: the actor is somebody else.
        NotOverAll: the actor manages no people somewhere below, where the provider speaks too.
    """
    if actor is None:
        return
    access.decide(actor, access.MANAGE_PEOPLE, customer).or_refuse()
    managed = access.customers_within_reach(actor, access.MANAGE_PEOPLE).values("pk")
    if not access.level_of(actor) and Customer.objects.below(customer).exclude(pk__in=managed).exists():
        raise NotOverAll(
            _("Who sets single sign-on up manages people in {name} and everything below it.").format(name=customer.name)
        )


def _must_be_theirs_to_give(actor: User | None, provider: SignInProvider) -> None:
    """Let nobody admit newcomers where, or as what, they could not invite them."""
    if actor is not None:
        scope = Membership.Scope.SUBTREE
        invitations.may_grant(actor, provider.joins_at, role=provider.joins_as, scope=scope).or_refuse()


def _told_as(actor: User | None) -> str:
    """Return how the other administrators are told who did it; nothing where it was one of us."""
    return "" if actor is None or access.level_of(actor) else actor.email
