"""Wishes about privacy for tests."""

from datetime import UTC, datetime

from accounts.people.models import User
from accounts.privacy.models import Erasure
from tests.factories import people

ASKED_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def erasure(person: User | None = None, status: str = Erasure.Status.PREVIEWED) -> Erasure:
    """The wish of a person to be forgotten, asked for by themselves, that waits for a second person."""
    person = person or people.person()
    return Erasure.objects.create(person=person, asked_by=person, asked_at=ASKED_AT, status=status)
