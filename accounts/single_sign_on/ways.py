"""Ways: by which way may this person sign in?

Whose mail domain leads to a provider that is the only way signs in there and nowhere else, except administrators who are named
and who has a role above or beside its customer: there the provider has no say, so they keep their own way.
Our own people and programs are never led to a customer's provider.
"""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import Membership, User
from accounts.single_sign_on import domains
from accounts.single_sign_on.models import Identity, MailDomain, NamedAdministrator, SignInProvider


@dataclass(frozen=True)
class Ways:
    """How a person signs in: the provider their address leads to, if any, whether it knows them, and what else there is."""

    provider: SignInProvider | None = None
    known: Identity | None = None
    is_only_way: bool = False
    is_named: bool = False


def provider_for(email: str) -> SignInProvider | None:
    """Return the provider in use that a mail address leads to, by its verified domain."""
    domain = domains.of_address(email)
    if not domain:
        return None
    leads = SignInProvider.objects.in_use().filter(domains__name=domain, domains__verified_at__isnull=False)
    return leads.select_related("customer", "joins_at").first()


def only_way_for(person: User) -> SignInProvider | None:
    """Return the provider by which alone `person` may sign in; None when other ways are open to them."""
    provider = provider_for(person.email)
    if provider is None or provider.use != SignInProvider.Use.ENFORCED or is_ours(person) or person.is_program:
        return None
    return None if _named(provider, person).exists() or stands_elsewhere(person, provider) else provider


def stands_elsewhere(person: User, provider: SignInProvider) -> bool:
    """Say whether a person has a role above the provider's customer or beside it, where it has no say; today, in UTC."""
    held = Membership.objects.filter(user=person, effect=Membership.Effect.ALLOW).in_force()
    return held.exclude(customer__in=Customer.objects.below(provider.customer).values("pk")).exists()


def of(person: User) -> Ways:
    """Say how `person` signs in, for their own Security page."""
    provider = None if is_ours(person) else provider_for(person.email)
    if provider is None:
        return Ways()
    is_named = _named(provider, person).exists()
    return Ways(
        provider=provider,
        known=Identity.objects.filter(provider=provider, user=person).first(),
        is_only_way=provider.use == SignInProvider.Use.ENFORCED and not is_named and not stands_elsewhere(person, provider),
        is_named=is_named,
    )


def closed_domains() -> frozenset[str]:
    """Return the mail domains whose people sign in by their provider alone."""
    closed = MailDomain.objects.exclude(verified_at=None).filter(provider__use=SignInProvider.Use.ENFORCED)
    return frozenset(closed.values_list("name", flat=True))


def is_ours(person: User) -> bool:
    """Say whether a person works for us or may open the administration."""
    return person.is_staff or person.is_superuser or bool(access.level_of(person))


def _named(provider: SignInProvider, person: User) -> "QuerySet[NamedAdministrator]":
    return NamedAdministrator.objects.filter(provider=provider, user=person)
