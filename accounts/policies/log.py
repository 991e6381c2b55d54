"""The log of what policy decided: let pass, blocked or overridden, with the version that spoke and the case it spoke in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.policies.models import Firing, PolicyVersion
from accounts.policies.resolving import CONDITION, EXCEPTION, Resolved

LATELY: Final = timedelta(days=30)
FIRED, BLOCKED, OVERRIDDEN = (outcome.value for outcome in Firing.Outcome)

_COUNTED: Final = {
    outcome: Count("about_ref", filter=Q(outcome=outcome), distinct=True) for outcome in (FIRED, BLOCKED, OVERRIDDEN)
}


@dataclass(frozen=True)
class Counts:
    """How often something was let pass, blocked and overridden."""

    fired: int = 0
    blocked: int = 0
    overridden: int = 0


def note(
    resolved: Iterable[Resolved],
    *,
    outcome: str,
    customer: Customer,
    actor: User | None,
    about: tuple[str, str],
    words: str,
    at: datetime,
) -> None:
    """Note what the versions behind some keys decided about a case (its kind and ref). Keys nobody spoke of are left out."""
    Firing.objects.bulk_create(
        Firing(
            version_id=version, key=one.key.code, outcome=outcome, customer=customer, actor=actor,
            about_kind=about[0], about_ref=about[1], words=words[:400], at=at,
        )
        for one in resolved
        if (version := one.source.version) and one.source.place not in (EXCEPTION, CONDITION)
    )  # fmt: skip


def counts_by_policy(*, at: datetime) -> dict[int, Counts]:
    """Count what every policy decided in the last 30 days, by the policy's key."""
    rows = Firing.objects.filter(at__gt=at - LATELY, at__lte=at).order_by().values_list("version__policy")
    return {policy: Counts(*counted) for policy, *counted in rows.annotate(**_COUNTED)}


def counts(*, at: datetime, version: PolicyVersion | None = None, policy: int | None = None) -> Counts:
    """Count what a version, or a policy in all its versions, decided in the last 30 days, each case once an outcome."""
    rows = Firing.objects.filter(at__gt=at - LATELY, at__lte=at)
    rows = rows.filter(version=version) if version else rows.filter(version__policy=policy) if policy else rows
    return Counts(**rows.aggregate(**_COUNTED))


def cases(*, at: datetime, policy: int, outcome: str) -> QuerySet[Firing]:
    """Return the cases that a policy decided in the last 30 days with one outcome, each once, the newest first."""
    rows = Firing.objects.filter(version__policy=policy, outcome=outcome, at__gt=at - LATELY, at__lte=at)
    last_of_each = rows.order_by("about_ref", "-at", "-pk").distinct("about_ref").values("pk")
    found = Firing.objects.filter(pk__in=last_of_each)
    return found.select_related("version__policy", "customer", "actor").order_by("-at", "-pk")
