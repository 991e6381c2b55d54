"""Invitations: how people come to stand at a customer, and leave it. The one writer of memberships.

Delegated administration: who may manage people at a customer may grant there what they hold themselves, for every
customer the grant covers, and take it back. `actor` None is the system (imports, the demo world). An invited person signs in
with a code sent to the address; nothing is promised to the address before.
"""

from contextlib import suppress
from datetime import UTC, date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.decisions import Decision, Refusal, refused
from accounts.people import access, order_limits
from accounts.people.models import Membership, StaffProfile, User
from accounts.timeline import recording
from accounts.timeline.plain import plain


class MayNotGrant(Refusal):
    """Wanted to grant or take what is not theirs to give."""

    code = "may_not_grant"


class CannotBeInvited(Refusal):
    """One of our own people, a login that was closed, or a program: none of them is invited to a customer."""

    code = "cannot_be_invited"


class LimitMakesNoSense(Refusal):
    """A limit below zero, or for a role that orders nothing."""

    code = "limit_makes_no_sense"


class AlreadyMember(Refusal):
    """The person holds this role at this customer already, with another scope."""

    code = "already_member"


def may_grant(actor: User, customer: Customer, *, role: str, scope: str) -> Decision:
    """Say whether `actor` may give someone `role` at `customer`: they manage its people and hold all that the role may do."""
    decision = access.decide(actor, access.MANAGE_PEOPLE, customer)
    if not decision.allowed or access.level_of(actor):
        return decision
    granted = Customer.objects.filter(pk=customer.pk) if scope == Membership.Scope.NODE else Customer.objects.below(customer)
    for action in access.ACTIONS:
        if role in action.roles and granted.exclude(pk__in=access.customers_within_reach(actor, action).values("pk")).exists():
            return refused("more_than_held", _("You may only grant what you hold yourself, for every customer it would cover."))
    return decision


def invite(
    *, actor: User | None, email: str, customer: Customer, role: str, scope: str, at: datetime, name: str = ""
) -> Membership:
    """Give the person with this address `role` at `customer` from today on, and return the membership.

    A login is made for a new address. Repeating it returns the membership there is.

    Raises:
        MayNotGrant: the actor does not manage people there, or holds less than they would give.
        CannotBeInvited: the address belongs to one of our own people, or to a closed login.
        AlreadyMember: the person holds the role there with another scope.
    """
    with transaction.atomic():
        _must_be_theirs_to_give(actor, customer, role, scope)
        user = _person(email, name)
        _must_be_invitable(user)
        if held := _held(user, customer, role, scope):
            return held
        membership = Membership.objects.create(
            user=user,
            customer=customer,
            role=role,
            scope=scope,
            since=_day(at),
            granted_by=actor,
            order_limit_minor=_limit_to_give(actor, customer, role, scope),
        )
        facts = {"email": user.email, "role": plain(membership, "role"), "scope": scope, "name": user.name}
        recording.record(customer, "accounts.member_invited", actor=actor, at=at, about=membership, facts=facts)
    return membership


def admit_program(*, actor: User | None, program: User, customer: Customer, role: str, at: datetime) -> Membership:
    """Let a program stand at `customer` and all below it with `role`, from today on. Part of making its key (keys.py).

    Raises:
        MayNotGrant: the actor does not manage people there, or holds less than they would give.
    """
    scope = Membership.Scope.SUBTREE
    _must_be_theirs_to_give(actor, customer, role, scope)
    return Membership.objects.create(
        user=program, customer=customer, role=role, scope=scope, since=_day(at), granted_by=actor,
        order_limit_minor=_limit_to_give(actor, customer, role, scope),
    )  # fmt: skip


def must_be_able_to_admit(actor: User, customer: Customer, *, role: str) -> None:
    """Do nothing when `actor` could let a program stand at `customer` and all below it with `role`.

    Raises:
        MayNotGrant: they do not manage people there, or hold less than they would give.
    """
    _must_be_theirs_to_give(actor, customer, role, Membership.Scope.SUBTREE)


