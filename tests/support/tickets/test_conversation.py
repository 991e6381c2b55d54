"""A ticket moves only by its steps; a form sent twice writes once; notes are for our own people."""

from uuid import uuid4

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.tickets import conversation, threads
from support.tickets.conversation import (
    CannotWorkOnIt,
    KeyAlreadyUsed,
    NotesAreForStaff,
    OutcomeUnknown,
    StepNotAllowed,
    WordsMissing,
)
from support.tickets.models import Message, Ticket
from tests.factories import people, support
from tests.factories.customers import below, group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def reply(actor, ticket, text="Thank you.", **facts):
    return conversation.reply(actor=actor, ticket=ticket, text=text, at=NOON, key=facts.pop("key", uuid4()), **facts)


def status_of(ticket):
    return Ticket.objects.get(pk=ticket.pk).status


def test_every_status_stands_in_the_table_of_steps():
    assert set(conversation.STEPS) == set(Ticket.Status.values)
    assert {step for steps in conversation.STEPS.values() for step in steps} <= set(Ticket.Status.values)


@pytest.mark.parametrize("now", Ticket.Status.values)
@pytest.mark.parametrize("then", Ticket.Status.values)
def test_ticket_goes_where_the_table_says_and_nowhere_else(now, then):
    ticket = support.ticket()
    Ticket.objects.filter(pk=ticket.pk).update(status=now, resolved_at=NOON)
    ticket.refresh_from_db()

    if then in conversation.STEPS[now]:
        conversation.step(ticket, then, NOON)
    else:
        with pytest.raises(StepNotAllowed):
            conversation.step(ticket, then, NOON)

    assert status_of(ticket) == (then if then in conversation.STEPS[now] else now)


def test_ticket_is_opened_with_its_first_message_and_an_activity():
    customer = group()
    member = people.member(customer)

    ticket = support.ticket(customer, by=member, subject=" Where is my invoice? ", text="I cannot find it.", kind="other")

    assert (ticket.subject, ticket.status, ticket.requester) == ("Where is my invoice?", "open", member)
    assert [message.text for message in ticket.messages.all()] == ["I cannot find it."]
    assert Activity.objects.filter(kind="support.ticket_opened", about_ref=ticket.ref).count() == 1


def test_form_sent_twice_opens_one_ticket():
    customer, key = group(), uuid4()
    member = people.member(customer)

    first = support.ticket(customer, by=member, key=key)
    second = support.ticket(customer, by=member, key=key)

    assert first == second
    assert Message.objects.count() == 1


def test_key_of_another_ticket_is_refused():
    customer, key = group(), uuid4()
    member = people.member(customer)
    support.ticket(customer, by=member, key=key)

    with pytest.raises(KeyAlreadyUsed):
        support.ticket(customer, by=member, key=key, subject="Something else")


def test_ticket_of_a_customer_out_of_reach_is_refused():
    root = group()
    berlin, paris = below(root, "Berlin"), below(root, "Paris")

    with pytest.raises(Refusal) as refusal:
        support.ticket(paris, by=people.member(berlin))

    assert refusal.value.code == "not_within_reach"
    assert Ticket.objects.count() == 0


def test_staff_open_a_ticket_on_behalf_of_who_asked():
    customer = group()
    member = people.member(customer)

    ticket = support.ticket(customer, by=people.agent(), requester=member, channel=Ticket.Channel.PHONE)

    assert (ticket.requester, ticket.messages.get().from_staff) == (member, True)


@pytest.mark.parametrize("text", ["", "  \n ", "\x00", "x" * 20_001])
def test_words_missing_or_endless_are_refused_and_write_nothing(text):
    with pytest.raises(WordsMissing):
        support.ticket(text=text)

    assert Ticket.objects.count() == 0


def test_answer_of_ours_keeps_the_ticket_with_us_unless_it_asks_the_customer_something():
    ticket, agent = support.ticket(), people.agent()

    reply(agent, ticket)
    after_an_answer = status_of(ticket)
    reply(agent, ticket, "Which invoice?", asks=True)
    after_a_question = status_of(ticket)
    reply(ticket.requester, ticket)

    assert (after_an_answer, after_a_question, status_of(ticket)) == ("open", "waiting", "open")


