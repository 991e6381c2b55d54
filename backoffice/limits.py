"""How far a person's authority goes, in words for the screen."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.people.models import User
from billing.money import Money
from support.remedies.held import held
from window.formats import amount


def in_words(viewer: User, *, on: date) -> str:
    """Say how much the viewer may give on a ticket and in a day, in each currency; nothing for those who may give nothing."""
    return " · ".join(_words(one.per_ticket, one.per_day) for one in held(viewer, on) if not one.remedy)


def _words(per_ticket: Money, per_day: Money | None) -> str:
    ticket = amount(per_ticket.amount_minor, per_ticket.currency)
    if per_day is None:
        return _("up to %(ticket)s a ticket") % {"ticket": ticket}
    return _("up to %(ticket)s a ticket, %(day)s a day") % {
        "ticket": ticket,
        "day": amount(per_day.amount_minor, per_day.currency),
    }
