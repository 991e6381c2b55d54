"""Consents: what a person allowed us to do with something of theirs, from when, and until they took it back.

A consent is for one *purpose* and about one thing (`about`, such as "praise:12"). Given twice it is one; taken back it ends at
once.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.people.models import User
from accounts.privacy.models import Consent


def give(*, actor: User, purpose: str, about: str, at: datetime) -> Consent:
    """Keep that `actor` allows `purpose` for the thing `about` of theirs; again returns the one there is."""
    return Consent.objects.get_or_create(
        person=actor, purpose=purpose, about=about, withdrawn_at=None, defaults={"given_at": at}
    )[0]


def take_back(*, actor: User, purpose: str, about: str, at: datetime) -> None:
    """End the consent of `actor`; where there is none, nothing changes."""
    with transaction.atomic():
        Consent.objects.filter(person=actor, purpose=purpose, about=about, withdrawn_at=None).update(withdrawn_at=at)


def standing(purpose: str) -> QuerySet[Consent]:
    """Return the consents to a purpose that hold, of people who are still with us, the latest first."""
    held = Consent.objects.filter(purpose=purpose, withdrawn_at=None, person__is_active=True)
    return held.order_by("-given_at", "-pk")