def admit_writer(*, email: str, name: str, customer: Customer, at: datetime) -> User:
    """Let a person who wrote to us for the first time stand at the prospect they are, and return them; no mail is sent for it."""
    with transaction.atomic():
        person = _person(email, name)
        _must_be_invitable(person)
        if _held(person, customer, Membership.Role.READER, Membership.Scope.NODE) is None:
            Membership.objects.create(
                user=person, customer=customer, role=Membership.Role.READER, scope=Membership.Scope.NODE, since=_day(at)
            )
            recording.record(customer, "accounts.writer_admitted", actor=None, at=at, facts={"email": person.email})
    return person


def admit_by_provider(
    *, person: User, customer: Customer, role: str, provider: str, at: datetime, set_up_by: User | None = None
) -> Membership:
    """Let a person whom the customer's own sign-in provider vouches for stand at `customer` and all below it, from today on.

    While who set the provider up stands there with a limit of orders, nobody it lets in orders for more alone. Part of an arrival
    (accounts/single_sign_on/arrivals.py), which decides who is let in.

    Raises:
        CannotBeInvited: the person works for us, was closed, or is a program.
    """
    _must_be_invitable(person)
    scope = Membership.Scope.SUBTREE
    vouches = set_up_by if set_up_by and access.decide(set_up_by, access.MANAGE_PEOPLE, customer).allowed else None
    membership = Membership.objects.create(
        user=person, customer=customer, role=role, scope=scope, since=_day(at),
        order_limit_minor=_limit_to_give(vouches, customer, role, scope),
    )  # fmt: skip
    facts = {"email": person.email, "role": plain(membership, "role"), "provider": provider}
    recording.record(customer, "accounts.member_admitted", actor=person, at=at, about=membership, facts=facts)
    return membership


def limit_orders(*, actor: User | None, membership: Membership, limit_minor: int | None, at: datetime) -> Membership:
    """Say for how much a member may order alone, in minor units of the customer's currency; None is without limit.

    Nobody lifts a limit, their own or another's, beyond their own. Setting the same again changes nothing.

    Raises:
        MayNotGrant: the actor could not have granted the membership, or may order for less alone than they would give.
        LimitMakesNoSense: below zero, or no role that orders.
    """
    if limit_minor is not None and not 0 <= limit_minor < 10**15:
        raise LimitMakesNoSense(_("A limit is zero or more."))
    with transaction.atomic():
        held = Membership.objects.select_for_update(of=("self",)).select_related("user", "customer").get(pk=membership.pk)
        _must_be_theirs_to_give(actor, held.customer, held.role, held.scope)
        if held.role not in access.CHANGE_CONTRACT.roles or held.effect != Membership.Effect.ALLOW:
            raise LimitMakesNoSense(
                _("{role} orders nothing, so there is nothing to limit.").format(role=held.get_role_display())
            )
        _must_not_be_over_their_own(actor, held, limit_minor)
        if held.order_limit_minor != limit_minor:
            before, held.order_limit_minor = held.order_limit_minor, limit_minor
            held.save(update_fields=["order_limit_minor"])
            facts = {"email": held.user.email, "limit_minor": limit_minor, "before_minor": before}
            recording.record(held.customer, "accounts.order_limit_set", actor=actor, at=at, about=held, facts=facts)
    return held


def deny(*, actor: User | None, user: User, customer: Customer, scope: str, at: datetime) -> Membership:
    """Close `customer` (with scope "subtree", all below it too) to `user`, whatever allows it elsewhere; return the denial.

    Raises:
        MayNotGrant: the actor does not manage people there, or `user` does from further up than they.
    """
    with transaction.atomic():
        _must_be_theirs_to_give(actor, customer, Membership.Role.READER, scope)
        if highest := _managed_beyond(actor, user, customer):
            words = _("{person} manages people from {name}; only somebody who does so too shuts them out.")
            raise MayNotGrant(words.format(person=user, name=highest.name))
        denial, made = Membership.objects.get_or_create(
            user=user, customer=customer, role=Membership.Role.READER, effect=Membership.Effect.DENY, until=None,
            defaults={"scope": scope, "since": _day(at), "granted_by": actor},
        )  # fmt: skip
        if made:
            facts = {"email": user.email, "scope": scope}
            recording.record(customer, "accounts.member_denied", actor=actor, at=at, about=denial, facts=facts)
    return denial


