"""Outgoing: a reply rests some seconds before it leaves, and may be taken back meanwhile.

What would be refused is refused when it is written, not when it leaves. It leaves in one transaction with its mark, so a worker
that was killed loses nothing and nothing is sent twice: whoever comes next takes what still rests. If a rule objects by
then, the words are kept and the ticket says why. How long it rests is the setting `REPLY_RESTS_SECONDS`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from support.channels import files, writing
from support.channels.files import File
from support.desk import changes, company, macros
from support.desk.changes import Change
from support.desk.macro_models import MacroUse, MacroVersion, Outgoing, OutgoingFile
from support.tickets import conversation, turns
from support.tickets.models import Ticket
from support.voice import promises
from support.voice.promises import Word

AT_ONCE: Final = 100
Status = Outgoing.Status


class LeftAlready(Refusal):
    """What has left is not taken back."""

    code = "left_already"


class _Rehearsed(Exception):
    """Rolls a rehearsal back."""


def hold(
    *, actor: User, ticket: Ticket, change: Change, key: UUID, at: datetime, attached: Sequence[File] = (),
    word: Word | None = None, macro: MacroVersion | None = None,
) -> Outgoing:  # fmt: skip
    """Write a reply down; it leaves when it has rested. A note, and any reply where nothing rests, leaves at once.

    Raises:
        Refusal: it could not be sent as things stand; nothing was written then.
    """
    if earlier := _earlier(key, actor, ticket):
        return earlier
    kept = files.checked(attached)
    rests = 0 if change.internal or not change.text.strip() else settings.REPLY_RESTS_SECONDS
    reply = Outgoing(
        ticket=ticket, author=actor, change=change.kept(), macro=macro, key=key, written_at=at,
        promise={"what": word.what, "due_on": word.due_on.isoformat()} if word else None, leaves_at=at + timedelta(seconds=rests),
    )  # fmt: skip
    if rests:
        _rehearse(reply, kept, at)
    with turns.patience(), transaction.atomic():
        turns.take(f"reply {key}")
        if earlier := _earlier(key, actor, ticket):
            return earlier
        reply.save(force_insert=True)
        OutgoingFile.objects.bulk_create([OutgoingFile(outgoing=reply, name=one.name[:150], content=one.content) for one in kept])
        if not rests:
            _leave(reply, kept, at)
        company.let_go(actor=actor, ticket=ticket, sent=change.text, internal=change.internal)
    return reply


def take_back(*, actor: User, reply: Outgoing, at: datetime) -> Outgoing:
    """Stop a reply that still rests; its words are the draft again. Doing it again changes nothing.

    Raises:
        Refusal: somebody else wrote it and the actor is no supervisor.
        LeftAlready: it has left.
    """
    with turns.patience(), transaction.atomic():
        reply = Outgoing.objects.select_for_update(of=("self",)).select_related("ticket__customer", "author").get(pk=reply.pk)
        access.decide(actor, access.WORK_TICKETS, reply.ticket.customer).or_refuse()
        if actor.pk != reply.author_id and access.level_of(actor) not in access.DECIDE_APPROVALS.levels:
            raise Refusal(_("{name} wrote it and takes it back.").format(name=reply.author), code="not_own_reply")
        if reply.status == Status.SENT:
            raise LeftAlready(_("It has left already. Write again to put it right."))
        if reply.status == Status.RESTING:
            _end(reply, Status.TAKEN_BACK, at)
            company.keep_draft(actor=actor, ticket=reply.ticket, text=reply.change["text"], at=at)
    return reply


def send_due(*, at: datetime) -> int:
    """Let every reply leave that has rested by `at`; return how many left. Workers at the same time share them out."""
    due = Outgoing.objects.filter(status=Status.RESTING, leaves_at__lte=at).order_by("leaves_at", "pk")
    return sum(_send(pk, at) for pk in due.values_list("pk", flat=True)[:AT_ONCE])


def resting_on(ticket: Ticket, viewer: User) -> QuerySet[Outgoing]:
    """Return the replies on a ticket that still rest or could not be sent, for our own people."""
    found = Outgoing.objects.filter(ticket__in=Ticket.objects.threaded_with(ticket), status__in=[Status.RESTING, Status.REFUSED])
    found = found.select_related("author", "ticket__customer", "ticket__requester", "ticket__document")
    return found.order_by("written_at", "pk") if conversation.is_staff(viewer) else found.none()


def _earlier(key: UUID, actor: User, ticket: Ticket) -> Outgoing | None:
    """Return the reply that was written with this key before.

    Raises:
        KeyAlreadyUsed: somebody else's, or one on another ticket.
    """
    earlier = Outgoing.objects.filter(key=key).first()
    if earlier and (earlier.author_id, earlier.ticket_id) != (actor.pk, ticket.pk):
        raise conversation.KeyAlreadyUsed
    return earlier


def _send(pk: int, at: datetime) -> int:
    try:
        with turns.patience(), transaction.atomic():
            rows = Outgoing.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk, status=Status.RESTING)
            reply = rows.select_related("ticket__customer", "author", "macro").first()
            if reply is None:
                return 0
            _leave(reply, [File(file.name, bytes(file.content)) for file in reply.files.all()], at)
    except turns.Busy:
        return 0  # it rests until the next round
    except Refusal as refusal:
        Outgoing.objects.filter(pk=pk, status=Status.RESTING).update(
            status=Status.REFUSED, words=refusal.reason[:300], ended_at=at
        )
        return 0
    return 1


def _leave(reply: Outgoing, attached: Sequence[File], at: datetime) -> None:
    """Send it, in the caller's transaction."""
    change = Change.read(reply.change)
    facts: dict[str, Any] = {"actor": reply.author, "ticket": reply.ticket, "at": at, "key": reply.key}
    if reply.promise:
        word = Word(reply.promise["what"], date.fromisoformat(reply.promise["due_on"]))
        send = partial(writing.reply, attached=attached)
        promises.reply(word=word, send=send, text=change.text, asks=change.asks, **facts)
    else:
        changes.make(change=change, **facts)
        if attached:
            macros.attach_to_latest(reply.author, reply.ticket, attached)
    if reply.macro:
        MacroUse.objects.create(version=reply.macro, ticket=reply.ticket, used_by=reply.author, used_at=at, key=reply.key)
    reply.change = reply.change | {"text": ""}  # they stand in the conversation now, and nowhere twice
    reply.save(update_fields=["change"])
    reply.files.all().delete()
    _end(reply, Status.SENT, at)


def _rehearse(reply: Outgoing, attached: Sequence[File], at: datetime) -> None:
    """See whether it could leave now, and leave no trace of having tried.

    Raises:
        Refusal: it could not.
    """
    try:
        with turns.patience(), transaction.atomic():
            tried = Outgoing(
                ticket=reply.ticket, author=reply.author, change=reply.change, promise=reply.promise, key=reply.key,
                written_at=at, leaves_at=at, macro=reply.macro,
            )  # fmt: skip
            tried.save(force_insert=True)
            _leave(tried, attached, at)
            raise _Rehearsed
    except _Rehearsed:
        return


def _end(reply: Outgoing, status: str, at: datetime) -> None:
    reply.status, reply.ended_at = status, at
    reply.save(update_fields=["status", "ended_at"])
