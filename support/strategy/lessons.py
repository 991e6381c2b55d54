"""Lessons: what we learned from something that happened, and which version of a policy changed because of it."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.policies.models import Policy, PolicyVersion
from accounts.timeline import recording
from support.strategy import writing
from support.strategy.models import Lesson
from support.tickets.models import Ticket


class NoLesson(Refusal):
    """A lesson says what happened, what was learned, and names a published version."""

    code = "no_lesson"


def note(
    *, actor: User, happened: str, learned: str, version: PolicyVersion, ticket: Ticket | None = None, at: datetime
) -> Lesson:
    """Note a lesson; it stays.

    Raises:
        MayNotSteer, NoLesson: the actor is no manager; or words are missing, or the version was never published.
    """
    writing.must_steer(actor)
    if not happened.strip() or not learned.strip():
        raise NoLesson(_("Say what happened and what we learned."))
    if version.published_at is None:
        raise NoLesson(_("Name a version that was published: a draft has changed nothing yet."))
    with transaction.atomic():
        made = Lesson.objects.create(
            happened=happened.strip()[:500], learned=learned.strip()[:500], version=version, ticket=ticket, noted_by=actor,
            noted_at=at,
        )  # fmt: skip
        facts = {"learned": made.learned, "policy": str(version)}
        recording.record(None, "support.lesson_noted", actor=actor, at=at, about=made, facts=facts, internal=True)
    return made


def of_policy(policy: Policy) -> QuerySet[Lesson]:
    """Return what led to versions of a policy, latest first."""
    return listed().filter(version__policy=policy)


def listed() -> QuerySet[Lesson]:
    """Return every lesson, latest first."""
    return Lesson.objects.select_related("version__policy", "ticket", "noted_by")
