"""A reply rests before it leaves: it can be taken back, a killed worker loses nothing, and it is sent exactly once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.channels.files import File
from support.desk import company, outgoing
from support.desk.changes import Change
from support.desk.macro_models import Outgoing
from support.tickets import conflict, conversation, pledges, threads
from support.tickets.models import Message
from support.voice.models import Promise
from support.voice.promises import Word
from tests.factories import people, support
from tests.factories.customers import group
from tests.factories.support import NOON, TODAY

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(seconds=10)


@pytest.fixture(autouse=True)
def _rests(settings):
    settings.REPLY_RESTS_SECONDS = 10


def held(ticket=None, *, by=None, text="On its way.", **facts):
    change = Change(text=text, **{name: facts.pop(name) for name in ("internal", "asks") if name in facts})
    key = facts.pop("key", None) or uuid4()
    return outgoing.hold(actor=by or people.agent(), ticket=ticket or support.ticket(), change=change, key=key, at=NOON, **facts)


def sent():
    return Message.objects.filter(from_staff=True).count()


def test_reply_leaves_when_it_has_rested_and_not_before():
    reply = held()

    counts = [outgoing.send_due(at=at) for at in (LATER - timedelta(seconds=1), LATER, LATER)]

    assert (counts, sent()) == ([0, 1, 0], 1)
    assert Activity.objects.filter(kind="support.message_sent").count() == 1
    assert Outgoing.objects.get(pk=reply.pk).status == "sent"


def test_writing_it_down_leaves_no_trace_with_the_customer():
    reply = held()

    assert sent() == 0
    assert not Activity.objects.filter(kind="support.message_sent").exists()
    assert list(threads.messages_of(reply.ticket, reply.ticket.requester)) == [Message.objects.get()]


def test_reply_taken_back_never_leaves():
    reply = held()

    outgoing.take_back(actor=reply.author, reply=reply, at=NOON)
    outgoing.take_back(actor=reply.author, reply=reply, at=NOON)

    assert (outgoing.send_due(at=LATER), sent()) == (0, 0)


def test_reply_that_left_is_not_taken_back():
    reply = held()
    outgoing.send_due(at=LATER)

    with pytest.raises(outgoing.LeftAlready):
        outgoing.take_back(actor=reply.author, reply=reply, at=LATER)


def test_colleague_does_not_take_it_back_but_a_supervisor_does():
    reply = held()

    with pytest.raises(Refusal, match="takes it back"):
        outgoing.take_back(actor=people.agent(), reply=reply, at=NOON)
    assert outgoing.take_back(actor=people.supervisor(), reply=reply, at=NOON).status == "taken_back"


def test_same_form_twice_is_one_reply_and_its_key_opens_nobody_elses():
    ticket, agent, key = support.ticket(), people.agent(), uuid4()

    assert held(ticket, by=agent, key=key) == held(ticket, by=agent, key=key)
    with pytest.raises(conversation.KeyAlreadyUsed):
        held(ticket, key=key)


def test_what_would_be_refused_is_refused_when_it_is_written():
    ticket = support.ticket()
    conflict.begin(actor=people.agent(), ticket=ticket, speaker=people.supervisor(), at=NOON)

    with pytest.raises(conversation.OneSpeaks):
        held(ticket)

    assert Outgoing.objects.count() == 0


def test_words_are_kept_and_the_reason_told_when_a_rule_objects_by_then():
    reply = held()
    conflict.begin(actor=people.agent(), ticket=reply.ticket, speaker=people.supervisor(), at=NOON)

    assert outgoing.send_due(at=LATER) == 0

    kept = outgoing.resting_on(reply.ticket, reply.author).get()
    assert (kept.status, kept.change["text"]) == ("refused", "On its way.")
    assert "speaks for us" in kept.words


def test_note_leaves_at_once():
    reply = held(text="Between us.", internal=True)

    assert (reply.status, Message.objects.filter(internal=True).count()) == ("sent", 1)


def test_reply_leaves_with_its_files_its_promise_and_its_question():
    ticket = support.ticket()
    held(ticket, asks=True, attached=[File("a.pdf", b"%PDF-1.7")], word=Word("Call", TODAY))

    outgoing.send_due(at=LATER)

    said = Message.objects.get(from_staff=True)
    ticket.refresh_from_db()
    assert [file.name for file in said.attachments.all()] == ["a.pdf"]
    assert (Promise.objects.get().what, ticket.status) == ("Call", "waiting")


def test_customer_holds_no_reply_as_ours():
    ticket = support.ticket()

    with pytest.raises(Refusal):
        held(ticket, by=ticket.requester)
    with pytest.raises(Refusal):
        held(ticket, by=people.member(group("Other")))


def test_people_at_a_ticket_are_told_of_each_other_and_forgotten_after_a_minute():
    ticket, one, other = support.ticket(), people.agent(), people.agent()
    company.be_at(actor=one, ticket=ticket, at=NOON, draft="I wri")

    seen = company.be_at(actor=other, ticket=ticket, at=NOON)
    later = company.be_at(actor=other, ticket=ticket, at=NOON + timedelta(seconds=61))

    assert [(each.person, each.is_writing) for each in seen] == [(one, True)]
    assert later == []


def test_draft_is_found_again_by_a_colleague_and_goes_when_nothing_is_left():
    ticket, one = support.ticket(), people.agent()
    company.be_at(actor=one, ticket=ticket, at=NOON, draft="Half a sent")
    found = company.draft_of(ticket)

    company.be_at(actor=people.agent(), ticket=ticket, at=NOON, draft=" ")

    assert (found.text, found.written_by) == ("Half a sent", one)
    assert company.draft_of(ticket) is None


def test_browser_that_tells_late_of_words_already_sent_leaves_no_draft():
    reply = held(text="Sent.")

    company.be_at(actor=reply.author, ticket=reply.ticket, at=NOON, draft="Sent.")
    outgoing.send_due(at=LATER)
    company.be_at(actor=reply.author, ticket=reply.ticket, at=LATER, draft="Sent.")

    assert company.draft_of(reply.ticket) is None


def test_customer_is_at_no_ticket_and_leaves_no_draft():
    ticket = support.ticket()

    with pytest.raises(Refusal):
        company.be_at(actor=ticket.requester, ticket=ticket, at=NOON, draft="x")
    assert company.draft_of(ticket) is None


def test_a_note_that_was_sent_does_not_come_back_as_a_draft_and_the_draft_of_a_colleague_stays():
    ticket, agent, colleague = support.ticket(), people.agent(), people.agent()
    company.keep_draft(actor=agent, ticket=ticket, text="A notorious complainer.", at=NOON)

    outgoing.hold(actor=agent, ticket=ticket, change=Change(text="A notorious complainer.", internal=True), key=uuid4(), at=NOON)
    assert company.draft_of(ticket) is None
    company.keep_draft(actor=colleague, ticket=ticket, text="Dear customer,", at=NOON)
    outgoing.hold(actor=agent, ticket=ticket, change=Change(text="Called them.", internal=True), key=uuid4(), at=NOON)

    assert company.draft_of(ticket).text == "Dear customer,"


def test_ticket_does_not_end_while_a_reply_that_promises_something_is_about_to_leave():
    ticket, agent = support.ticket(), people.agent()
    reply = held(ticket, by=agent, word=Word("A call back", TODAY))

    with pytest.raises(pledges.PromiseOpen, match="A reply that promises “A call back” is about to leave"):
        conversation.resolve(actor=agent, ticket=ticket, outcome=conversation.ANSWERED, text="Done.", at=NOON)
    outgoing.take_back(actor=agent, reply=reply, at=NOON)

    ended = conversation.resolve(actor=agent, ticket=ticket, outcome=conversation.ANSWERED, text="Done.", at=NOON)
    assert ended.status == conversation.RESOLVED


def test_reply_whose_ticket_ended_meanwhile_promises_nothing_and_is_kept():
    ticket, agent = support.ticket(), people.agent()
    reply = held(ticket, by=agent, word=Word("A call back", TODAY))
    Outgoing.objects.update(status="taken_back", ended_at=NOON)  # as if it were written while the ticket was being resolved
    conversation.resolve(actor=agent, ticket=ticket, outcome=conversation.ANSWERED, text="Done.", at=NOON)
    Outgoing.objects.update(status="resting", ended_at=None)

    outgoing.send_due(at=LATER)

    reply.refresh_from_db()
    assert (reply.status, reply.words) == ("refused", "The ticket is resolved. Reopen it before you promise something on it.")
    assert not Promise.objects.exists()
