"""The wall: praise that everybody who works here may read, because who gave it said so.

Who gave the praise puts it there and takes it down again, at any time; nobody else does.
"""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people.models import User
from accounts.privacy import consents
from accounts.privacy.models import Consent
from support.voice.models import Praise

PURPOSE: Final = Consent.Purpose.PRAISE_WALL.value


class NotYourPraise(Refusal):
    """Only who gave a praise says who may read it."""

    code = "not_your_praise"


def put_up(*, actor: User, praise: Praise, at: datetime) -> None:
    """Let everybody who works here read a praise. Again changes nothing.

    Raises:
        NotYourPraise: somebody else gave it.
    """
    _require_theirs(actor, praise)
    consents.give(actor=actor, purpose=PURPOSE, about=_about(praise), at=at)


def take_down(*, actor: User, praise: Praise, at: datetime) -> None:
    """Let only those read it whom it was for. Again changes nothing.

    Raises:
        NotYourPraise: somebody else gave it.
    """
    _require_theirs(actor, praise)
    consents.take_back(actor=actor, purpose=PURPOSE, about=_about(praise), at=at)


def is_up(praise: Praise) -> bool:
    """Say whether a praise is on the wall."""
    return consents.standing(PURPOSE).filter(person=praise.given_by_id, about=_about(praise)).exists()


def shown(most: int) -> list[Praise]:
    """Return the praise on the wall that was put into words, what was allowed last on top."""
    held = list(consents.standing(PURPOSE).values_list("about", flat=True)[:most])
    keys = [int(about.partition(":")[2]) for about in held]
    known = Praise.objects.exclude(words="").select_related("customer", "given_by", "to", "ticket").in_bulk(keys)
    return [known[key] for key in keys if key in known]


def _about(praise: Praise) -> str:
    return f"praise:{praise.pk}"


def _require_theirs(actor: User, praise: Praise) -> None:
    if actor.pk != praise.given_by_id:
        raise NotYourPraise(_("Only who gave it says who may read it."))
