"""Publishing: a draft becomes a version in force, by a second person, after its sample cases and a look at the past.

One draft stands per policy; who writes on it never publishes it. Publishing is refused while a sample case comes out otherwise
than it says, while it says what a more general policy forbids, and without any case at all. It holds from its day on,
today at the earliest; what it would have changed in the last days is kept with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access, second_person
from accounts.people.models import User
from accounts.policies import binding, cases, keys, simulating
from accounts.policies.keys import KEYS, STRICTNESS, Below
from accounts.policies.models import Policy, PolicyVersion
from accounts.timeline import recording

BELOW_WORDS: Final = {Below.LOCKED: "locked", Below.TIGHTEN: "may tighten", Below.LOOSEN: "may loosen"}


@dataclass(frozen=True)
class Content:
    """What a version says: values by key, clauses with ids, sample cases, a quiz."""

    values: dict[str, Any]
    clauses: list[dict[str, str]]
    cases: list[dict[str, Any]] = field(default_factory=list)
    quiz: list[dict[str, Any]] = field(default_factory=list)
    material: bool = True
    note: str = ""


class MayNotSteer(Refusal):
    """Only managers write and publish policy."""

    code = "may_not_steer"


class ContentMakesNoSense(Refusal):
    """A clause without words, a value of an unknown key, a laxer lock than declared, a quiz without a right answer."""

    code = "content_makes_no_sense"


class NotToBePublished(Refusal):
    """It is published already, its cases fail or are missing, or the same person wrote on it."""

    code = "not_to_be_published"


def require_manager(actor: User) -> None:
    """Do nothing for a manager.

    Raises:
        MayNotSteer: anybody else.
    """
    if access.level_of(actor) not in access.STEER.levels:
        raise MayNotSteer(_("Only managers write and publish policy."))


def define(
    *, actor: User, code: str, name: str, audience: str, review_on: date, at: datetime, owner: User | None = None
) -> Policy:
    """Return the policy with this code, made or brought up to date; its audience stays once a version speaks to it.

    Who keeps it stays unless another `owner` is named; the first is who makes it.

    Raises:
        MayNotSteer, ContentMakesNoSense: the actor may not; or it would speak to others than its versions were written for.
    """
    require_manager(actor)
    with transaction.atomic():
        kept = Policy.objects.select_for_update(of=("self",)).select_related("owner").filter(code=code).first()
        keeper = owner or (kept.owner if kept else actor)
        if kept and kept.audience != audience and kept.versions.exists():
            raise ContentMakesNoSense(_("Whom a policy speaks to does not change; make another policy."))
        facts = {"name": name, "audience": audience, "review_on": review_on, "owner": keeper}
        policy, made = Policy.objects.update_or_create(code=code, defaults=facts)
        told = {"policy": code, "name": name, "audience": audience, "review_on": review_on.isoformat()}
        recording.record(None, "accounts.policy_defined", actor=actor, at=at, about=policy, facts=told, internal=True)
    return policy


def write(*, actor: User, policy: Policy, content: Content, effective_on: date, at: datetime) -> PolicyVersion:
    """Write the draft of a policy: a new one, or the one that stands, which then also counts the actor as its editor.

    Raises:
        MayNotSteer, ContentMakesNoSense, keys.KeyUnknown, keys.ValueUnreadable: it cannot be said.
    """
    require_manager(actor)
    _must_make_sense(content)
    with transaction.atomic():
        policy = Policy.objects.select_for_update().get(pk=policy.pk)
        draft = policy.versions.filter(published_at=None).first() or _new_draft(policy, at)
        for name, value in vars(content).items():
            setattr(draft, name, value)
        draft.effective_on = effective_on
        draft.editors = sorted({*draft.editors, actor.pk})
        draft.save()
    return draft


def publish(*, actor: User, version: PolicyVersion, at: datetime) -> PolicyVersion:
    """Put a draft in force from its day on (today at the earliest), and keep what it would have changed.

    Raises:
        MayNotSteer, NotToBePublished: the actor may not, or the draft is not ready.
        binding.OverrideRefused: a more general policy forbids what it says.
    """
    require_manager(actor)
    with transaction.atomic():
        draft = PolicyVersion.objects.select_for_update(of=("self",)).select_related("policy").get(pk=version.pk)
        _must_be_ready(draft, actor, at)
        draft.effective_on = max(draft.effective_on, at.date())
        draft.simulation = simulating.simulate(draft, at=at).kept
        draft.published_by, draft.published_at = actor, at
        draft.save(update_fields=["effective_on", "simulation", "published_by", "published_at"])
        told = {"policy": str(draft), "since": draft.effective_on.isoformat(), "note": draft.note, "material": draft.material}
        recording.record(None, "accounts.policy_published", actor=actor, at=at, about=draft, facts=told, internal=True)
    return draft


def in_force(policy: Policy, on: date) -> PolicyVersion | None:
    """Return the version of a policy that holds on a day."""
    return policy.versions.filter(published_at__isnull=False, effective_on__lte=on).order_by("-effective_on", "-number").first()


def all_in_force(on: date) -> dict[int, PolicyVersion]:
    """Return the version of every policy that holds on a day, with its policy, by the policy's key, in one statement."""
    holding = PolicyVersion.objects.published().filter(effective_on__lte=on).select_related("policy")
    latest = holding.order_by("policy_id", "-effective_on", "-number").distinct("policy_id")
    return {version.policy_id: version for version in latest}


