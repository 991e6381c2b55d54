"""Service levels today: what is late, at risk and promised, how tickets ended lately, and which accounts are escalated."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.people.models import User
from support.remedies import declines
from support.tickets import account_escalation, queue
from support.voice import promises
from support.voice.models import Promise

LATELY = timedelta(days=30)
MOST = 50


def today(viewer: User, *, at: datetime) -> dict[str, object]:
    """Return the figures of the page, each with the list behind it."""
    counted = queue.counts(viewer)
    open_promises = promises.open_for(viewer)
    ended = declines.outcomes(since=at - LATELY, until=at)
    return {
        "now": [
            _tile(_("Late"), counted["breached"].text, reverse("backoffice:queue") + "?view=breached"),
            _tile(_("At risk"), counted["at_risk"].text, reverse("backoffice:queue") + "?view=at_risk"),
            _tile(_("Due"), counted["due"].text, reverse("backoffice:queue") + "?view=due"),
            _tile(_("Open promises"), str(open_promises.count()), reverse("backoffice:promises")),
            _tile(_("Broken promises"), str(_broken(viewer)), reverse("backoffice:promises")),
        ],
        "ended": [
            _tile(_("Remedied"), str(ended["remedied"]), reverse("backoffice:queue") + "?view=resolved"),
            _tile(_("Answered"), str(ended["answered"]), reverse("backoffice:queue") + "?view=resolved"),
            _tile(_("Declined"), str(ended["declined"]), reverse("backoffice:queue") + "?view=declined"),
        ],
        "escalations": account_escalation.going().order_by("-raised_at", "-pk")[:MOST],
    }


def _broken(viewer: User) -> int:
    return promises.open_for(viewer).filter(broken_at__isnull=False, state=Promise.State.OPEN).count()


def _tile(label: str, value: str, url: str) -> dict[str, str]:
    return {"label": label, "value": value, "url": url}
