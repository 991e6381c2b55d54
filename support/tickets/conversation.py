"""Conversation: open a ticket, reply, take notes, assign, resolve and reopen it.

All of a ticket's messages are one thread, whoever writes and by whatever channel. A customer's reply puts a ticket that
waited or was resolved back to open; a reply of ours makes it wait for the customer only when it asks them something. While
a remedy waits for approval nothing but the decision moves the ticket; while a promise is open it is not resolved; in a conflict
a single person speaks for us. Every event reckons anew what is due. Repeating a call with the same key writes nothing twice.
"""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import numbering, signs
from accounts.customers.models import Customer
from accounts.customers.relation_models import Relation
from accounts.decisions import Refusal
from accounts.people import access
from accounts.people.models import User
from accounts.timeline import recording
from billing.invoices.models import Document, Line
from support.tickets import assignment, behalf, deadlines, field_values, matter, pledges, skills, turns
from support.tickets.models import Message, Ticket

OPEN, WAITING, APPROVAL, RESOLVED = Ticket.Status.OPEN, Ticket.Status.WAITING, Ticket.Status.APPROVAL, Ticket.Status.RESOLVED

STEPS: Final[Mapping[str, frozenset[str]]] = {
    OPEN: frozenset({WAITING, APPROVAL, RESOLVED}),
    WAITING: frozenset({OPEN, APPROVAL, RESOLVED}),
    APPROVAL: frozenset({OPEN}),
    RESOLVED: frozenset({OPEN}),
}
REMEDIED, ANSWERED, DECLINED, MERGED = "remedied", "answered", "declined", "merged"
OUTCOMES: Final = frozenset({REMEDIED, ANSWERED, DECLINED})
LONGEST_SUBJECT: Final = 200
LONGEST_MESSAGE: Final = 20_000


class StepNotAllowed(Refusal):
    """The ticket cannot go from where it stands to where it was sent."""

    code = "step_not_allowed"


class WordsMissing(Refusal):
    """A subject or message is empty or far too long."""

    code = "words_missing"


class KeyAlreadyUsed(Refusal):
    """The form's key belongs to something else that was sent before."""

    code = "key_already_used"

    def __init__(self) -> None:
        super().__init__(_("This form was already used for something else. Open it afresh and send it again."))


class NotesAreForStaff(Refusal):
    """Only staff write and read internal notes."""

    code = "notes_are_for_staff"


class OneSpeaks(Refusal):
    """In a conflict one person speaks for us; others write notes."""

    code = "one_speaks"


class ChildOpen(Refusal):
    """A ticket ends after the tickets below it."""

    code = "child_open"


class OutcomeUnknown(Refusal):
    """A resolution ends in one of `OUTCOMES`."""

    code = "outcome_unknown"


class CannotWorkOnIt(Refusal):
    """The person a ticket should go to does not work on tickets."""

    code = "cannot_work_on_it"


def open_ticket(
    *,
    actor: User,
    customer: Customer,
    subject: str,
    text: str,
    kind: str,
    key: UUID,
    at: datetime,
    channel: str = Ticket.Channel.PORTAL,
    document: Document | None = None,
    line: Line | None = None,
    requester: User | None = None,
    relation: Relation | None = None,
    fields: Mapping[str, str] | None = None,
) -> Ticket:
    """Open a ticket for `customer` with its first message, find the billing error it is about and give it to an agent.
    `fields` is what was filled in, by code; None: nobody was asked, as in a mail.

    Staff open tickets on behalf of a `requester`; everybody else asks for themselves, or under a `relation` for whom they serve.

    Raises:
        Refusal: not within reach, no such document, words missing, a field refused, or the key was used for another ticket.
    """
    with turns.patience(), transaction.atomic():
        behalf.may_open(actor, customer, relation).or_refuse()
        facts = {
            "customer": customer,
            "requester": requester if is_staff(actor) else actor,
            "subject": words(subject, LONGEST_SUBJECT),
            "kind": kind,
            "channel": channel,
            "document": matter.document_of(actor, document, line) or matter.named_in(actor, customer, f"{subject} {text}"),
            "line": line,
        }
        ticket, is_new = _kept(key, facts, field_values.begun(kind, fields, staff=is_staff(actor)), at)
        if is_new:
            _begin(ticket, actor=actor, text=text, at=at)
            behalf.share(ticket, relation, actor=actor, at=at)
    return ticket


