"""A call is wanted once a ticket, within our hours, at a number that is one; it stays wanted until we spoke."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.channels import callbacks
from support.channels.callbacks import Window
from support.channels.models import CallBack
from support.notices import audiences
from support.tickets.conversation import KeyAlreadyUsed
from support.tickets.models import Ticket
from tests.factories import chats as given
from tests.factories import people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def ask(customer, by=None, **facts):
    words = {"wish": given.wish(), "key": uuid4()} | facts
    return callbacks.ask(actor=by or people.member(customer), customer=customer, at=NOON, **words)


def fresh(callback):
    return CallBack.objects.select_related("ticket__customer").get(pk=callback.pk)


def test_every_state_stands_in_the_table_of_steps():
    assert set(callbacks.STEPS) == set(CallBack.State.values)


def test_wish_for_a_call_is_a_ticket_that_says_when_and_where():
    callback = given.callback()

    said = callback.ticket.messages.get().text
    assert (callback.state, callback.phone, callback.ticket.subject) == ("open", "+49 30 1234567", "The invoice of May")
    assert said == "Please call me, Tue 3 Mar, 13:00 to 14:00 CET."
    assert Activity.objects.filter(kind="support.callback_asked", about_ref=callback.ticket.ref).count() == 1


def test_form_sent_twice_asks_for_one_call():
    customer, key = group(), uuid4()
    member = people.member(customer)
    given.round_the_clock()

    assert ask(customer, member, key=key) == ask(customer, member, key=key)
    assert Ticket.objects.count() == 1


def test_key_of_another_call_is_refused():
    customer, key = group(), uuid4()
    member = people.member(customer)
    given.round_the_clock()
    ask(customer, member, key=key)

    with pytest.raises(KeyAlreadyUsed):
        ask(customer, member, key=key, wish=given.wish(phone="+49 89 7654321"))


@pytest.mark.parametrize("phone", ["", "none", "12", "+49<script>", "+" + "1" * 60, "\x00"])
def test_number_that_is_none_is_refused_by_the_rule_for_every_number(phone):
    given.round_the_clock()

    with pytest.raises(callbacks.PhoneWrong):
        ask(group(), wish=given.wish(phone=phone))

    assert Ticket.objects.count() == 0


@pytest.mark.parametrize("topic", ["", " \x00 ", "x" * 201])
def test_call_about_nothing_is_refused(topic):
    given.round_the_clock()

    with pytest.raises(callbacks.TopicMissing):
        ask(group(), wish=given.wish(topic=topic))


@pytest.mark.parametrize(
    "window",
    [
        Window(NOON - HOUR, NOON + HOUR),
        Window(NOON + HOUR, NOON + HOUR + timedelta(minutes=29)),
        Window(NOON + HOUR, NOON + 6 * HOUR),
        Window(NOON + timedelta(days=15), NOON + timedelta(days=15) + HOUR),
        Window(NOON + 2 * HOUR, NOON + HOUR),
        Window(NOON + 7 * HOUR, NOON + 8 * HOUR),
    ],
    ids=["past", "short", "long", "far", "backwards", "closed"],
)
def test_window_that_cannot_be_is_refused(window):
    given.office_hours()

    with pytest.raises(callbacks.WindowNotPossible):
        ask(group(), wish=given.wish(window=window))

    assert Ticket.objects.count() == 0


def test_windows_offered_lie_within_our_hours_and_can_all_be_asked_for():
    given.office_hours()
    customer = group()

    offered = callbacks.windows(customer, NOON)

    assert (offered[0].since, offered[0].until) == (NOON + 2 * HOUR, NOON + 4 * HOUR)
    assert len(offered) == callbacks.SLOTS_OFFERED
    for window in offered:
        ask(customer, wish=given.wish(window=window))


def test_second_call_on_a_ticket_is_refused_until_the_first_is_taken_back():
    given.round_the_clock()
    callback = given.callback()
    again = {"actor": callback.person, "ticket": callback.ticket, "wish": given.wish(), "at": NOON}

    with pytest.raises(callbacks.CallWantedAlready):
        callbacks.ask_on(key=uuid4(), **again)
    callbacks.withdraw(actor=callback.person, callback=callback, at=NOON)
    second = callbacks.ask_on(key=uuid4(), **again)

    assert (fresh(callback).state, second.state, second.ticket) == ("withdrawn", "open", callback.ticket)


def test_database_keeps_one_open_call_a_ticket():
    callback = given.callback()
    facts = {name: getattr(callback, name) for name in ("ticket", "person", "phone", "topic", "since", "until", "asked_at")}

    with pytest.raises(IntegrityError, match="one_open_call_back_per_ticket"), transaction.atomic():
        CallBack.objects.create(key=uuid4(), **facts)


@pytest.mark.parametrize("broken", [{"state": "done"}, {"ended_at": NOON}, {"until": NOON}])
def test_database_keeps_no_call_that_contradicts_itself(broken):
    callback = given.callback()

    with pytest.raises(IntegrityError), transaction.atomic():
        CallBack.objects.filter(pk=callback.pk).update(**broken)


def test_try_that_reached_nobody_keeps_the_call_wanted_and_tells_who_asked():
    callback, agent = given.callback(), people.agent()
    later = Window(NOON + 30 * HOUR, NOON + 31 * HOUR)

    callbacks.try_again(actor=agent, callback=callback, at=NOON, window=later)

    tried = Activity.objects.get(kind="support.callback_tried")
    assert (fresh(callback).state, fresh(callback).tries, fresh(callback).since) == ("open", 1, later.since)
    assert audiences.who_wants_a_call(tried) == [callback.person]


def test_call_that_was_made_is_a_contact_by_telephone_on_the_ticket():
    callback, agent = given.callback(), people.agent()

    callbacks.done(actor=agent, callback=callback, words="We agreed on a credit.", at=NOON)
    callbacks.done(actor=agent, callback=callback, words="We agreed on a credit.", at=NOON)

    said = callback.ticket.messages.filter(from_staff=True).get()
    assert (said.text, said.author) == ("By telephone: We agreed on a credit.", agent)
    assert (fresh(callback).state, fresh(callback).called_by) == ("done", agent)


def test_call_that_ended_stays_so():
    done, withdrawn, agent = given.callback(), given.callback(), people.agent()
    callbacks.done(actor=agent, callback=done, words="Done.", at=NOON)
    callbacks.withdraw(actor=withdrawn.person, callback=withdrawn, at=NOON)

    with pytest.raises(callbacks.CallHasEnded):
        callbacks.withdraw(actor=done.person, callback=done, at=NOON)
    with pytest.raises(callbacks.CallHasEnded):
        callbacks.done(actor=agent, callback=withdrawn, words="Done.", at=NOON)
    with pytest.raises(callbacks.CallHasEnded):
        callbacks.try_again(actor=agent, callback=done, at=NOON)


def test_call_nothing_is_said_of_is_not_noted():
    callback = given.callback()

    with pytest.raises(Refusal):
        callbacks.done(actor=people.agent(), callback=callback, words="  ", at=NOON)

    assert fresh(callback).state == "open"


def test_call_is_late_once_its_window_passed():
    callback = given.callback()

    assert not callbacks.is_late(callback, callback.until)
    assert callbacks.is_late(callback, callback.until + timedelta(seconds=1))


def test_other_customers_people_see_no_call_and_take_none_back():
    callback, stranger = given.callback(), people.member(group())

    with pytest.raises(Refusal):
        callbacks.withdraw(actor=stranger, callback=callback, at=NOON)
    with pytest.raises(Refusal):
        callbacks.done(actor=people.finance(), callback=callback, words="Hi", at=NOON)

    assert not callbacks.visible_to(stranger).exists()
    assert not callbacks.waiting(callback.person).exists()
    assert list(callbacks.waiting(people.agent())) == [callback]


def test_member_whose_role_ended_asks_for_no_call():
    given.round_the_clock()
    ticket = support.ticket()
    ticket.requester.memberships.update(until=people.LONG_AGO + timedelta(days=1))

    with pytest.raises(Refusal):
        callbacks.ask_on(actor=ticket.requester, ticket=ticket, wish=given.wish(), key=uuid4(), at=NOON)
