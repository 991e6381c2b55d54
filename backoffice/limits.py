"""How far a person's authority goes, in words for the screen."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.people.models import User
from support.remedies import limits
from window.formats import amount


def in_words(viewer: User, *, on: date) -> str:
    """Say how much the viewer may give on a ticket and in a day, in each currency; nothing for those who may give nothing."""
    held = limits.rows_for(viewer, on)
    return " · ".join(
        _("up to %(ticket)s a ticket, %(day)s a day")
        % {"ticket": amount(limit.per_ticket_minor, limit.currency), "day": amount(limit.per_day_minor, limit.currency)}
        for limit in held
    )
