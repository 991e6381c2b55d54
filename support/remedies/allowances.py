"""Allowances: more than the limit, where criteria fit. One manager asks, another approves.

An allowance widens what a level or a person may give by themselves and never narrows it; the most that policy sets on one
ticket holds over it. Of several that fit, the one that gives most on a ticket speaks. Where a person has a limit of their
own, only allowances that name them count.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import two_persons
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.policies.models import Policy
from accounts.segments.models import Segment
from accounts.timeline import recording
from billing.money import Money
from support.remedies.kinds import REMEDIES
from support.remedies.models import Allowance
from support.remedies.policy_limits import LADDER


@dataclass(frozen=True)
class Terms:
    """For whom, of what, where it fits, and how much."""

    per_ticket_minor: int
    level: str = ""
    user: User | None = None
    remedy: str = ""
    currency: str = "EUR"
    certificate: str = ""
    tier: str = ""
    segment: Segment | None = None
    fault: str = ""
    tenure_days: int = 0
    share_percent: int | None = None
    per_action_minor: int | None = None
    per_day_minor: int | None = None
    per_month_minor: int | None = None
    per_node_month_minor: int | None = None


class MayNotAllow(Refusal):
    """Only managers ask for allowances and approve them, and nobody their own."""

    code = "may_not_allow"


class AllowanceMakesNoSense(Refusal):
    """For nobody or for two, of a kind that does not exist, or an amount at or below zero."""

    code = "allowance_makes_no_sense"


def ask(*, actor: User, terms: Terms, since: date, at: datetime, until: date | None = None, reason: str = "") -> Allowance:
    """Ask that a level or a person may give more where criteria fit.

    Raises:
        MayNotAllow, AllowanceMakesNoSense, two_persons.SpanMakesNoSense: it cannot be asked for.
    """
    _require_manager(actor, terms.user)
    two_persons.check_span(since, until, at)
    if fault := _fault_of(terms):
        raise AllowanceMakesNoSense(fault)
    given = {one.name: getattr(terms, one.name) for one in fields(terms)}
    with transaction.atomic():
        asked = Allowance.objects.create(asked_by=actor, asked_at=at, since=since, until=until, reason=reason[:300], **given)
        _record("support.allowance_asked", asked, actor, at)
    return asked


def approve(*, actor: User, asked: Allowance, at: datetime) -> Allowance:
    """Let it hold.

    Raises:
        MayNotAllow, two_persons.SecondPersonNeeded: the actor is no manager, gains by it, or asked for it.
    """
    _require_manager(actor, asked.user)
    with transaction.atomic():
        held = two_persons.approve(asked, actor=actor, at=at)
        _record("support.allowance_approved", held, actor, at)
    return held


def end(*, actor: User, held: Allowance, at: datetime) -> Allowance:
    """Let it hold no longer, from today on.

    Raises:
        MayNotAllow: the actor is no manager.
    """
    _require_manager(actor, None)
    with transaction.atomic():
        ended = two_persons.end(held, at=at)
        _record("support.allowance_ended", ended, actor, at)
    return ended


def held_by(user: User, level: str, on: date) -> QuerySet[Allowance]:
    """Return the allowances in force for a person and their level, those that give most first."""
    rows = Allowance.objects.filter(two_persons.in_force(on)).filter(Q(user=user) | Q(user=None, level=level or None))
    return rows.select_related("segment").order_by("-per_ticket_minor", "pk")


def whole_words(row: Allowance) -> str:
    """Say what an allowance gives."""
    kind = REMEDIES[row.remedy].label if row.remedy in REMEDIES else _("every kind")
    return _("{kind}: {amount} a ticket").format(kind=kind, amount=Money(row.per_ticket_minor, row.currency))


def _fault_of(terms: Terms) -> str:
    if bool(terms.level) == bool(terms.user) or terms.level and terms.level not in LADDER:
        return _("An allowance is for a level that gives remedies, or for a person.")
    amounts = [getattr(terms, one.name) for one in fields(terms) if one.name.endswith("_minor")]
    if any(amount is not None and amount <= 0 for amount in amounts):
        return _("An allowance gives more than nothing.")
    return _odd_criterion(terms)


def _odd_criterion(terms: Terms) -> str:
    known = {"remedy": REMEDIES, "fault": Allowance.Side.values, "tier": Customer.Tier.values}
    if odd := [name for name, values in known.items() if getattr(terms, name) not in ("", *values)]:
        return _("There is no such {name}.").format(name=odd[0])
    if terms.share_percent not in (None, *range(1, 101)):
        return _("A share is from 1 to 100 per cent.")
    if terms.certificate and not Policy.objects.filter(code=terms.certificate).exists():
        return _("A certificate is the code of a policy that has a quiz.")
    return ""


def _require_manager(actor: User, gains: User | None) -> None:
    if access.level_of(actor) not in access.STEER.levels or gains == actor:
        raise MayNotAllow(_("Only managers say where more may be given, and nobody for themselves."))


def _record(kind: str, row: Allowance, actor: User, at: datetime) -> None:
    facts = {"who": str(row.user or row.level), "what": whole_words(row), "since": row.since.isoformat()}
    recording.record(None, kind, actor=actor, at=at, about=row, facts=facts, internal=True)
