"""Pledges: what was promised on a ticket is kept or taken back before the ticket ends."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from support.tickets.models import Ticket


class PromiseOpen(Refusal):
    """What we promised on a ticket is kept or taken back before it ends."""

    code = "promise_open"


def require_kept(ticket: Ticket) -> None:
    """Let a ticket end only when nothing that was promised on it is still to be done.

    Promises, and replies about to leave with one, are asked by their relation: they are kept one floor up.

    Raises:
        PromiseOpen: one is open, or about to be made.
    """
    tickets = Ticket.objects.threaded_with(ticket).prefetch_related("promises", "outgoing")
    waiting = [promise for each in tickets for promise in each.promises.all() if promise.state == "open"]
    if promise := min(waiting, key=lambda one: (one.due_on, one.pk), default=None):
        facts = {"promise": promise.what, "day": date_format(promise.due_on, "j M Y")}
        raise PromiseOpen(_("A promise is still open: {promise}, by {day}. Keep it or take it back first.").format(**facts))
    resting = (reply.promise for each in tickets for reply in each.outgoing.all() if reply.status == "resting")
    if leaving := next(filter(None, resting), None):
        words = _("A reply that promises “{what}” is about to leave. Take it back, or keep the promise first.")
        raise PromiseOpen(words.format(what=leaving["what"]))
