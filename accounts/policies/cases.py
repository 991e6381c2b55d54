"""Sample cases: what a policy must bring about, written down with it and tried before each publication.

A case asks a *judge* with facts and says what it expects. The judge `value` answers a key; other topics register judges
of their own (remedies: may this level give that much). A judge sees the values as they would stand with the draft in force.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.policies import resolving
from accounts.policies.keys import named
from accounts.policies.models import PolicyBinding, PolicyVersion
from accounts.policies.resolving import Draft, Resolved

Judge = Callable[[Mapping[str, str], Mapping[str, Resolved]], str]
_judges: Final[dict[str, Judge]] = {}


@dataclass(frozen=True)
class Result:
    """How a case came out."""

    name: str
    expected: str
    got: str

    @property
    def passed(self) -> bool:
        """Say whether it came out as it should."""
        return self.got == self.expected


class CaseUnreadable(Refusal):
    """A sample case without a name, or for a judge or key that does not exist."""

    code = "case_unreadable"


def register_judge(name: str, judge: Judge) -> None:
    """Let sample cases ask `judge` under `name`."""
    _judges[name] = judge


def check(cases: Iterable[Mapping[str, Any]]) -> None:
    """Do nothing when every case can be tried.

    Raises:
        CaseUnreadable: one cannot.
    """
    for case in cases:
        if not case.get("name") or not case.get("expect"):
            raise CaseUnreadable(_("A sample case has a name and says what it expects."))
        if case.get("ask") not in _judges:
            known = ", ".join(sorted(_judges))
            raise CaseUnreadable(
                _("{case}: a sample case cannot ask {get}, only {known}.").format(
                    case=case["name"], get=case.get("ask"), known=known
                )
            )


def run(version: PolicyVersion, *, at: datetime) -> list[Result]:
    """Try the cases of a version as if it held already, in the place where its policy holds (else in the whole house)."""
    on = max(version.effective_on, at.date())
    draft = Draft.of(version)
    bound = PolicyBinding.objects.filter(policy=version.policy, approved_by__isnull=False, until=None).order_by("pk").first()
    values = _values(bound, draft, on)
    return [_tried(case, values) for case in version.cases]


def _values(bound: PolicyBinding | None, draft: Draft, on: Any) -> Mapping[str, Resolved]:
    if bound and bound.customer:
        return resolving.resolve_many([bound.customer.pk], on, draft=draft)[bound.customer.pk]
    if bound:
        return resolving.resolve_at(bound.place, on, tier=bound.tier, segment=bound.segment_id or 0, draft=draft)
    return resolving.resolve_at(resolving.HOUSE, on, draft=draft)


def _tried(case: Mapping[str, Any], values: Mapping[str, Resolved]) -> Result:
    try:
        got = _judges[case["ask"]](case.get("facts", {}), values)
    except Refusal as refusal:
        got = refusal.reason
    return Result(case["name"], case["expect"], got)


def _value(facts: Mapping[str, str], values: Mapping[str, Resolved]) -> str:
    """Answer what a key is."""
    return values[named(facts.get("key", "")).code].words


register_judge("value", _value)
