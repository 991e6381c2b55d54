"""Asking for a run: a person lets everything that is due be billed now, before the workers would do it by themselves.

The run is the day's own: what workers have begun goes on, and what is billed is not billed again.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.days import latest_day
from accounts.decisions import ALLOWED, Decision, refused
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices.running import carrying
from billing.invoices.running.models import BillingRun


def ask(*, actor: User, on: date, at: datetime) -> BillingRun | None:
    """Begin the run of the day `on`, or go on with it; nothing where nothing is due. Workers carry it out.

    Raises:
        Refusal: as `decide`.
    """
    decide(actor=actor, on=on, at=at).or_refuse()
    run = carrying.begin(on=on, at=at, actor=actor)
    if run is not None:
        recording.record(None, "billing.run_asked_for", actor=actor, at=at, facts={"on": str(on)}, internal=True)
    return run


def decide(*, actor: User, on: date, at: datetime) -> Decision:
    """Say whether `actor` may let everything due by `on` be billed now: nothing is dated by a day that has begun nowhere yet."""
    if not access.may_anywhere(actor, access.RUN_BILLING):
        return access.not_within_reach()
    if on > latest_day(at):
        return refused("not_yet_due", _("{day} is still to come: billing is dated by a day that has begun.").format(day=on))
    return ALLOWED