def reply(
    *,
    actor: User,
    ticket: Ticket,
    text: str,
    at: datetime,
    key: UUID,
    internal: bool = False,
    asks: bool = False,
    confidential: bool = False,
) -> Message:
    """Add a message (or, with `internal`, a note for staff) to the conversation.

    With `asks` our message asks the customer something, and the ticket waits for their answer. What is `confidential` is not read
    by who raised the ticket for its customer.

    Raises:
        Refusal: not within reach, words missing, a note by a customer, or the key was used for another message.
        OneSpeaks: in a conflict, somebody but the speaker writes to the customer.
    """
    by_staff, asked = is_staff(actor), ticket
    with turns.patience(), transaction.atomic():
        ticket = lock(ticket)
        behalf.may_write(actor, ticket, asked).or_refuse()
        if internal and not by_staff:
            raise NotesAreForStaff(_("Only our staff write internal notes."))
        if earlier := Message.objects.filter(key=key).first():
            return _same_message(earlier, asked, actor, text)
        if by_staff and not internal:
            _require_speaker(actor, ticket)
        asks = asks and by_staff and not internal
        marks = {"internal": internal, "asks": asks, "confidential": confidential}
        message = _write(ticket, home=asked, actor=actor, text=text, at=at, key=key, **marks)
        if not internal:
            _move_on(ticket, message, actor=actor, at=at)
            deadlines.reckon(ticket, at)
    return message


def note(*, actor: User, ticket: Ticket, text: str, at: datetime) -> Message:
    """Add an internal note on behalf of work that has decided access already and runs in its own transaction."""
    return _write(lock(ticket), actor=actor, text=text, at=at, internal=True)


def tell(*, actor: User, ticket: Ticket, text: str, at: datetime) -> Message:
    """Write to the customer alone, on behalf of work that has decided access already; the ticket stays where it is."""
    return _write(lock(ticket), actor=actor, text=text, at=at, confidential=True)


def assign(*, actor: User, ticket: Ticket, to: User | None, at: datetime) -> Ticket:
    """Give the ticket to somebody who works on tickets, or to nobody.

    Raises:
        Refusal: not within reach, or `to` lacks the skill it asks for.
        CannotWorkOnIt: `to` does not work on tickets.
    """
    with turns.patience(), transaction.atomic():
        ticket = lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        if to and not access.decide(to, access.WORK_TICKETS, ticket.customer).allowed:
            raise CannotWorkOnIt(_("{name} does not work on tickets.").format(name=to))
        if to and ticket.assignee != to:
            skills.decide(to, ticket, at).or_refuse()
        if ticket.assignee != to:
            _save(ticket, at, assignee=to)
            _record_assignment(ticket, actor=actor, at=at)
    return ticket


def hand_on(ticket: Ticket, *, to: User | None, at: datetime) -> None:
    """Give a locked ticket to who can do it, by a rule and in nobody's name."""
    _save(ticket, at, assignee=to)
    _record_assignment(ticket, actor=None, at=at)


def resolve(*, actor: User, ticket: Ticket, outcome: str, text: str, at: datetime) -> Ticket:
    """End the ticket with an outcome of `OUTCOMES` and a closing message that says so; what was given is for the customer alone.

    Raises:
        Refusal: not within reach or words missing.
        OutcomeUnknown, StepNotAllowed: no such outcome; or the ticket is resolved already or waits for approval.
        OneSpeaks, pledges.PromiseOpen, field_values.FieldRefused: another one speaks; a promise is open; a field is empty.
    """
    with turns.patience(), transaction.atomic():
        ticket = lock(ticket)
        access.decide(actor, access.WORK_TICKETS, ticket.customer).or_refuse()
        _require_speaker(actor, ticket)
        return _end(ticket, actor=actor, outcome=outcome, text=text, at=at)


