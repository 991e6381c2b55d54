"""What a person chose and was told, as the pages show it."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.timeline import reading
from accounts.timeline.models import Activity
from support.notices import groups, letters, preferences
from support.notices import news as told_news
from support.notices.models import Way
from support.notices.table import NOTICES
from window.telling import TellingForm

WAYS: Final = (
    (Way.MAIL.value, _("by mail at once")),
    (Way.DAILY.value, _("in a mail once a day")),
    (Way.WEEKLY.value, _("in a mail once a week")),
    (Way.PORTAL.value, _("only under News, no mail")),
)


@dataclass(frozen=True)
class NewsRow:
    """Something a person was told: the sentence, where to look, how it was told."""

    activity: Activity
    sentence: str
    url: str
    way: Any


def form_for(person: User, node: Customer, given: Any = None) -> TellingForm:
    """Return the form of `person`, as they chose so far everywhere and at `node`."""
    rows = [(name, group.label, group.words, group.always) for name, group in groups.offered(ours=False).items()]
    started = TellingForm.started(
        preferences.choices_of(person, None), preferences.choices_of(person, node), preferences.hours_of(person)
    )
    return TellingForm(given, rows=rows, ways=WAYS, here=True, initial=started)


def news(person: User) -> list[NewsRow]:
    """Return what `person` was told lately and may still see, newest first."""
    return [_row(told.activity, told.way) for told in told_news.of(person)]


def _row(activity: Activity, way: str) -> NewsRow:
    notice = NOTICES.get(activity.kind)
    url = letters.leads_to(notice, activity) if notice else ""
    return NewsRow(activity, reading.describe(activity), url, dict(WAYS).get(way, way))
