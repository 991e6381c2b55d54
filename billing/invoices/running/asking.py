"""Asking for a run: a person lets everything that is due be billed now, before the workers would do it by themselves.

The run is the day's own: what workers have begun goes on, and what is billed is not billed again.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.days import latest_day
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices.running import carrying
from billing.invoices.running.models import BillingRun


class NotYetDue(Refusal):
    """The day has begun nowhere yet, so nothing can be dated by it."""

    code = "not_yet_due"


def ask(*, actor: User, on: date, at: datetime) -> BillingRun | None:
    """Begin the run of the day `on`, or go on with it; nothing where nothing is due. Workers carry it out.

    Raises:
        Refusal: the actor may not run billing.
        NotYetDue: the day is still to come.
    """
    if not access.may_anywhere(actor, access.RUN_BILLING):
        access.NOT_WITHIN_REACH.or_refuse()
    if on > latest_day(at):
        raise NotYetDue(_("{day} is still to come: billing is dated by a day that has begun.").format(day=on))
    run = carrying.begin(on=on, at=at, actor=actor)
    if run is not None:
        recording.record(None, "billing.run_asked_for", actor=actor, at=at, facts={"on": str(on)}, internal=True)
    return run