def test_customer_and_note_ask_nothing():
    ticket, agent = support.ticket(), people.agent()

    reply(ticket.requester, ticket, asks=True)
    reply(agent, ticket, "Ask her?", internal=True, asks=True)

    assert status_of(ticket) == "open"
    assert not Message.objects.filter(asks=True).exists()


def test_note_moves_nothing_and_is_shown_to_staff_only():
    ticket, agent = support.ticket(), people.agent()

    reply(agent, ticket, "They are right.", internal=True)

    assert status_of(ticket) == "open"
    assert [m.text for m in threads.messages_of(ticket, agent)] == ["We were billed twice.", "They are right."]
    assert [m.text for m in threads.messages_of(ticket, ticket.requester)] == ["We were billed twice."]


def test_customer_writes_no_notes():
    ticket = support.ticket()

    with pytest.raises(NotesAreForStaff):
        reply(ticket.requester, ticket, internal=True)


def test_reply_sent_twice_is_one_message_and_a_used_key_is_refused():
    ticket, agent, key = support.ticket(), people.agent(), uuid4()

    assert reply(agent, ticket, "Looking.", key=key) == reply(agent, ticket, "Looking.", key=key)
    with pytest.raises(KeyAlreadyUsed):
        reply(agent, ticket, "Something else.", key=key)

    assert ticket.messages.count() == 2


def test_resolving_tells_the_customer_and_their_reply_reopens_it():
    ticket, agent = support.ticket(), people.agent()

    conversation.resolve(actor=agent, ticket=ticket, outcome="answered", text="It is on page 2.", at=NOON)
    resolved = Ticket.objects.get(pk=ticket.pk)
    reply(ticket.requester, ticket, "It is not.")
    reopened = Ticket.objects.get(pk=ticket.pk)

    assert (resolved.status, resolved.outcome, resolved.resolved_at) == ("resolved", "answered", NOON)
    assert (reopened.status, reopened.outcome, reopened.resolved_at) == ("open", "", None)
    assert Activity.objects.filter(kind="support.ticket_reopened", about_ref=ticket.ref).count() == 1


def test_resolving_with_an_unknown_outcome_is_refused():
    with pytest.raises(OutcomeUnknown):
        conversation.resolve(actor=people.agent(), ticket=support.ticket(), outcome="shrugged", text="Well.", at=NOON)


def test_resolving_twice_is_refused():
    ticket, agent = support.ticket(), people.agent()
    conversation.resolve(actor=agent, ticket=ticket, outcome="answered", text="Done.", at=NOON)

    with pytest.raises(StepNotAllowed):
        conversation.resolve(actor=agent, ticket=ticket, outcome="answered", text="Done.", at=NOON)

    assert ticket.messages.count() == 2


def test_customer_does_not_resolve_and_only_a_resolved_ticket_is_reopened():
    ticket = support.ticket()

    with pytest.raises(Refusal, match="may not"):
        conversation.resolve(actor=ticket.requester, ticket=ticket, outcome="answered", text="Fine.", at=NOON)
    with pytest.raises(StepNotAllowed):
        conversation.reopen(actor=ticket.requester, ticket=ticket, at=NOON)


def test_customer_reopens_their_resolved_ticket():
    ticket = support.ticket()
    conversation.resolve(actor=people.agent(), ticket=ticket, outcome="answered", text="Done.", at=NOON)

    conversation.reopen(actor=ticket.requester, ticket=ticket, at=NOON)

    assert status_of(ticket) == "open"


def test_ticket_is_given_to_those_who_work_on_tickets_only():
    ticket, agent = support.ticket(), people.agent()

    given = conversation.assign(actor=agent, ticket=ticket, to=agent, at=NOON)
    with pytest.raises(CannotWorkOnIt):
        conversation.assign(actor=agent, ticket=ticket, to=people.finance(), at=NOON)

    assert given.assignee == agent
    assert Ticket.objects.get(pk=ticket.pk).assignee == agent


def test_messages_are_never_changed():
    message = support.ticket().messages.get()

    with pytest.raises(Exception, match="message"):
        Message.objects.filter(pk=message.pk).update(text="We were not.")


def test_resolved_ticket_without_its_moment_cannot_be_stored():
    ticket = support.ticket()

    with pytest.raises(Exception, match="resolved_ticket_has_its_moment"):
        Ticket.objects.filter(pk=ticket.pk).update(status="resolved")
