"""Taking mail in: which ticket a letter belongs to, who wrote it, and what is not taken and why.

A letter joins a ticket by a signed address or Message-ID of ours; by an earlier mail of the same sender that it answers; by a
ticket's number in its subject, when its sender takes part in that ticket. Everything else opens a ticket: for a person we know,
where they stand; for anybody else as a prospect, a customer of their own, whom an agent may merge or move later. Headers prove
nothing, so a name in "From" opens no ticket of somebody else. The same mail is taken once, however often it comes.
"""

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings
from django.db import transaction

from accounts import signs
from accounts.customers import tree
from accounts.customers.models import Customer
from accounts.decisions import Refusal
from accounts.people import access, invitations
from accounts.people.access import Action
from accounts.people.models import User
from accounts.timeline import recording
from support.channels import addresses, files
from support.channels.files import File
from support.channels.mail import automatic, letters, quotations
from support.channels.mail.letters import Letter
from support.channels.models import IncomingMail
from support.tickets import conversation, threads, turns
from support.tickets.models import Message, Ticket

LARGEST: Final = 30 * 1024 * 1024
TICKET_REF: Final = re.compile(r"\bT-\d{1,12}\b", re.IGNORECASE)
ADDRESS: Final = re.compile(r"[^\s<>,;:\"()\[\]\\@]{1,64}@[^\s<>,;:\"()\[\]\\@]{1,250}")
NO_SUBJECT: Final = "(no subject)"
Outcome = IncomingMail.Outcome


@dataclass(frozen=True)
class Taken:
    """What became of a mail, with what was read of it."""

    mail: IncomingMail
    letter: Letter
    new_text: str
    is_repeat: bool = False


def take(raw: bytes, *, at: datetime, to: str = "") -> Taken:
    """Take one raw mail in: it opens a ticket, joins one, or is kept with the reason why not.

    The same mail again changes nothing. `to` is the address it was delivered to, where the headers do not tell.
    """
    letter = letters.read(raw if len(raw) <= LARGEST else raw[:LARGEST])
    text = quotations.new_text(letter.text)
    digest = hashlib.sha256(raw).hexdigest()
    with turns.patience(), transaction.atomic():
        turns.take(f"mail {letter.message_id or digest}")
        if known := _known(letter, digest):
            return Taken(known, letter, text, is_repeat=True)
        mail = _judged(letter, raw, digest, at)
        if not mail.outcome:
            _place(mail, letter, text, to=to, at=at)
        mail.save(force_insert=True)
        if mail.outcome == Outcome.BOUNCE:
            _note_bounce(mail, at)
    return Taken(mail, letter, text)


def refuse(raw: bytes, *, fault: Exception, at: datetime) -> IncomingMail:
    """Keep a mail whose intake failed, as it came, for a person to look at. The same mail again changes nothing."""
    digest = hashlib.sha256(raw).hexdigest()
    facts = {"outcome": Outcome.REFUSED, "reason": f"It could not be read: {fault!r}"[:300], "raw": raw[:LARGEST], "came_at": at}
    with suppress(Exception):  # what cannot be read may still say who wrote it
        letter = letters.read(raw[:LARGEST])
        found = {"sender": letter.sender[:320], "subject": letter.subject[:500], "rfc_id": letter.message_id[:510]}
        facts |= {name: letters.clean(value) for name, value in found.items()}
    with turns.patience(), transaction.atomic():
        turns.take(f"mail {digest}")
        return IncomingMail.objects.get_or_create(digest=digest, defaults=facts)[0]


def _known(letter: Letter, digest: str) -> IncomingMail | None:
    same = IncomingMail.objects.filter(digest=digest).select_related("ticket").first()
    if same or not letter.message_id:
        return same
    earlier = IncomingMail.objects.filter(rfc_id=letter.message_id[:510], sender=letter.sender[:320])
    return earlier.filter(outcome__in=[Outcome.OPENED, Outcome.ADDED]).select_related("ticket").first()


def _judged(letter: Letter, raw: bytes, digest: str, at: datetime) -> IncomingMail:
    """Return the mail with its outcome where that needs no ticket."""
    mail = IncomingMail(
        digest=digest, rfc_id=letter.message_id[:510], sender=letter.sender[:320], subject=letter.subject[:500], outcome="",
        raw=raw if len(raw) <= LARGEST else b"", came_at=at,
    )  # fmt: skip
    own = frozenset({parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()})
    if len(raw) > LARGEST:
        return _not_taken(mail, Outcome.TOO_LARGE, f"It is larger than {LARGEST // 1024 // 1024} MB.")
    if verdict := automatic.verdict(letter, own_addresses=own):
        mail.failed_addresses = list(verdict.failed)
        return _not_taken(mail, Outcome(verdict.kind), verdict.reason)
    if not ADDRESS.fullmatch(letter.sender):
        return _not_taken(mail, Outcome.REFUSED, "It names no sender to whom we could answer.")
    if not letter.text.strip() and not letter.attachments:
        return _not_taken(mail, Outcome.EMPTY, "There is nothing to read in it.")
    return mail


def _not_taken(mail: IncomingMail, outcome: str, reason: str) -> IncomingMail:
    mail.outcome, mail.reason = outcome, reason[:300]
    return mail


