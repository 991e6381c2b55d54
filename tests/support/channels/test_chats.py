"""A chat is a ticket's conversation held live: taken by one, lost by nobody, and a ticket where nobody is there."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.channels.chat import chats, presence, reading, tending, typing
from support.channels.chat.models import Chat
from support.desk import merging
from support.notices import audiences, letters
from support.notices.table import NOTICES
from support.tickets import conversation
from support.tickets.conversation import OneSpeaks
from support.tickets.models import Message, Ticket
from support.voice import satisfaction
from support.voice.models import Survey
from tests.factories import chats as given
from tests.factories import people, support
from tests.factories.customers import below, group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def minutes(number):
    return NOON + timedelta(minutes=number)


def start(customer, by=None, at=NOON, **facts):
    words = {"subject": "Billed twice", "text": "We were billed twice.", "key": uuid4()} | facts
    return chats.start(actor=by or people.member(customer), customer=customer, at=at, **words)


def say(actor, chat, text="Hello", at=NOON):
    return chats.say(actor=actor, chat=chat, text=text, key=uuid4(), at=at)


def kinds(ticket):
    return list(
        Activity.objects.filter(about_ref=ticket.ref, kind__contains="chat").order_by("pk").values_list("kind", flat=True)
    )


def fresh(chat):
    return Chat.objects.select_related("ticket__customer", "agent", "person").get(pk=chat.pk)


def test_every_state_stands_in_the_table_of_steps():
    assert set(chats.STEPS) == set(Chat.State.values)


def test_chat_is_a_ticket_by_the_channel_chat_that_waits_for_somebody():
    chat = given.waiting()

    assert (chat.state, chat.agent, chat.ticket.channel) == ("waiting", None, "chat")
    assert [message.text for message in chat.ticket.messages.all()] == ["We were billed twice."]
    assert kinds(chat.ticket) == ["support.chat_started"]


def test_words_outside_our_hours_are_a_ticket_that_says_by_when_it_is_answered():
    given.office_hours()
    given.available(at=SUNDAY)
    customer = group()

    standing = chats.standing(customer, SUNDAY)
    ticket = start(customer, at=SUNDAY)

    assert chats.open_on(ticket) is None
    assert ticket.channel == "chat"
    assert standing.opens_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert standing.answer_by == ticket.due_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("state", ["busy", "away"])
def test_words_are_a_ticket_while_nobody_is_available(state):
    given.round_the_clock()
    presence.declare(actor=people.agent(), state=state, at_once=3, at=NOON)

    assert chats.open_on(start(group())) is None


def test_agent_who_was_not_seen_for_three_minutes_is_not_there():
    given.round_the_clock()
    given.available()
    customer = group()

    assert chats.standing(customer, minutes(2)).is_live
    assert not chats.standing(customer, minutes(3)).is_live


def test_sign_of_life_keeps_an_agent_there():
    given.round_the_clock()
    agent = given.available()

    presence.see(actor=agent, at=minutes(2))

    assert chats.standing(group(), minutes(4)).is_live


def test_agent_in_as_many_chats_as_they_take_is_not_free_for_another():
    agent = given.available(at_once=1)
    given.live(agent=agent)

    assert not chats.standing(group(), NOON).is_live


def test_form_sent_twice_begins_one_chat():
    customer, key = group(), uuid4()
    member = people.member(customer)
    chat = given.waiting(customer, by=member, key=key)

    assert start(customer, member, key=key) == chat.ticket
    assert (Chat.objects.count(), Message.objects.count()) == (1, 1)


def test_form_sent_again_after_the_end_begins_nothing():
    customer, key = group(), uuid4()
    member = people.member(customer)
    chat = given.waiting(customer, by=member, key=key)
    chats.end(actor=member, chat=chat, at=NOON)

    start(customer, member, at=minutes(1), key=key)

    assert Chat.objects.open().count() == 0


def test_second_tab_goes_on_in_the_same_chat_with_its_words():
    customer = group()
    member = people.member(customer)
    chat = given.waiting(customer, by=member)

    ticket = start(customer, member, subject="And the VAT", text="It is wrong.")

    assert ticket == chat.ticket
    assert [message.text for message in ticket.messages.all()] == ["We were billed twice.", "And the VAT\n\nIt is wrong."]


def test_person_in_a_chat_about_another_customer_is_told_where():
    root = group()
    berlin, paris = below(root, "Berlin"), below(root, "Paris")
    member = people.member(root)
    chat = given.waiting(berlin, by=member)

    with pytest.raises(chats.AlreadyChatting, match=chat.ticket.ref):
        start(paris, member)

    assert Ticket.objects.count() == 1


def test_chat_begins_on_a_ticket_one_has_and_is_the_same_thread():
    ticket = support.ticket()
    given.round_the_clock()
    given.available()

    chats.start_on(actor=ticket.requester, ticket=ticket, text="Are you there?", key=uuid4(), at=NOON)

    assert chats.open_on(ticket).person == ticket.requester
    assert [message.text for message in ticket.messages.all()] == ["We were billed twice.", "Are you there?"]


def test_chat_is_taken_once_and_the_other_reads_who_has_it():
    chat, first, second = given.waiting(), given.available(), given.available()

    chats.pick_up(actor=first, chat=chat, at=minutes(1))
    chats.pick_up(actor=first, chat=chat, at=minutes(1))
    with pytest.raises(chats.SomebodyElseHasIt, match=str(first)):
        chats.pick_up(actor=second, chat=chat, at=minutes(1))

    assert (fresh(chat).agent, fresh(chat).ticket.assignee_id) == (first, first.pk)
    assert kinds(chat.ticket) == ["support.chat_started", "support.chat_picked_up"]


def test_agent_takes_no_more_chats_than_they_said():
    agent = given.available(at_once=1)
    given.live(agent=agent)

    with pytest.raises(chats.CannotTakeIt, match="is in 1 chats"):
        chats.pick_up(actor=agent, chat=given.waiting(), at=NOON)


def test_busy_agent_takes_no_chat():
    chat, agent = given.waiting(), people.agent()
    presence.declare(actor=agent, state="busy", at_once=3, at=NOON)

    with pytest.raises(chats.CannotTakeIt, match="not available"):
        chats.pick_up(actor=agent, chat=chat, at=NOON)


@pytest.mark.parametrize("person", ["finance", "member"])
def test_chat_is_taken_by_nobody_who_does_not_work_on_tickets(person):
    chat = given.waiting()
    outsider = people.finance() if person == "finance" else people.member(chat.ticket.customer)

    with pytest.raises(Refusal):
        chats.pick_up(actor=outsider, chat=chat, at=NOON)
    with pytest.raises(presence.MayNotChat):
        presence.declare(actor=outsider, state="available", at_once=3, at=NOON)


def test_only_the_agent_who_has_a_chat_writes_in_it():
    chat, other = given.live(), given.available()

    say(chat.agent, chat, "How can I help?")
    with pytest.raises(chats.SomebodyElseHasIt):
        say(other, chat)
    with pytest.raises(chats.SomebodyElseHasIt):
        say(other, given.waiting())

    assert chat.ticket.messages.filter(from_staff=True).count() == 1


def test_other_customers_people_find_no_chat_and_write_nothing():
    chat, stranger = given.live(), people.member(group())

    with pytest.raises(Refusal):
        say(stranger, chat)
    with pytest.raises(Refusal):
        chats.end(actor=stranger, chat=chat, at=NOON)

    assert chat not in chats.visible_to(stranger)
    assert chat in chats.visible_to(chat.person)


def test_member_whose_role_ended_writes_no_more():
    chat = given.live()
    chat.person.memberships.update(until=people.LONG_AGO + timedelta(days=1))

    with pytest.raises(Refusal):
        say(chat.person, chat)


def test_reader_who_was_away_reads_on_after_the_last_message_they_saw():
    chat = given.live()
    last = chat.ticket.messages.latest("pk").pk
    said = [say(chat.agent, chat, text) for text in ("One", "Two")]
    conversation.reply(actor=chat.agent, ticket=chat.ticket, text="A note", at=NOON, key=uuid4(), internal=True)

    assert list(chats.said_after(chat.ticket, chat.person, last)) == said
    assert list(chats.said_after(chat.ticket, chat.person, said[0].pk)) == said[1:]


def test_chat_handed_over_is_with_the_colleague():
    chat, colleague = given.live(), given.available()

    chats.hand_over(actor=chat.agent, chat=chat, to=colleague, at=NOON)

    assert (fresh(chat).agent, fresh(chat).ticket.assignee_id) == (colleague, colleague.pk)
    assert kinds(chat.ticket)[-1] == "support.chat_handed_over"


def test_chat_is_not_handed_to_who_is_not_there_nor_by_who_has_it_not():
    chat, away, colleague = given.live(), people.agent(), given.available()

    with pytest.raises(chats.CannotTakeIt):
        chats.hand_over(actor=chat.agent, chat=chat, to=away, at=NOON)
    with pytest.raises(chats.SomebodyElseHasIt):
        chats.hand_over(actor=colleague, chat=chat, to=colleague, at=NOON)

    assert fresh(chat).agent == chat.agent


def test_end_of_a_chat_is_one_line_with_its_length_and_asks_how_it_went():
    chat = given.live()
    say(chat.agent, chat, "It is credited.", at=minutes(4))

    chats.end(actor=chat.person, chat=chat, at=minutes(5))
    chats.end(actor=chat.person, chat=chat, at=minutes(6))

    ended = Activity.objects.get(about_ref=chat.ticket.ref, kind="support.chat_ended")
    assert (ended.facts["minutes"], ended.facts["messages"], fresh(chat).ending) == (5, 2, "customer")
    satisfaction.ask_after_chat(ended)
    satisfaction.ask_after_chat(ended)
    assert Survey.objects.get().person == chat.person


def test_agent_ends_with_closing_words_and_the_ticket_is_resolved():
    chat = given.live()

    chats.end(actor=chat.agent, chat=chat, at=minutes(5), words="Billed twice; credited; see invoice.")

    assert (fresh(chat).ending, fresh(chat).ticket.status) == ("agent", "resolved")


def test_chat_goes_on_when_the_ticket_may_not_be_resolved_by_its_agent():
    chat = given.live()
    Ticket.objects.filter(pk=chat.ticket_id).update(speaker=people.supervisor())

    with pytest.raises(OneSpeaks):
        chats.end(actor=chat.agent, chat=chat, at=minutes(5), words="Done.")

    assert fresh(chat).state == "live"


def test_nothing_is_said_in_a_chat_that_ended():
    chat = given.live()
    chats.end(actor=chat.person, chat=chat, at=NOON)

    with pytest.raises(chats.ChatHasEnded):
        say(chat.person, chat)


@pytest.mark.parametrize("text", ["", "\x00", "x" * 20_001])
def test_hostile_or_empty_words_begin_nothing(text):
    given.round_the_clock()
    given.available()

    with pytest.raises(conversation.WordsMissing):
        start(group(), text=text)

    assert (Chat.objects.count(), Ticket.objects.count()) == (0, 0)


def test_chat_nobody_took_in_time_is_a_ticket_and_its_person_and_agent_are_told():
    chat = given.waiting()
    chats.show_life(actor=chat.person, chat=chat, at=minutes(9))

    assert tending.tend(at=minutes(10)) == 0
    assert tending.tend(at=minutes(11)) == 1
    assert tending.tend(at=minutes(12)) == 0

    missed = Activity.objects.get(about_ref=chat.ticket.ref, kind="support.chat_missed")
    assert (fresh(chat).ending, fresh(chat).ticket.status) == ("nobody", "open")
    assert chat.person in audiences.who_chatted_and_who_helps(missed)
    assert missed.facts["answer_by"] == "2026-03-02T15:11:00+01:00"


def test_chat_whose_customer_went_away_before_anybody_came_is_a_ticket():
    chat = given.waiting()

    tending.tend(at=minutes(6))

    assert fresh(chat).ending == "abandoned"


def test_chat_whose_agent_went_away_waits_for_another_one():
    chat = given.live()
    chats.show_life(actor=chat.person, chat=chat, at=minutes(7))

    tending.tend(at=minutes(7))

    assert (fresh(chat).state, fresh(chat).agent, fresh(chat).waiting_since) == ("waiting", None, minutes(7))


def test_chat_whose_customer_went_away_or_whose_ticket_is_resolved_ends():
    silent, resolved = given.live(), given.live()
    conversation.resolve(actor=resolved.agent, ticket=resolved.ticket, outcome="answered", text="Done.", at=minutes(1))

    tending.tend(at=minutes(16))

    assert (fresh(silent).ending, fresh(resolved).ending) == ("silent", "resolved")


def test_nobody_gets_mail_of_what_they_read_in_the_chat_and_who_went_away_does():
    chat = given.live()
    say(chat.agent, chat, "It is credited.", at=minutes(1))
    say(chat.agent, chat, "Are you there?", at=minutes(3))

    here, gone = Activity.objects.filter(about_ref=chat.ticket.ref, kind="support.message_sent").order_by("at", "pk")
    assert audiences.the_other_side(here) == []
    assert audiences.the_other_side(gone) == [chat.person]


def told_of(kind, chat):
    return Activity.objects.filter(about_ref=chat.ticket.ref, kind=kind).order_by("pk")


def test_who_left_before_the_answer_is_told_it_once():
    chat = given.live()
    say(chat.agent, chat, "It is credited.", at=minutes(1))

    counts = [reading.tell_who_left(at=at) for at in (minutes(1), minutes(2), minutes(3))]

    [left] = told_of("support.chat_left", chat)
    assert counts == [0, 1, 0]
    assert audiences.who_left_the_chat(left) == [chat.person]
    assert "It is credited." in letters.write(NOTICES[left.kind], left, chat.person).body


def merged_out_of_reach():
    """A chat at a site, with a ticket of another site merged into its own, which its person no longer reaches."""
    root = group()
    person, other = people.member(root), below(root)
    chat = given.live(below(root), by=person)
    retired = support.ticket(other, by=person)
    merging.merge(actor=chat.agent, retired=retired, survivor=chat.ticket, at=NOON)
    people.joins(person, other, effect="deny")
    conversation.reply(actor=chat.agent, ticket=retired, text="For the other site.", key=uuid4(), at=minutes(1))
    return chat


def test_who_left_is_not_told_what_was_said_on_a_merged_ticket_out_of_reach():
    chat = merged_out_of_reach()
    assert reading.tell_who_left(at=minutes(2)) == 0

    say(chat.agent, chat, "For yours.", at=minutes(1))
    reading.tell_who_left(at=minutes(3))

    [left] = told_of("support.chat_left", chat)
    assert "For yours." in letters.write(NOTICES[left.kind], left, chat.person).body
    assert Message.objects.filter(pk__in=left.facts["said"]).get().text == "For yours."


def test_mail_of_an_answer_on_a_merged_ticket_out_of_reach_does_not_quote_it():
    chat = merged_out_of_reach()

    said = told_of("support.message_sent", chat).last()

    theirs = letters.write(NOTICES[said.kind], said, chat.person).body
    assert "For the other site." not in theirs and "We answered" in theirs
    assert (
        "For the other site." in letters.write(NOTICES[said.kind], said, people.administrator(chat.ticket.customer.parent)).body
    )


def test_mail_at_the_end_of_a_chat_quotes_what_its_reader_reaches():
    chat = merged_out_of_reach()
    say(chat.agent, chat, "For yours.", at=minutes(1))
    chats.end(actor=chat.agent, chat=chat, at=minutes(1))

    [ended] = told_of("support.chat_ended", chat)

    theirs = letters.write(NOTICES[ended.kind], ended, chat.person).body
    everything = letters.write(NOTICES[ended.kind], ended, people.administrator(chat.ticket.customer.parent)).body
    assert "For yours." in theirs and "For the other site." not in theirs
    assert "For the other site." in everything


def test_who_read_the_answer_and_then_left_is_told_nothing():
    chat = given.live()
    answer = say(chat.agent, chat, "It is credited.", at=minutes(1))
    chats.end(actor=chat.agent, chat=chat, at=minutes(1))
    reading.note(actor=chat.person, chat=chat, last=answer.pk)
    reading.note(actor=chat.agent, chat=chat, last=10**12)

    assert reading.tell_who_left(at=minutes(5)) == 0
    assert fresh(chat).knows_to == answer.pk


def test_who_is_on_the_ticket_beside_a_chat_is_told_at_its_end_what_we_said():
    chat = given.live()
    beside = people.member(chat.ticket.customer)
    conversation.reply(actor=beside, ticket=chat.ticket, text="Me too.", at=minutes(0), key=uuid4())
    say(chat.agent, chat, "It is credited.", at=minutes(1))
    chats.end(actor=chat.person, chat=chat, at=minutes(1))

    [ended] = told_of("support.chat_ended", chat)
    assert audiences.the_other_side(told_of("support.message_sent", chat).last()) == []
    assert audiences.who_is_beside_the_chat(ended) == [beside]
    assert "It is credited." in letters.write(NOTICES[ended.kind], ended, beside).body


def test_chat_in_which_we_said_nothing_is_told_to_nobody():
    chat = given.waiting()
    beside = people.member(chat.ticket.customer)
    conversation.reply(actor=beside, ticket=chat.ticket, text="Me too.", at=minutes(0), key=uuid4())
    chats.end(actor=chat.person, chat=chat, at=minutes(1))

    assert audiences.who_is_beside_the_chat(told_of("support.chat_ended", chat).get()) == []


def test_words_of_somebody_beside_a_chat_reach_the_agent():
    chat = given.live()
    beside = people.member(chat.ticket.customer)
    conversation.reply(actor=beside, ticket=chat.ticket, text="Me too.", at=minutes(1), key=uuid4())

    assert audiences.the_other_side(told_of("support.message_sent", chat).last()) == [chat.agent]


def test_typing_is_told_to_the_other_side_only_and_kept_nowhere():
    chat = given.live()

    typing.note(actor=chat.person, chat=chat)

    assert typing.who(chat, reader=chat.agent) == str(chat.person)
    assert typing.who(chat, reader=chat.person) == ""
    typing.stop(actor=chat.person, chat=chat)
    assert typing.who(chat, reader=chat.agent) == ""


@pytest.mark.parametrize(
    "broken",
    [{"state": "live", "agent": None}, {"state": "ended"}, {"ending": "agent"}],
)
def test_database_keeps_no_chat_that_contradicts_itself(broken):
    chat = given.waiting()

    with pytest.raises(IntegrityError), transaction.atomic():
        Chat.objects.filter(pk=chat.pk).update(**broken)


def test_database_keeps_one_open_chat_a_person_and_a_ticket():
    chat, other = given.waiting(), support.ticket()
    facts = {"started_at": NOON, "waiting_since": NOON, "seen_at": NOON}

    with pytest.raises(IntegrityError, match="one_open_chat_per_person"), transaction.atomic():
        Chat.objects.create(ticket=other, person=chat.person, **facts)
    with pytest.raises(IntegrityError, match="one_open_chat_per_ticket"), transaction.atomic():
        Chat.objects.create(ticket=chat.ticket, person=other.requester, **facts)