def resolve_by_policy(*, ticket: Ticket, outcome: str, text: str, at: datetime) -> Ticket:
    """End the ticket as `resolve` does, by a rule and in nobody's name; part of a use case that asked the rule.

    Raises:
        OutcomeUnknown, StepNotAllowed, pledges.PromiseOpen: see `resolve`.
    """
    return _end(lock(ticket), actor=None, outcome=outcome, text=text, at=at)


def reopen(*, actor: User, ticket: Ticket, at: datetime) -> Ticket:
    """Bring a resolved ticket back; by its customer or by staff.

    Raises:
        Refusal: not within reach.
        StepNotAllowed: it is not resolved.
    """
    with turns.patience(), transaction.atomic():
        ticket = lock(ticket)
        action = access.WORK_TICKETS if is_staff(actor) else access.ASK_FOR_HELP
        access.decide(actor, action, ticket.customer).or_refuse()
        if ticket.status != RESOLVED:
            raise StepNotAllowed(_("Only a resolved ticket can be reopened."))
        _reopen(ticket, actor=actor, at=at)
        deadlines.reckon(ticket, at)
    return ticket


def step(ticket: Ticket, to: str, at: datetime, **changed: object) -> None:
    """Move a locked ticket to another status, if `STEPS` allows it.

    Raises:
        StepNotAllowed: it cannot go there from where it stands.
    """
    if to not in STEPS[ticket.status]:
        places = {"now": ticket.get_status_display(), "then": Ticket.Status(to).label}
        raise StepNotAllowed(_("The ticket is “{now}” and cannot become “{then}”.").format(**places))
    _save(ticket, at, status=to, **changed)


def lock(ticket: Ticket) -> Ticket:
    """Return the ticket as it is now, kept from others until the transaction ends; a merged one leads to its survivor."""
    related = ("customer", "requester", "assignee", "document", "line", "finding", "speaker")
    rows = Ticket.objects.select_for_update(of=("self",)).select_related(*related)
    survivor = Ticket.objects.filter(pk=ticket.pk).values_list("merged_into", flat=True).first()
    locked = rows.get(pk=survivor or ticket.pk)
    return rows.get(pk=locked.merged_into_id) if locked.merged_into_id else locked


def worked_on(ticket: Ticket, at: datetime) -> Ticket:
    """Return the ticket as it is worked on at `at`: days count from then, not from when somebody last wrote. Nothing is saved."""
    seen = copy(ticket)
    seen.touched_at = at
    return seen


def words(text: str, most: int) -> str:
    """Return the text as it is kept: no blanks around it, plain signs only, none a database cannot hold.

    Raises:
        WordsMissing: nothing is left, or far too much.
    """
    kept = signs.plain(text.replace("\x00", "")).strip()
    if not kept:
        raise WordsMissing(_("Write a few words first."))
    if len(kept) > most:
        raise WordsMissing(_("Say it in at most {most} characters.").format(most=most))
    return kept


def is_staff(person: User) -> bool:
    """Say whether a person speaks for us."""
    return bool(access.level_of(person))


def _end(ticket: Ticket, *, actor: User | None, outcome: str, text: str, at: datetime) -> Ticket:
    if outcome not in OUTCOMES:
        raise OutcomeUnknown(_("A ticket ends remedied, answered or declined."))
    pledges.require_kept(ticket)
    if child := Ticket.objects.unresolved().filter(parent=ticket.pk).order_by("pk").first():
        raise ChildOpen(_("{ref} below it is still open. Settle it, or take it off, first.").format(ref=child.ref))
    field_values.require_complete(ticket, by=actor)
    step(ticket, RESOLVED, at, resolved_at=at, outcome=outcome, speaker=None)
    message = _message(ticket, actor=actor, text=text, at=at, from_staff=True, confidential=outcome == REMEDIED)
    facts = {"subject": ticket.subject, "outcome": outcome, "message": message.pk}
    recording.record(ticket.customer, "support.ticket_resolved", actor=actor, at=at, about=ticket, facts=facts)
    deadlines.reckon(ticket, at)
    return ticket


