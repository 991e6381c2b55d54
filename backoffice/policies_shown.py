"""Policies as our own people read them: what holds here and why, every document, what it decided, and what was excepted."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.customers import facts
from accounts.customers.models import Customer
from accounts.people import access
from accounts.people.models import Membership, StaffProfile, User
from accounts.policies import acknowledging, log, publishing, resolving, simulating
from accounts.policies.keys import KEYS, Key
from accounts.policies.models import Policy, PolicyVersion
from accounts.policies.resolving import Resolved, Source
from accounts.quality import changes
from accounts.quality.models import ChangeRequest
from support.strategy import lessons
from window import policy_words

OUTCOMES = (log.FIRED, log.BLOCKED, log.OVERRIDDEN)
MOST_CASES = 100


def in_force_at(customer: Customer, on: date) -> list[dict[str, object]]:
    """Return each key that policy speaks of at a customer: its value, who says so, and what was passed over."""
    values = resolving.resolve_many([customer.pk], on)[customer.pk]
    return [_key(resolved, customer.currency) for resolved in values.values() if resolved.is_said]


def rules_of_engagement(customer: Customer, on: date) -> list[dict[str, object]]:
    """Return what was published for the tier, the segments and the node of a customer: each document with its clauses.

    What holds for everybody is left out; it is read under the policies.
    """
    near = [one for one in resolving.documents(customer, on, Policy.Audience.STAFF) if one.place != resolving.HOUSE]
    versions = PolicyVersion.objects.select_related("policy").in_bulk([source.version for source in near])
    return [{"source": source, "where": _where(source), "version": versions[source.version]} for source in near if source.version]


def documents(*, at: datetime) -> list[dict[str, object]]:
    """Return every policy with the version in force and what it decided lately."""
    versions, counted = publishing.all_in_force(at.date()), log.counts_by_policy(at=at)
    return [
        {
            "policy": policy,
            "version": versions.get(policy.pk),
            "counts": counted.get(policy.pk, log.Counts()),
            "overdue": policy.review_on <= at.date(),
        }
        for policy in Policy.objects.order_by("audience", "code")
    ]


def document(policy: Policy, viewer: User, *, at: datetime, show: str = "") -> dict[str, object]:
    """Return one policy as its page shows it."""
    version = publishing.in_force(policy, at.date())
    counted, held = log.counts(at=at, policy=policy.pk), policy.bindings.filter(approved_by__isnull=False)
    return {
        "policy": policy,
        "version": version,
        "values": _values(version),
        "counts": [(outcome, getattr(counted, outcome)) for outcome in OUTCOMES],
        "show": show if show in OUTCOMES else "",
        "cases": log.cases(at=at, policy=policy.pk, outcome=show)[:MOST_CASES] if show in OUTCOMES else [],
        "versions": _versions(policy),
        "bindings": held.select_related("segment", "customer").order_by("-since", "pk"),
        "overdue": policy.review_on <= at.date(),
        "lessons": lessons.of_policy(policy)[:MOST_CASES],
        "passed": acknowledging.pass_rate(version) if version else (0, 0),
        "unread": any(waiting.policy_id == policy.pk for waiting in acknowledging.outstanding(viewer, at)),
    }


def matrix() -> dict[str, object]:
    """Return who may do what: the one table of access, roles and levels across."""
    across = [*Membership.Role.choices, *StaffProfile.Level.choices]
    rows = [
        {
            "action": action.code.replace("_", " ").capitalize(),
            "cells": [value in action.roles | action.levels for value, _label in across],
        }
        for action in access.ACTIONS
    ]
    return {"across": [label for _value, label in across], "rows": rows, "details": changes_of_details()}


def changes_of_details() -> list[dict[str, str]]:
    """Return for each change of a customer's details what it may change, which roles ask for it, and who decides."""
    alone, by_another = _("Nobody: it holds as asked"), _("An administrator of the customer, or above it, who did not ask")
    deciders = {
        ChangeRequest.What.PAYER: _("An administrator of one of the two customers, who did not ask"),
        ChangeRequest.What.POSITION: _("An administrator of both places or our own people, as policy says; never who asked"),
    }
    asking = ", ".join(str(label) for role, label in Membership.Role.choices if role in access.REQUEST_CHANGES.roles)
    return [
        {
            "what": str(ChangeRequest.What(what).label).capitalize(),
            "facts": ", ".join(str(facts.label(name)) for name in names),
            "asked_by": asking,
            "decided_by": deciders.get(ChangeRequest.What(what), by_another if what in changes.NEEDS_APPROVAL else alone),
        }
        for what, names in changes.FACTS.items()
    ]


def _versions(policy: Policy) -> list[dict[str, object]]:
    """Return the versions that were published, the latest first, each with what it would have changed before."""
    published = policy.versions.published().select_related("published_by").order_by("-number")
    names = ("number", "effective_on", "published_by", "note")
    return [
        {name: getattr(each, name) for name in names} | {"simulated": simulating.sentence(each.simulation)} for each in published
    ]


def _key(resolved: Resolved, currency: str) -> dict[str, object]:
    source, steps = resolved.source, resolved.trace
    earlier = [step.saying for step in steps[:-1] if step.taken and step.saying.source != source]
    log_page = reverse("backoffice:exceptions")
    return {
        "label": resolved.key.label,
        "value": policy_words.of(resolved.key, resolved.value, currency),
        "ref": source.ref,
        "where": _where(source),
        "url": reverse("backoffice:policy", args=[source.policy]) if source.policy else log_page,
        "overridden": [f"{saying.source.ref}: {policy_words.of(resolved.key, saying.value, currency)}" for saying in earlier],
        "passed_over": [step.why for step in steps if not step.taken],
    }


def _where(source: Source) -> str:
    places = {
        resolving.HOUSE: _("for everybody"),
        resolving.TIER: _("tier %(name)s"),
        resolving.SEGMENT: _("segment %(name)s"),
        resolving.NODE: _("at %(name)s"),
        resolving.EXCEPTION: _("exception at %(name)s"),
    }
    words = places[source.place]
    return words % {"name": source.where} if "%" in words else words


def _values(version: PolicyVersion | None) -> list[dict[str, str]]:
    said = version.values.items() if version else ()
    return [_said(KEYS[code], one) for code, one in said if code in KEYS]


def _said(key: Key, one: Mapping[str, Any]) -> dict[str, str]:
    return {
        "label": key.label, "code": key.code, "meaning": key.meaning, "enforced_by": key.enforced_by,
        "value": policy_words.of(key, one["value"]), "clause": one.get("clause", ""),
        "below": publishing.BELOW_WORDS[resolving.stricter(key.below, one.get("below") or key.below)],
    }  # fmt: skip
