"""How far a person's authority goes, in words for the screen."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.people.models import User
from billing.money import Money
from support.remedies.held import held
from window.formats import amount


def in_words(viewer: User, *, on: date) -> str:
    """Say how much the viewer may give on a ticket and in a day, and in which other currencies; nothing where it is nothing."""
    found = [one for one in held(viewer, on) if not one.remedy]
    words = [_words(one.per_ticket, one.per_day) for one in found[:1]]
    others = ", ".join(one.per_ticket.currency for one in found[1:])
    return _("%(first)s; also in %(others)s") % {"first": words[0], "others": others} if others else "".join(words)


def _words(per_ticket: Money, per_day: Money | None) -> str:
    ticket = amount(per_ticket.amount_minor, per_ticket.currency)
    if per_day is None:
        return _("up to %(ticket)s a ticket") % {"ticket": ticket}
    return _("up to %(ticket)s a ticket, %(day)s a day") % {
        "ticket": ticket,
        "day": amount(per_day.amount_minor, per_day.currency),
    }
