"""Reach changes: who gains and who loses sight of a customer when it is moved, merged or split."""

from datetime import UTC, date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.customers.models import Customer
from accounts.people.models import Membership, User
from accounts.timeline import recording
from accounts.timeline.plain import plain


def of_move(customer: Customer, to: Customer | None, on: date) -> list[str]:
    """Say in sentences who would gain and who would lose sight of `customer` if it stood under `to`
    from the day `on`.

    Memberships at the customer itself and below it move along and are not named; of the people above, those with a
    role for a whole subtree count, and who sees it both before and after is not named either.
    """
    before = _emails_above(customer.parent, on) if customer.parent_id else set()
    after = _emails_above(to, on) if to else set()
    gains, loses = _("{email} gains sight of {name}."), _("{email} loses sight of {name}.")
    gaining = [gains.format(email=email, name=customer.name) for email in sorted(after - before)]
    return gaining + [loses.format(email=email, name=customer.name) for email in sorted(before - after)]


def of_split(child: Customer, on: date) -> list[str]:
    """Say in sentences who would lose sight of `child` if it went along from its parent to a new sister of that parent.

    Nobody gains it: who has no access to the parent has none to the new sister (`deny_alike`).
    """
    held = _emails_above(child.parent, on) if child.parent else set()
    above = child.parent.parent if child.parent else None
    kept = _emails_above(above, on) if above else set()
    loses = _("{email} loses sight of {name}.")
    return [loses.format(email=email, name=child.name) for email in sorted(held - kept)]


def denied_at(customer: Customer, on: date) -> QuerySet[Membership]:
    """Return the denials at `customer` itself that are not over on the day `on`."""
    rows = Membership.objects.filter(Q(until=None) | Q(until__gt=on), customer=customer, effect=Membership.Effect.DENY)
    return rows.select_related("user", "granted_by").order_by("user__email", "pk")


def deny_alike(origin: Customer, to: Customer, *, actor: User | None, at: datetime) -> list[Membership]:
    """Close `to` to whom `origin` is closed, as set there and by whom: only who may lift it there lifts it here."""
    day = at.astimezone(UTC).date()
    made = []
    for one in denied_at(origin, day):
        facts = {"user": one.user, "role": one.role, "effect": one.effect, "scope": one.scope, "granted_by": one.granted_by}
        denial = Membership.objects.create(customer=to, since=max(day, one.since), until=one.until, **facts)
        told = {"email": one.user.email, "scope": one.scope}
        recording.record(to, "accounts.member_denied", actor=actor, at=at, about=denial, facts=told)
        made.append(denial)
    return made


def _emails_above(parent: Customer, on: date) -> set[str]:
    path = Customer.objects.above(parent)
    held = Membership.objects.filter(customer__in=path, scope=Membership.Scope.SUBTREE).in_force(on)
    denied = held.filter(effect=Membership.Effect.DENY).values("user_id")
    seeing = held.filter(effect=Membership.Effect.ALLOW, user__is_active=True).exclude(user_id__in=denied)
    return set(seeing.values_list("user__email", flat=True))


def join(retired: Customer, survivor: Customer, *, actor: User | None, at: datetime) -> list[int]:
    """Give everyone with a role at `retired` the same role at `survivor`; return the keys of the memberships made."""
    day = at.astimezone(UTC).date()
    held = Membership.objects.filter(customer=retired).in_force(day).select_related("user").order_by("pk")
    made = []
    for one in held:
        span = {"until": None} if one.until is None else {"until__gte": one.until}
        facts = {"user": one.user, "role": one.role, "effect": one.effect}
        if Membership.objects.filter(customer=survivor, **facts, **span).exists():
            continue
        joined = Membership.objects.create(
            customer=survivor, scope=one.scope, since=day, until=one.until, granted_by=actor, **facts
        )
        made.append(joined.pk)
        told = {"email": one.user.email, "role": plain(one, "role"), "merged": retired.number}
        kind = "accounts.member_denied" if one.effect == Membership.Effect.DENY else "accounts.member_joined"
        recording.record(survivor, kind, actor=actor, at=at, about=joined, facts=told)
    return made


def hand_over(memberships: list[int], origin: Customer, to: Customer, *, actor: User | None, at: datetime) -> list[list[int]]:
    """Let these memberships end at `origin` and go on at `to`; return each old key with the new one.

    What ended before stays ended; who has the role at `to` by now keeps that one. A denial stays set by who set it.
    """
    day = at.astimezone(UTC).date()
    held = Membership.objects.filter(pk__in=memberships, customer=origin).in_force(day).order_by("pk")
    held = held.select_related("user", "granted_by")
    handed = []
    for one in held:
        facts = {"user": one.user, "role": one.role, "effect": one.effect, "scope": one.scope, "until": one.until}
        facts["order_limit_minor"] = one.order_limit_minor
        one.until = max(day, one.since)
        one.save(update_fields=["until"])
        same = {name: facts[name] for name in ("user", "role", "effect")}
        there = Membership.objects.filter(customer=to, **same).in_force(day).first()
        giver = one.granted_by if one.effect == Membership.Effect.DENY else actor
        made = there or Membership.objects.create(customer=to, since=day, granted_by=giver, **facts)
        told = {"email": one.user.email, "role": one.get_role_display(), "origin": origin.number}
        recording.record(origin, "accounts.member_revoked", actor=actor, at=at, about=one, facts=told)
        recording.record(to, "accounts.member_went_along", actor=actor, at=at, about=made, facts=told)
        handed.append([one.pk, made.pk])
    return handed


def leave(memberships: list[int], *, actor: User | None, at: datetime) -> None:
    """End the memberships that `join` made, as far as nobody ended them before."""
    day = at.astimezone(UTC).date()
    held = Membership.objects.filter(Q(until=None) | Q(until__gt=day), pk__in=memberships).select_related("customer", "user")
    for one in held.order_by("pk"):
        one.until = max(day, one.since)
        one.save(update_fields=["until"])
        told = {"email": one.user.email, "role": plain(one, "role"), "effect": one.effect}
        recording.record(one.customer, "accounts.member_revoked", actor=actor, at=at, about=one, facts=told)
