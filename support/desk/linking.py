"""Linking: a ticket below another one, whose end waits for it. Two floors at most, within one group of customers."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from support.tickets import conversation, threads, turns
from support.tickets.models import Ticket


class CannotStandBelow(Refusal):
    """A ticket stands below another open one of its group that stands below none."""

    code = "cannot_stand_below"


def put_below(*, actor: User, ticket: Ticket, parent: Ticket | None, at: datetime) -> Ticket:
    """Put `ticket` below `parent`, or below none. The same again changes nothing.

    Raises:
        Refusal: not within reach.
        CannotStandBelow: another group, itself, one below another, one that has tickets below it, or one that ended.
    """
    with turns.patience(), transaction.atomic():
        turns.take("links of tickets")
        ticket = conversation.lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        above = conversation.lock(parent) if parent else None
        if above and above.pk != ticket.parent_id:
            access.decide(actor, access.WORK_TICKETS, above.customer).or_refuse()
            _require_place(ticket, above)
        if ticket.parent_id != (above.pk if above else None):
            ticket.parent, ticket.touched_at = above, at
            ticket.save(update_fields=["parent", "touched_at"])
            _record(ticket, actor, at)
    return ticket


def children_of(ticket: Ticket, viewer: User) -> QuerySet[Ticket]:
    """Return the tickets below `ticket` within the viewer's reach, the open ones first."""
    below = threads.visible_to(viewer).filter(parent=ticket).standing()
    return below.select_related("customer").order_by("status", "opened_at", "pk")


def _require_place(ticket: Ticket, above: Ticket) -> None:
    if ticket.customer.tree_id != above.customer.tree_id:
        raise CannotStandBelow(_("{ref} is a ticket of another group of customers.").format(ref=above.ref))
    if ticket.pk == above.pk or above.parent_id or Ticket.objects.filter(parent=ticket).exists():
        raise CannotStandBelow(_("A ticket stands below one that stands below none, and has none below it itself."))
    if above.status == Ticket.Status.RESOLVED:
        raise CannotStandBelow(_("{ref} is resolved. Reopen it first.").format(ref=above.ref))


def _record(ticket: Ticket, actor: User, at: datetime) -> None:
    what = _("stands below {ref}").format(ref=ticket.parent.ref) if ticket.parent else _("stands below none any more")
    facts = {"what": what}
    recording.record(ticket.customer, "support.tickets_linked", actor=actor, at=at, about=ticket, facts=facts, internal=True)