def _kept(key: UUID, facts: dict[str, Any], begun: dict[str, Any], at: datetime) -> tuple[Ticket, bool]:
    """Return the ticket this key opened, and whether it did so now; `begun` are the fields it begins with."""
    fresh = {"ref": numbering.next_ref("T"), "opened_at": at, "touched_at": at, "fields": begun}
    ticket, is_new = Ticket.objects.get_or_create(key=key, defaults=facts | fresh)
    if not is_new and any(getattr(ticket, name) != fact for name, fact in facts.items()):
        raise KeyAlreadyUsed
    return ticket, is_new


def _begin(ticket: Ticket, *, actor: User, text: str, at: datetime) -> None:
    message = _message(ticket, actor=actor, text=text, at=at, from_staff=is_staff(actor), key=ticket.key)
    ticket.finding = matter.finding_of(ticket, at)
    ticket.assignee = assignment.least_loaded(ticket.customer, kind=ticket.kind, at=at)
    ticket.save(update_fields=["finding", "assignee"])
    facts = {"subject": ticket.subject, "message": message.pk}
    recording.record(ticket.customer, "support.ticket_opened", actor=actor, at=at, about=ticket, facts=facts)
    _record_assignment(ticket, actor=None, at=at)
    deadlines.reckon(ticket, at)


def _move_on(ticket: Ticket, message: Message, *, actor: User, at: datetime) -> None:
    """Put the ticket where a public message leaves it: with the customer after a question of ours, with us after their word."""
    if message.asks and ticket.status == OPEN:
        step(ticket, WAITING, at)
    elif not message.from_staff and ticket.status == WAITING:
        step(ticket, OPEN, at)
    elif not message.from_staff and ticket.status == RESOLVED:
        _reopen(ticket, actor=actor, at=at)


def _require_speaker(actor: User, ticket: Ticket) -> None:
    if ticket.speaker_id not in (None, actor.pk):
        raise OneSpeaks(_("In this conflict {name} speaks for us. Leave a note instead.").format(name=ticket.speaker))


def _reopen(ticket: Ticket, *, actor: User, at: datetime) -> None:
    step(ticket, OPEN, at, resolved_at=None, outcome="")
    recording.record(ticket.customer, "support.ticket_reopened", actor=actor, at=at, about=ticket)


def _write(
    ticket: Ticket, *, actor: User, text: str, at: datetime, home: Ticket | None = None, key: UUID | None = None, **marks: bool
) -> Message:
    message = _message(home or ticket, actor=actor, text=text, at=at, from_staff=is_staff(actor), key=key, **marks)
    internal = message.internal
    _save(ticket, at)
    kind = "support.note_added" if internal else "support.message_sent"
    facts = {"message": message.pk}
    recording.record(ticket.customer, kind, actor=actor, at=at, about=ticket, facts=facts, internal=internal)
    return message


def _message(
    ticket: Ticket, *, actor: User | None, text: str, at: datetime, from_staff: bool, key: UUID | None = None, **marks: bool
) -> Message:
    said = words(text, LONGEST_MESSAGE)
    return Message.objects.create(ticket=ticket, author=actor, from_staff=from_staff, text=said, sent_at=at, key=key, **marks)


def _same_message(earlier: Message, ticket: Ticket, actor: User, text: str) -> Message:
    same = (ticket.pk, actor.pk, words(text, LONGEST_MESSAGE))
    if (earlier.ticket_id, earlier.author_id, earlier.text) != same:
        raise KeyAlreadyUsed
    return earlier


def _save(ticket: Ticket, at: datetime, **changed: object) -> None:
    for name, value in changed.items():
        setattr(ticket, name, value)
    ticket.touched_at = at
    ticket.save(update_fields=[*changed, "touched_at"])


def _record_assignment(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    facts = {"agent": str(ticket.assignee or _("nobody"))}
    recording.record(ticket.customer, "support.ticket_assigned", actor=actor, at=at, about=ticket, facts=facts, internal=True)
