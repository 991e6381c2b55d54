"""Setup: is everything there that putting things right needs? One light for each: green, amber or red, and what to do.

Limits exist for every level that gives; every account that a remedy books is mapped; finance is told, and told in time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people import access
from accounts.people.models import StaffProfile
from accounts.timeline.models import Delivery
from support.remedies import limits
from support.remedies.books import mapping
from support.remedies.kinds import REMEDIES
from support.remedies.policy_limits import LADDER

GREEN, AMBER, RED = "green", "amber", "red"
LATE: Final = timedelta(minutes=10)
TOLD: Final = ("finance.row_written", "finance.row_answered")


@dataclass(frozen=True)
class Light:
    """One thing that must be right: its name, its light, how it stands, and the page where it is put right."""

    name: str
    light: str
    words: str
    place: str = ""


def lights(at: datetime) -> list[Light]:
    """Return all lights, in the order in which they are looked at."""
    return [*_limits(at), *_accounts(), _people(), _delivery(at)]


def _limits(at: datetime) -> list[Light]:
    rows = list(limits.in_force(at.date()))
    found = []
    for level in LADDER:
        name = _("Limits of the {level}").format(level=StaffProfile.Level(level).label.lower())
        own = [row for row in rows if row.level == level]
        if own:
            currencies = ", ".join(sorted({row.currency for row in own}))
            found.append(Light(name, GREEN, _("Set for {currencies}.").format(currencies=currencies), "authority"))
        else:
            words = _("No limit is in force, so only policy says what they may give.")
            found.append(Light(name, AMBER, words, "authority"))
    return found


def _accounts() -> list[Light]:
    mapped = mapping.numbers()
    found = []
    for remedy in REMEDIES.values():
        name = _("Ledger accounts of “{remedy}”").format(remedy=remedy.label)
        if lacking := mapping.missing(remedy.accounts, mapped):
            words = _("Not mapped: {accounts}. Until then it cannot be given.").format(accounts=", ".join(lacking))
            found.append(Light(name, RED, words, "accounts"))
        elif remedy.accounts:
            found.append(Light(name, GREEN, _("All mapped."), "accounts"))
    return found


def _people() -> Light:
    count = StaffProfile.objects.filter(level=access.FINANCE, user__is_active=True).count()
    told = ngettext("{count} person is told.", "{count} people are told.", count).format(count=count)
    words = told if count else _("Nobody in finance is told of a remedy.")
    return Light(_("Finance"), GREEN if count else RED, words)


def _delivery(at: datetime) -> Light:
    told = Delivery.objects.filter(activity__kind__in=TOLD)
    given_up = told.filter(status=Delivery.Status.GIVEN_UP).count()
    late = told.filter(status=Delivery.Status.WAITING, activity__at__lt=at - LATE).count()
    if given_up:
        return Light(_("Feed to finance"), RED, _("{count} mails could not be delivered at all.").format(count=given_up))
    if late:
        words = _("{count} mails wait for longer than ten minutes; the inbox shows their rows all the same.")
        return Light(_("Feed to finance"), AMBER, words.format(count=late))
    return Light(_("Feed to finance"), GREEN, _("Everything was delivered in time."))
