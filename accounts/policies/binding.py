"""Binding: where a policy holds, from which day on. One manager asks, another approves.

What a policy says where it is bound must be allowed by what is said more generally: a locked key is not said again, one that
may be tightened is only tightened. That is asked when a binding is asked for, approved, and when a version is published.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import two_persons
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.policies import resolving
from accounts.policies.models import Policy, PolicyBinding, PolicyVersion
from accounts.policies.resolving import Draft, Resolved
from accounts.segments.models import Segment
from accounts.timeline import recording


class OverrideRefused(Refusal):
    """A more general policy does not let this be said here."""

    code = "override_refused"


class MayNotBind(Refusal):
    """Only managers say where policy holds, or the place is not named."""

    code = "may_not_bind"


def ask(
    *, actor: User, policy: Policy, place: str, since: date, at: datetime, until: date | None = None,
    tier: str = "", segment: Segment | None = None, customer: Customer | None = None, reason: str = "",
) -> PolicyBinding:  # fmt: skip
    """Ask that a policy holds somewhere; a second manager approves.

    Raises:
        MayNotBind, two_persons.SpanMakesNoSense, OverrideRefused: it cannot.
    """
    _require_manager(actor)
    two_persons.check_span(since, until, at)
    named = {"tier": tier, "segment": segment, "node": customer, "house": True}
    if not named.get(place) or sum(bool(value) for value in (tier, segment, customer)) != (place != resolving.HOUSE):
        raise MayNotBind(_("Name the one place where it shall hold: the house, a tier, a segment or a customer."))
    asked = PolicyBinding(
        policy=policy, place=place, tier=tier, segment=segment, customer=customer, since=since, until=until,
        reason=reason, asked_by=actor, asked_at=at,
    )  # fmt: skip
    with transaction.atomic():
        _must_be_allowed(asked, on=since)
        asked.save()
        _record("accounts.policy_binding_asked", asked, actor, at)
    return asked


def approve(*, actor: User, asked: PolicyBinding, at: datetime) -> PolicyBinding:
    """Let a policy hold where somebody else asked for it.

    Raises:
        MayNotBind, two_persons.SecondPersonNeeded, OverrideRefused: it cannot.
    """
    _require_manager(actor)
    with transaction.atomic():
        _must_be_allowed(asked, on=max(asked.since, at.date()))
        held = two_persons.approve(asked, actor=actor, at=at)
        _record("accounts.policy_bound", held, actor, at)
    return held


def end(*, actor: User, held: PolicyBinding, at: datetime) -> PolicyBinding:
    """Let a policy no longer hold there, from today on; ending it anew changes nothing.

    Raises:
        MayNotBind: the actor is no manager.
    """
    _require_manager(actor)
    with transaction.atomic():
        ended = two_persons.end(held, at=at)
        _record("accounts.policy_unbound", ended, actor, at)
    return ended


def must_be_allowed(version: PolicyVersion, *, on: date) -> None:
    """Do nothing when a draft says only what is allowed wherever its policy holds.

    Raises:
        OverrideRefused: a more general policy forbids it, or another at the same place says the same key.
    """
    draft = Draft.of(version)
    for held in PolicyBinding.objects.filter(two_persons.in_force(on), policy=version.policy).select_related(
        "customer", "segment"
    ):
        _refuse_faults(held, _standing_at(held, draft, on), draft)


def _must_be_allowed(asked: PolicyBinding, *, on: date) -> None:
    """Weigh a binding that is asked for as if it held."""
    version = asked.policy.versions.filter(published_at__isnull=False).order_by("-effective_on", "-number").first()
    if version is None:
        return
    general, draft = _standing_at(asked, None, on), Draft.of(version)
    _refuse_faults(asked, {code: _with(asked, draft, general[code]) for code in draft.values}, draft)


def _with(asked: PolicyBinding, draft: Draft, general: Resolved) -> Resolved:
    """Return a key with, nearest of all, what is asked for; what is said further down is not weighed."""
    said = draft.values[general.key.code]
    where = "" if asked.place == resolving.HOUSE else asked.where
    source = resolving.Source(asked.place, where, draft.code, draft.number)
    order = resolving.ORDER.index(asked.place)
    saying = resolving.Saying(said["value"], said.get("below") or general.key.below, source, (order, 10**6, 0))
    others = [step.saying for step in general.trace if step.saying.nearness[0] <= order]
    return resolving.fold(general.key, [*others, saying])


def _standing_at(place: PolicyBinding, draft: Draft | None, on: date) -> dict[str, Resolved]:
    if place.customer:
        return resolving.resolve_many([place.customer.pk], on, draft=draft)[place.customer.pk]
    return resolving.resolve_at(place.place, on, tier=place.tier, segment=place.segment_id or 0, draft=draft)


def _refuse_faults(place: PolicyBinding, standing: dict[str, Resolved], draft: Draft) -> None:
    for code in draft.values:
        key, steps = standing[code].key, standing[code].trace
        own = [step for step in steps if step.saying.source.policy == draft.code]
        if passed_over := next((step for step in own if not step.taken), None):
            raise OverrideRefused(_("{label} at {where}: {why}").format(label=key.label, where=place.where, why=passed_over.why))
        taken = {(step.saying.source.place, step.saying.source.where) for step in own}
        for step in steps:
            source = step.saying.source
            if source.policy not in (draft.code, "") and (source.place, source.where) in taken:
                raise OverrideRefused(
                    _("{label} is said at {where} already, by {ref}.").format(label=key.label, where=place.where, ref=source.ref)
                )


def _require_manager(actor: User) -> None:
    if access.level_of(actor) not in access.STEER.levels:
        raise MayNotBind(_("Only managers say where policy holds."))


def _record(kind: str, row: PolicyBinding, actor: User, at: datetime) -> None:
    facts = {"policy": row.policy.code, "where": row.where, "since": row.since.isoformat(), "until": str(row.until or "")}
    recording.record(row.customer, kind, actor=actor, at=at, about=row, facts=facts, internal=True)