def changes(version: PolicyVersion, before: PolicyVersion | None) -> list[dict[str, str]]:
    """Return what a version says otherwise than another: values, locks and clauses, each before and after."""
    old, new = (_said(each) for each in (before, version))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [{"label": name, "before": old.get(name, "–"), "after": new.get(name, "–")} for name in names]


def _said(version: PolicyVersion | None) -> dict[str, str]:
    if version is None:
        return {}
    values = {KEYS[code].label: _value_words(code, said) for code, said in version.values.items() if code in KEYS}
    return values | {f"§ {clause['id']}": clause["text"] for clause in version.clauses}


def _value_words(code: str, said: dict[str, Any]) -> str:
    below = said.get("below") or KEYS[code].below
    return f"{KEYS[code].words(said['value'])} ({BELOW_WORDS[Below(below)]})"


def _new_draft(policy: Policy, at: datetime) -> PolicyVersion:
    last = policy.versions.aggregate(last=Max("number"))["last"] or 0
    return PolicyVersion(policy=policy, number=last + 1, drafted_at=at)


def _must_make_sense(content: Content) -> None:
    for code, said in content.values.items():
        keys.check(code, said.get("value"))
        below = said.get("below") or KEYS[code].below
        if below not in list(Below) or STRICTNESS.index(Below(below)) < STRICTNESS.index(KEYS[code].below):
            raise ContentMakesNoSense(
                _("{label}: further down it is {value}, never laxer.").format(
                    label=KEYS[code].label, value=KEYS[code].below.value
                )
            )
    if fault := _fault_of_texts(content.clauses) or _fault_of_quiz(content.quiz):
        raise ContentMakesNoSense(fault)
    cases.check(content.cases)


def _fault_of_texts(clauses: Sequence[dict[str, str]]) -> str:
    ids = [clause.get("id", "") for clause in clauses]
    if not clauses or not all(clause.get("id") and clause.get("text") for clause in clauses):
        return "A policy has at least one clause, and each clause an id and words."
    return "" if len(ids) == len(set(ids)) else "Two clauses have the same id."


def _fault_of_quiz(quiz: Sequence[dict[str, Any]]) -> str:
    for question in quiz:
        options = question.get("options", [])
        if not question.get("question") or len(options) < 2 or question.get("answer") not in range(len(options)):
            return "Each question of the quiz has at least two options, one of them right."
    return ""


def _must_be_ready(draft: PolicyVersion, actor: User, at: datetime) -> None:
    if draft.published_at:
        raise NotToBePublished(_("{draft} is published already.").format(draft=draft))
    own = _("You wrote on this draft yourself; a second person publishes it.")
    second = second_person.decide(actor, *User.objects.filter(pk__in=draft.editors), reason=own, code="second_person_needed")
    if not second.allowed:
        raise NotToBePublished(second.reason, code=second.code)
    if not draft.cases:
        raise NotToBePublished(_("A policy is published with at least one sample case that shows what it does."))
    if failing := [result for result in cases.run(draft, at=at) if not result.passed]:
        told = "; ".join(f"{result.name}: expected {result.expected}, got {result.got}" for result in failing)
        raise NotToBePublished(
            _("{count} of {cases} sample cases fail. {told}").format(count=len(failing), cases=len(draft.cases), told=told),
            code="sample_cases_fail",
        )
    binding.must_be_allowed(draft, on=max(draft.effective_on, at.date()))
