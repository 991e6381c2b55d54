"""Chats and calls at the desk: being there, taking one, talking, handing over, ending; calling back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from support.channels.chat import chats as domain
from support.channels.chat.models import Chat, Presence
from support.channels.models import CallBack
from tests.factories import chats, people
from tests.portal.visiting import browser_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return chats.available(at=timezone.now())


@pytest.fixture
def desk(agent):
    return browser_of(agent)


def send(desk, route, pk, **given):
    return desk.post(reverse(f"backoffice:{route}", args=[pk]), given)


def page_of(desk, ticket):
    return words(desk.get(reverse("backoffice:ticket", args=[ticket.ref])))


def taken(agent):
    return domain.pick_up(actor=agent, chat=chats.waiting(at=timezone.now()), at=timezone.now())


def test_agent_says_that_they_are_there_and_for_how_many():
    agent = people.agent()
    desk = browser_of(agent)

    desk.post(reverse("backoffice:presences"), {"state": "available", "at_once": 2})
    refused = desk.post(reverse("backoffice:presences"), {"state": "available", "at_once": 99})

    assert refused.status_code == 422
    said = Presence.objects.get(agent=agent)
    assert (said.state, said.at_once) == ("available", 2)


def test_open_desk_keeps_its_agent_there(desk, agent):
    Presence.objects.update(seen_at=timezone.now() - timedelta(minutes=10))

    desk.post(reverse("backoffice:presence_signs"))

    assert Presence.objects.get().seen_at > timezone.now() - timedelta(minutes=1)


def test_queue_shows_the_chat_that_waits_with_its_time(desk):
    chat = chats.waiting(at=timezone.now() - timedelta(minutes=3))

    page = words(desk.get(reverse("backoffice:queue")))

    assert f"{chat.ticket.customer.name} · came into the chat 3 minutes" in page


def test_chat_is_taken_by_one_click_and_the_second_agent_reads_who_has_it(desk, agent):
    chat = chats.waiting(at=timezone.now())
    other = browser_of(chats.available(at=timezone.now()))

    first, second = send(desk, "pick_ups", chat.pk), send(other, "pick_ups", chat.pk)

    assert (first.status_code, second.status_code) == (302, 422)
    assert f"{agent} has this chat already." in words(second)
    assert "You are in the chat with" in page_of(desk, chat.ticket)


def test_agent_talks_by_plain_form_and_by_script(desk, agent):
    chat = taken(agent)
    address = reverse("backoffice:chat_messages", args=[chat.pk])

    plain = desk.post(address, {"text": "One", "key": uuid4()})
    script = desk.post(address, {"text": "Two", "key": uuid4()}, HTTP_HX_REQUEST="true")

    assert (plain.status_code, script.status_code) == (302, 200)
    assert list(chat.ticket.messages.filter(from_staff=True).values_list("text", flat=True)) == ["One", "Two"]


def test_agent_without_the_chat_writes_nothing_in_it(desk):
    chat = chats.live(at=timezone.now())

    answer = send(desk, "chat_messages", chat.pk, text="Me too", key=uuid4())

    assert answer.status_code == 422
    assert "has this chat already" in words(answer)
    assert not chat.ticket.messages.filter(from_staff=True).exists()


def test_chat_is_handed_to_a_colleague_who_is_there(desk, agent):
    chat, colleague, away = taken(agent), chats.available(at=timezone.now()), people.agent()

    refused = send(desk, "hand_overs", chat.pk, to=away.pk)
    answer = send(desk, "hand_overs", chat.pk, to=colleague.pk)

    assert (refused.status_code, answer.status_code) == (422, 302)
    assert Chat.objects.get().agent == colleague


def test_chat_ends_with_closing_words_and_the_ticket_with_it(desk, agent):
    chat = taken(agent)

    send(desk, "chat_endings", chat.pk, words="Billed twice; credited.")

    chat.refresh_from_db()
    assert (chat.state, chat.ticket.status) == ("ended", "resolved")


def test_call_is_late_in_the_queue_tried_again_and_made(desk):
    callback = chats.callback()
    late = words(desk.get(reverse("backoffice:desk_rows")))

    send(desk, "call_tries", callback.pk)
    tried = page_of(desk, callback.ticket)
    send(desk, "calls_made", callback.pk, words="We agreed.")

    assert "call is late:" in late
    assert "tried once" in tried
    assert CallBack.objects.get().state == "done"
    assert "By telephone: We agreed." in page_of(desk, callback.ticket)


def test_finance_sees_no_desk():
    chat = chats.waiting(at=timezone.now())
    finance = browser_of(people.finance())

    assert "For chats I am" not in page_of(finance, chat.ticket)
    assert finance.get(reverse("backoffice:desk_rows")).status_code == 404