def revoke(*, actor: User | None, membership: Membership, at: datetime) -> Membership:
    """End a membership (or lift a denial) today; it no longer holds from this moment. Repeating it changes nothing.

    Raises:
        MayNotGrant: the actor could not have granted it, or somebody further up set this denial.
    """
    with transaction.atomic():
        held = Membership.objects.select_for_update().select_related(None).get(pk=membership.pk)
        _must_be_theirs_to_give(actor, held.customer, held.role, held.scope)
        if held.effect == Membership.Effect.DENY:
            _must_stand_as_high(actor, held)
        if held.until is not None and held.until <= _day(at):
            return held
        held.until = max(_day(at), held.since)
        held.save(update_fields=["until"])
        who = held.user.name if held.user.is_program else held.user.email
        facts = {"email": who, "role": plain(held, "role"), "effect": held.effect}
        recording.record(held.customer, "accounts.member_revoked", actor=actor, at=at, about=held, facts=facts)
    return held


def _must_be_theirs_to_give(actor: User | None, customer: Customer, role: str, scope: str) -> None:
    if actor is None:
        return
    decision = may_grant(actor, customer, role=role, scope=scope)
    if not decision.allowed:
        raise MayNotGrant(decision.reason, code=decision.code)


def _limit_to_give(actor: User | None, customer: Customer, role: str, scope: str) -> int | None:
    """Return the limit a new role starts with: nobody lets others order for more than they may themselves."""
    orders = actor is not None and role in access.CHANGE_CONTRACT.roles
    return order_limits.to_give(actor, customer, scope=scope) if actor and orders else None


def _must_not_be_over_their_own(actor: User | None, held: Membership, limit_minor: int | None) -> None:
    most = order_limits.to_give(actor, held.customer, scope=held.scope) if actor else None
    if most is not None and (limit_minor is None or limit_minor > most):
        raise MayNotGrant(_("You may not let anybody order for more than you may yourself."), code="more_than_held")


def _must_stand_as_high(actor: User | None, denial: Membership) -> None:
    """A denial is lifted by who set it, or by somebody who manages people as far up as they do."""
    setter = denial.granted_by
    if setter is not None and (highest := _managed_beyond(actor, setter, denial.customer)):
        raise MayNotGrant(
            _("{setter} set this from {name}; only somebody who manages people there lifts it.").format(
                setter=setter, name=highest.name
            )
        )


def _managed_beyond(actor: User | None, other: User, customer: Customer) -> Customer | None:
    """Return the highest customer, at or above this one, whose people `other` manages, where `actor` does not reach so far."""
    if actor is None or actor == other:
        return None
    managed = access.customers_within_reach(other, access.MANAGE_PEOPLE).values("pk")
    highest: Customer | None = Customer.objects.above(customer).filter(pk__in=managed).first()
    return None if highest is None or access.decide(actor, access.MANAGE_PEOPLE, highest).allowed else highest


def _person(email: str, name: str) -> User:
    """Return the person with this address, held until the transaction ends: invited and appointed one after the other."""
    address = email.strip().lower()
    if not User.objects.filter(email=address).exists():
        with suppress(IntegrityError), transaction.atomic():
            User.objects.create_user(address, name=name)
    return User.objects.select_for_update().get(email=address)


def _must_be_invitable(user: User) -> None:
    if StaffProfile.objects.filter(user=user).exists():
        raise CannotBeInvited(_("{email} is one of our own people, who never stand at a customer.").format(email=user.email))
    if user.is_program:
        raise CannotBeInvited(_("{name} is a program; it gets a key instead.").format(name=user.name))
    if not user.is_active:
        raise CannotBeInvited(_("The login of {email} was closed.").format(email=user.email))


def _held(user: User, customer: Customer, role: str, scope: str) -> Membership | None:
    allowed = Membership.objects.filter(user=user, customer=customer, role=role, effect=Membership.Effect.ALLOW, until=None)
    held = allowed.select_for_update().first()
    if held and held.scope != scope:
        raise AlreadyMember(
            _("{email} is {role} here already, for {scope}.").format(
                email=user.email, role=held.get_role_display().lower(), scope=held.get_scope_display()
            )
        )
    return held


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
