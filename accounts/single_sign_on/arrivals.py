"""Arrivals: somebody comes from their organisation's provider. Who are they here, and may they come in?

Known is who the provider named before, by its subject. A new subject is bound to the login with its mail address only when a
verified domain of this very provider stands in that address, and to no login that the provider knows under another subject. Who
never stood at the customer joins where the provider says; who left is not let in again by signing in. By the same rules a session
that came by a provider goes on, or ends.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import invitations
from accounts.people.models import Membership, User
from accounts.single_sign_on import domains, providers, ways
from accounts.single_sign_on.models import Identity, SignInProvider
from accounts.single_sign_on.proofs import Proven
from accounts.timeline import recording


class NotLetIn(Refusal):
    """Who arrived is not let in; the code says by which rule."""

    code = "not_let_in"


def arrive(*, provider: SignInProvider, proven: Proven, at: datetime) -> User:
    """Return the login of the person a provider vouches for, made and joined to the customer on the first arrival.

    Raises:
        NotLetIn: the provider is off, the address is not of its verified domains or belongs to somebody else, or the person works
            for us, stands above or beside the customer, was shut out, or left. Nothing was changed.
    """
    with transaction.atomic():
        held = providers.lock(provider)
        if held.use == SignInProvider.Use.OFF:
            raise NotLetIn(_("{name} is not in use for signing in.").format(name=held.name), code="provider_off")
        known = Identity.objects.select_related("user").filter(provider=held, subject=proven.subject).first()
        person = known.user if known else _newcomer(held, proven)
        _must_be_let_in(person, held)
        _join(person, held, at)
        if known is None:
            _bind(person, held, proven.subject, at)
    return person


def may_stay(*, person: User, ref: str) -> bool:
    """Say whether who came by the provider `ref` would still be let in by it, so that their session goes on."""
    provider = SignInProvider.objects.in_use().select_related("customer").filter(ref=ref).first()
    if provider is None:
        return False
    try:
        _must_be_let_in(person, provider)
    except NotLetIn:
        return False
    return True


def note_sign_in(*, person: User, provider: SignInProvider, address: str, at: datetime) -> None:
    """Record that `person` is signed in by `provider`, from the network address given."""
    with transaction.atomic():
        Identity.objects.filter(provider=provider, user=person).update(last_at=at)
        facts = {"email": person.email, "name": provider.name, "address": address}
        recording.record(provider.customer, "accounts.signed_in_by_provider", actor=person, at=at, about=provider, facts=facts)


def note_sign_out(*, person: User, provider: SignInProvider, at: datetime) -> None:
    """Record that sessions of `person` ended because they signed out at `provider`."""
    facts = {"email": person.email, "name": provider.name}
    recording.record(provider.customer, "accounts.signed_out_by_provider", actor=None, at=at, about=provider, facts=facts)


def note_emergency(*, person: User, address: str, at: datetime) -> None:
    """Record that a named administrator came in without the provider that is otherwise the only way; others leave no trace."""
    provider = ways.provider_for(person.email)
    if provider and provider.use == SignInProvider.Use.ENFORCED and ways.of(person).is_named:
        facts = {"email": person.email, "name": provider.name, "address": address}
        recording.record(
            provider.customer, "accounts.signed_in_without_provider", actor=person, at=at, about=provider, facts=facts
        )


def _newcomer(provider: SignInProvider, proven: Proven) -> User:
    """Return the login with the address of somebody the provider names for the first time; made when there is none."""
    try:
        validate_email(proven.email)
    except ValidationError:
        raise NotLetIn(
            _("{name} told us no mail address of yours, so we cannot tell who you are.").format(name=provider.name),
            code="no_email",
        ) from None
    if proven.doubts_email:
        raise NotLetIn(_("{name} has not checked your mail address yet.").format(name=provider.name), code="email_not_checked")
    _must_lead_here(proven.email, provider)
    found = User.objects.select_for_update().filter(email=proven.email).first()
    if found is None:
        return User.objects.create_user(proven.email, name=proven.name)
    if Identity.objects.filter(provider=provider, user=found).exists():
        raise NotLetIn(
            _("{name} knows {email} as another person; ask your administrator.").format(name=provider.name, email=found.email),
            code="address_of_another",
        )
    return found


def _must_lead_here(email: str, provider: SignInProvider) -> None:
    domain = domains.of_address(email)
    if not provider.domains.filter(name=domain).exclude(verified_at=None).exists():
        raise NotLetIn(
            _("Addresses at {domain} are not signed in by {name}.").format(domain=domain, name=provider.name),
            code="foreign_domain",
        )


def _must_be_let_in(person: User, provider: SignInProvider) -> None:
    """Refuse whom the provider does not sign in; it gives nothing above its customer or beside it."""
    if ways.is_ours(person):
        raise NotLetIn(_("Our own people never sign in by a customer's provider."), code="works_for_us")
    if person.is_program or not person.is_active:
        raise NotLetIn(_("This login was closed."), code="closed")
    _must_lead_here(person.email, provider)
    if ways.stands_elsewhere(person, provider):
        raise NotLetIn(
            _("You stand at other customers than {name} too. Sign in with your password or a code instead.").format(
                name=provider.customer.name
            ),
            code="stands_elsewhere",
        )


def _join(person: User, provider: SignInProvider, at: datetime) -> None:
    """Let who never stood at the customer or below it join; refuse who stood there and no longer does."""
    held = Membership.objects.filter(user=person, customer__in=Customer.objects.below(provider.customer).values("pk"))
    if held.filter(effect=Membership.Effect.ALLOW).in_force(at.date()).exists():
        return
    if held.exists():
        raise NotLetIn(
            _("Your access to {name} has ended; ask its administrator.").format(name=provider.customer.name), code="access_ended"
        )
    within = Customer.objects.below(provider.customer).filter(pk=provider.joins_at_id).first()
    invitations.admit_by_provider(
        person=person, customer=within or provider.customer, role=provider.joins_as, provider=provider.name, at=at,
        set_up_by=provider.made_by,
    )  # fmt: skip


def _bind(person: User, provider: SignInProvider, subject: str, at: datetime) -> None:
    try:
        with transaction.atomic():
            Identity.objects.create(provider=provider, subject=subject, user=person, first_at=at, last_at=at)
    except IntegrityError:
        raise NotLetIn(_("You just signed in elsewhere; try again."), code="bound_meanwhile") from None
    facts = {"email": person.email, "name": provider.name}
    recording.record(provider.customer, "accounts.identity_bound", actor=person, at=at, about=provider, facts=facts)