def _place(mail: IncomingMail, letter: Letter, text: str, *, to: str, at: datetime) -> None:
    """Put the letter on its ticket; a rule that says no is the reason why it is not taken."""
    try:
        with transaction.atomic():
            message, opened = _said(letter, text, to=to, key=uuid5(NAMESPACE_OID, mail.digest), at=at)
            files.attach(message, _files(letter))
    except Refusal as refusal:
        _not_taken(mail, Outcome.REFUSED, refusal.reason)
        return
    mail.ticket, mail.message = message.ticket, message
    mail.outcome = Outcome.OPENED if opened else Outcome.ADDED


def _said(letter: Letter, text: str, *, to: str, key: UUID, at: datetime) -> tuple[Message, bool]:
    """Return the message the letter became, and whether it opened its ticket."""
    thread = addresses.thread_in(" ".join((*letter.recipients, to, *letter.in_reply_to, *letter.references)))
    writer = _writer(letter, thread)
    words = _words(letter, text)
    if ticket := _ticket(letter, thread, writer):
        return conversation.reply(actor=writer or _prospect(letter, at)[0], ticket=ticket, text=words, at=at, key=key), False
    if writer and access.level_of(writer):
        raise OneOfUs
    person, customer = (writer, _where(writer)) if writer else _prospect(letter, at)
    ticket = conversation.open_ticket(
        actor=person, customer=customer, subject=letter.subject[: conversation.LONGEST_SUBJECT] or NO_SUBJECT, text=words,
        kind=Ticket.Kind.OTHER, key=key, at=at, channel=Ticket.Channel.EMAIL,
    )  # fmt: skip
    return ticket.messages.order_by("pk")[0], True


class OneOfUs(Refusal):
    """Our own people answer from their window, or by the address a notice gave them."""

    code = "one_of_us"

    def __init__(self) -> None:
        super().__init__("It comes from one of our own people and answers nothing we sent them.")


def _writer(letter: Letter, thread: addresses.Thread | None) -> User | None:
    """Return who wrote it: whose address it is, or else the person to whom the signed address was given."""
    known = User.objects.filter(email=letter.sender, is_active=True, is_program=False).first()
    if thread is None or known and not access.level_of(known):
        return known
    given_to = User.objects.filter(pk=thread.person_id, is_active=True).first()
    return known if known and given_to == known else given_to if not known else None


def _ticket(letter: Letter, thread: addresses.Thread | None, writer: User | None) -> Ticket | None:
    """Return the ticket the letter goes on with."""
    if thread:
        return Ticket.objects.filter(ref=thread.ticket_ref).first()
    if writer is None or access.level_of(writer):
        return None
    taking_part = threads.visible_to(writer).filter(messages__author=writer) | threads.visible_to(writer).filter(requester=writer)
    answered = (*letter.in_reply_to, *letter.references)
    earlier = IncomingMail.objects.filter(rfc_id__in=answered, ticket__isnull=False).values("ticket")
    if found := taking_part.filter(pk__in=earlier).order_by("-pk").first():
        return found
    named = [ref.upper() for ref in TICKET_REF.findall(letter.subject)]
    return taking_part.filter(ref__in=named).order_by("-pk").first()


def _where(writer: User) -> Customer:
    """Return the customer for whom a person asks: the highest they may ask for."""
    found = _highest(writer, access.ASK_FOR_HELP)
    if found is None:
        raise StandsNowhere
    return found


def _highest(person: User, action: Action) -> Customer | None:
    reach = access.customers_within_reach(person, action).filter(merged_into=None)
    return reach.order_by("level", "tree_id", "lft").first()


class StandsNowhere(Refusal):
    """The person has no role at any customer (any more)."""

    code = "stands_nowhere"

    def __init__(self) -> None:
        super().__init__("Its sender has no role at any customer any more.")


def _prospect(letter: Letter, at: datetime) -> tuple[User, Customer]:
    """Return a person we did not know, with the customer they are from now on: a prospect that stands for itself."""
    name = signs.plain(parseaddr(letter.header("from"))[0]).strip() or letter.sender
    known = User.objects.filter(email=letter.sender).first()
    if known:
        raise StandsNowhere
    customer = tree.add(
        actor=None, parent=None, kind="person", name=letters.clean(name)[:150], at=at, email=letter.sender, stage="prospect"
    )
    return invitations.admit_writer(email=letter.sender, name=letters.clean(name)[:150], customer=customer, at=at), customer


def _words(letter: Letter, text: str) -> str:
    """Return what stands in the conversation: what is new, else everything, else the names of the files."""
    words = text or letter.text.strip() or ", ".join(attachment.name for attachment in letter.attachments)
    return words[: conversation.LONGEST_MESSAGE]


def _files(letter: Letter) -> Sequence[File]:
    """Return the files that can be kept; the mail itself, kept whole, has the others."""
    given = [File(attachment.name, attachment.content) for attachment in letter.attachments]
    kept = [file for file in given if not files.fault_of(file)][: files.MOST_FILES]
    while sum(len(file.content) for file in kept) > files.LARGEST_TOGETHER:
        kept.pop()
    return kept


def _note_bounce(mail: IncomingMail, at: datetime) -> None:
    """Put a bounce on the timelines of the customers whose people did not get our mail; our own people stand at none."""
    for person in User.objects.filter(email__in=mail.failed_addresses, is_program=False, staff_profile=None):
        facts = {"email": person.email, "subject": mail.subject[:200]}
        recording.record(
            _highest(person, access.SEE_CUSTOMER), "support.mail_bounced", actor=None, at=at, facts=facts, internal=True
        )
