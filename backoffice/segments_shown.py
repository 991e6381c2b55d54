"""Segments as they are shown to our own people: who is meant, who is in them, what they change, and who knows it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q

from accounts import two_persons
from accounts.policies import acknowledging, publishing
from accounts.policies.models import PolicyBinding, PolicyVersion
from accounts.segments.models import Condition, Segment


@dataclass(frozen=True)
class Known:
    """A policy that holds for a segment, in force, with how many attempts at its quiz passed and how many there were."""

    version: PolicyVersion
    passed: int
    attempts: int

    @property
    def rate(self) -> int | None:
        """Attempts that passed, in per cent; None while nobody tried."""
        return self.passed * 100 // self.attempts if self.attempts else None


@dataclass(frozen=True)
class Shown:
    """One segment with what hangs on it."""

    segment: Segment
    customers: int
    policies: list[Known] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)


def every(on: date) -> list[Shown]:
    """Return all segments in use, the one that speaks first on top; the same few statements however many there are."""
    inside = Q(memberships__since__lte=on) & (Q(memberships__until=None) | Q(memberships__until__gt=on))
    found = Segment.objects.filter(active=True).annotate(customers=Count("memberships", filter=inside)).order_by("-rank", "code")
    bound = PolicyBinding.objects.filter(two_persons.in_force(on), segment__isnull=False).order_by("policy_id")
    agreed = Condition.objects.filter(two_persons.in_force(on), segment__isnull=False).order_by("kind", "pk")
    policies, conditions = _policies(bound, on), _by_segment(agreed)
    return [Shown(one, one.customers, policies.get(one.pk, []), conditions.get(one.pk, [])) for one in found]


def _policies(bound: Iterable[PolicyBinding], on: date) -> dict[int, list[Known]]:
    versions = publishing.all_in_force(on)
    rates = acknowledging.pass_rates(versions.values())
    found: dict[int, list[Known]] = defaultdict(list)
    for binding in bound:
        if binding.segment_id and binding.policy_id in versions:
            version = versions[binding.policy_id]
            found[binding.segment_id].append(Known(version, *rates.get(version.pk, (0, 0))))
    return found


def _by_segment(agreed: Iterable[Condition]) -> dict[int, list[Condition]]:
    found: dict[int, list[Condition]] = defaultdict(list)
    for condition in agreed:
        if condition.segment_id:
            found[condition.segment_id].append(condition)
    return found
