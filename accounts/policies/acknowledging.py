"""Acknowledging: our own people read a material version, answer its quiz, and only then does it let them act.

A new material version locks again, for everybody and at once; so do the days after which an acknowledgement no longer counts
(staff.acknowledgement_days). While no policy for staff is published, the day a person acknowledged the house's first
words counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access, staff
from accounts.people.models import StaffProfile, User
from accounts.policies import resolving
from accounts.policies.models import Acknowledgement, Policy, PolicyVersion
from accounts.timeline import recording

DAYS = "staff.acknowledgement_days"


@dataclass(frozen=True)
class Attempt:
    """How somebody did: right of asked, and what to read again."""

    right: int
    asked: int

    @property
    def passed(self) -> bool:
        """All of it is right."""
        return self.right == self.asked


class NotOneOfUs(Refusal):
    """A customer's person where one of our own is needed."""

    code = "not_one_of_us"


class QuizNotPassed(Refusal):
    """Not all answers were right."""

    code = "quiz_not_passed"


class NotInForce(Refusal):
    """Only what is published, and speaks to our own people, is acknowledged."""

    code = "not_in_force"


def outstanding(user: User, at: datetime) -> list[PolicyVersion]:
    """Return the versions that lock this person's authority until they are acknowledged."""
    return [version for version in _required(user, at) if not version.known]  # type: ignore[attr-defined]


def locked(at: datetime) -> list[User]:
    """Return our own people who have no authority until they acknowledge something, in four statements."""
    latest = _latest(at)
    passed = Acknowledgement.objects.filter(version__policy__in=[version.policy_id for version in latest], **_counting(at))
    known: dict[tuple[int, int], int] = {}
    for user, policy, number in passed.values_list("user", "version__policy", "version__number"):
        known[user, policy] = max(number, known.get((user, policy), 0))
    ours = User.objects.filter(is_active=True, staff_profile__isnull=False).order_by("email")
    return [user for user in ours if any(known.get((user.pk, each.policy_id), 0) < each.number for each in latest)]


def has_acknowledged(user: User, at: datetime) -> bool:
    """Say whether a person knows everything that their authority rests on."""
    required = _required(user, at)
    if required:
        return all(version.known for version in required)  # type: ignore[attr-defined]
    return StaffProfile.objects.filter(user=user, policy_acknowledged_at__isnull=False).exists()


def certificates(user: User, at: datetime) -> frozenset[str]:
    """Return the codes of the policies whose quiz a person passed, within the days an acknowledgement counts."""
    passed = Acknowledgement.objects.filter(user=user, right=F("asked"), asked__gt=0, at__gt=at - timedelta(days=_days(at)))
    return frozenset(passed.values_list("version__policy__code", flat=True))


def certified(code: str, at: datetime) -> QuerySet[Acknowledgement, int]:
    """Return the ids of everybody who passed the quiz of the policy `code`, within the days an acknowledgement counts."""
    counting = Acknowledgement.objects.filter(right=F("asked"), asked__gt=0, at__gt=at - timedelta(days=_days(at)))
    return counting.filter(version__policy__code=code).values_list("user_id", flat=True)


def acknowledge(*, actor: User, version: PolicyVersion, answers: Sequence[int | None], at: datetime) -> Acknowledgement:
    """Answer the quiz of a version; with everything right it is acknowledged. The attempt is kept either way.

    Raises:
        NotOneOfUs, NotInForce: it is not theirs to acknowledge.
        QuizNotPassed: something was wrong; which clauses to read again is said, not the answers.
    """
    if not access.level_of(actor):
        raise NotOneOfUs(_("Only our own people acknowledge policy."))
    if version.published_at is None or version.policy.audience != Policy.Audience.STAFF:
        raise NotInForce(_("Only a published policy for our own people is acknowledged."))
    attempt = graded(version, answers)
    with transaction.atomic():
        kept = Acknowledgement.objects.create(user=actor, version=version, at=at, right=attempt.right, asked=attempt.asked)
        if attempt.passed:
            staff.acknowledge_policy(user=actor, at=at)
            told = {"email": actor.email, "policy": str(version)}
            recording.record(None, "accounts.version_acknowledged", actor=actor, at=at, about=version, facts=told, internal=True)
    if not attempt.passed:
        raise QuizNotPassed(
            _("{right} of {asked} right. Read the clauses once more and try again.").format(
                right=attempt.right, asked=attempt.asked
            )
        )
    return kept


def graded(version: PolicyVersion, answers: Sequence[int | None]) -> Attempt:
    """Count the right answers."""
    given = [*answers, *[None] * len(version.quiz)]
    right = sum(given[place] == question["answer"] for place, question in enumerate(version.quiz))
    return Attempt(right, len(version.quiz))


def pass_rate(version: PolicyVersion) -> tuple[int, int]:
    """Return how many attempts at a version's quiz passed, and how many there were."""
    attempts = Acknowledgement.objects.filter(version=version)
    return attempts.filter(right=F("asked")).count(), attempts.count()


def pass_rates(versions: Iterable[PolicyVersion]) -> dict[int, tuple[int, int]]:
    """Return for each version, by its key, how many attempts at its quiz passed and how many there were, if any."""
    attempts = Acknowledgement.objects.filter(version__in=[version.pk for version in versions]).order_by()
    counted = attempts.values_list("version").annotate(passed=Count("pk", filter=Q(right=F("asked"))), tried=Count("pk"))
    return {version: (passed, tried) for version, passed, tried in counted}


def _required(user: User, at: datetime) -> QuerySet[PolicyVersion]:
    """Return what everyone must know, each version marked whether the person knows it."""
    known = Acknowledgement.objects.filter(
        user=user, version__policy=OuterRef("policy"), version__number__gte=OuterRef("number"), **_counting(at)
    )
    return _latest(at).annotate(known=Exists(known)).select_related("policy").order_by("policy__code")


def _latest(at: datetime) -> QuerySet[PolicyVersion]:
    """Return the last material version in force of each policy for staff."""
    in_force = PolicyVersion.objects.published().filter(
        policy__audience=Policy.Audience.STAFF, material=True, effective_on__lte=at.date()
    )
    later = in_force.filter(policy=OuterRef("policy")).filter(
        Q(effective_on__gt=OuterRef("effective_on")) | Q(effective_on=OuterRef("effective_on"), number__gt=OuterRef("number"))
    )
    return in_force.exclude(Exists(later))


def _counting(at: datetime) -> dict[str, object]:
    """Return what makes an attempt an acknowledgement: everything right, and no longer ago than the policy's days."""
    return {"right": F("asked"), "at__gt": at - timedelta(days=_days(at))}


def _days(at: datetime) -> int:
    return int(resolving.resolve_at(resolving.HOUSE, at.date(), [DAYS])[DAYS].value)
