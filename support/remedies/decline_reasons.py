"""Reasons to decline: what managers allow our people to say no for, with its clause, words and alternative."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.remedies.models import DeclineReason


class ReasonIncomplete(Refusal):
    """A reason names a clause, says why in plain words and offers something else; managers write it."""

    code = "reason_incomplete"


def define(
    *,
    actor: User,
    code: str,
    label: str,
    clause: str,
    words: str,
    alternative: str,
    at: datetime,
    active: bool = True,
    position: int = 0,
) -> DeclineReason:
    """Set a reason, new or known by its code. What was declined before keeps the words it was declined with.

    Raises:
        ReasonIncomplete: the actor may not, or a part is missing.
    """
    if not access.may_anywhere(actor, access.STEER):
        raise ReasonIncomplete(_("Only managers set the reasons to decline."))
    facts = {"label": label.strip(), "clause": clause.strip(), "words": words.strip(), "alternative": alternative.strip()}
    if not all(facts.values()):
        raise ReasonIncomplete(_("A reason has a label, a clause, words for the customer and an alternative."))
    with transaction.atomic():
        reason, _new = DeclineReason.objects.update_or_create(
            code=code, defaults=facts | {"active": active, "position": position}
        )
        told = {"label": reason.label, "clause": reason.clause}
        recording.record(None, "support.decline_reason_set", actor=actor, at=at, about=reason, facts=told, internal=True)
    return reason


def offered() -> list[DeclineReason]:
    """Return the reasons that may be given now, in their order."""
    return list(DeclineReason.objects.filter(active=True))
