"""Company: who else has a ticket open or is writing on it, and one draft that whoever goes on finds again.

Nothing is locked: people are told of each other. Who was not heard of for a minute is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.people import access
from accounts.people.models import User
from support.desk.macro_models import Outgoing, TicketDraft, TicketPresence
from support.tickets import conversation
from support.tickets.models import Message, Ticket

GONE_AFTER: Final = timedelta(seconds=60)
WRITING_FOR: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class Other:
    """Somebody else at the same ticket."""

    person: User
    is_writing: bool


def be_at(*, actor: User, ticket: Ticket, at: datetime, draft: str | None = None) -> list[Other]:
    """Say that `actor` has the ticket open and, with `draft`, what they have written so far; return who else is there.

    Raises:
        Refusal: not within reach.
    """
    access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
    kept = TicketDraft.objects.filter(ticket=ticket).first()
    wrote = draft is not None and draft.strip() != (kept.text if kept else "")
    facts = {"seen_at": at} | ({"wrote_at": at} if wrote else {})
    TicketPresence.objects.update_or_create(ticket=ticket, person=actor, defaults=facts)
    if wrote and draft is not None:
        keep_draft(actor=actor, ticket=ticket, text=draft, at=at)
    return others(ticket, but=actor, at=at)


def keep_draft(*, actor: User, ticket: Ticket, text: str, at: datetime) -> None:
    """Keep what was written so far for whoever goes on; nothing written takes the draft away, and what was sent is no draft."""
    words = text.replace("\x00", "").strip()[: conversation.LONGEST_MESSAGE]
    if words and not _was_sent(actor, ticket, words):
        facts = {"text": words, "written_by": actor, "written_at": at}
        TicketDraft.objects.update_or_create(ticket=ticket, defaults=facts)
    else:
        drop_draft(ticket)


def drop_draft(ticket: Ticket) -> None:
    """Take the draft away: it was sent."""
    TicketDraft.objects.filter(ticket=ticket).delete()


def let_go(*, actor: User, ticket: Ticket, sent: str, internal: bool) -> None:
    """Take the draft away once it was sent; a note that was sent does not come back as an answer, a colleague's draft stays."""
    draft = draft_of(ticket)
    if draft and (not internal or draft.written_by_id == actor.pk or draft.text == sent.strip()):
        drop_draft(ticket)


def draft_of(ticket: Ticket) -> TicketDraft | None:
    """Return what somebody began to write."""
    return TicketDraft.objects.filter(ticket=ticket).select_related("written_by").first()


def others(ticket: Ticket, *, but: User, at: datetime) -> list[Other]:
    """Return who else has the ticket open, those who write first."""
    there: Sequence[TicketPresence] = list(
        TicketPresence.objects.filter(ticket=ticket, seen_at__gt=at - GONE_AFTER).exclude(person=but).select_related("person")
    )
    found = [Other(each.person, bool(each.wrote_at and each.wrote_at > at - WRITING_FOR)) for each in there]
    return sorted(found, key=lambda other: (not other.is_writing, str(other.person)))


def _was_sent(actor: User, ticket: Ticket, words: str) -> bool:
    """Say whether a browser tells late of words that were sent meanwhile."""
    resting = Outgoing.objects.filter(ticket=ticket, author=actor, status=Outgoing.Status.RESTING, change__text=words)
    return resting.exists() or Message.objects.filter(ticket=ticket, author=actor, text=words).exists()
