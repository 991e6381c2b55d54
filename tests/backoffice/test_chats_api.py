"""Our own people work on chats and calls by the API as on the pages."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from support.channels.chat.models import Chat
from support.channels.models import CallBack
from tests.factories import chats, people
from tests.portal.visiting import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return people.agent()


@pytest.fixture
def program(agent):
    return browser_of(agent)


def post(program, route, *args, **body):
    address = reverse(f"staff_api:{route}", args=args)
    return program.post(address, body, content_type="application/json", headers={"Idempotency-Key": uuid4().hex})


def test_chat_is_taken_answered_handed_over_and_ended(program, agent):
    chat, colleague = chats.waiting(at=timezone.now()), chats.available(at=timezone.now())

    post(program, "presence", state="available", at_once=2)
    waiting = program.get(reverse("staff_api:chats")).json()["results"]
    taken = post(program, "pick_ups", chat.pk)
    said = post(program, "chat_messages", chat.pk, text="How can I help?")
    nobody = post(program, "hand_overs", chat.pk, to="nobody@accord.example")
    handed = post(program, "hand_overs", chat.pk, to=colleague.email)
    refused = post(program, "chat_endings", chat.pk)

    assert [(row["id"], row["state"], row["agent"]) for row in waiting] == [(chat.pk, "waiting", None)]
    assert (taken.json()["agent"], said.status_code, nobody.status_code) == (agent.email, 201, 400)
    assert (handed.json()["agent"], refused.status_code) == (colleague.email, 422)
    assert post(browser_of(colleague), "chat_endings", chat.pk, words="Credited.").json()["state"] == "ended"


def test_chat_somebody_else_has_is_refused_by_name(program):
    chat = chats.live(at=timezone.now())

    answer = post(program, "pick_ups", chat.pk)

    assert answer.status_code == 422
    assert str(chat.agent) in answer.content.decode()
    assert Chat.objects.get().agent == chat.agent


def test_call_is_tried_again_and_made(program):
    callback = chats.callback()

    late = program.get(reverse("staff_api:callbacks")).json()["results"]
    tried = post(program, "call_tries", callback.pk)
    made = post(program, "calls_made", callback.pk, words="We agreed.")

    assert [(row["id"], row["late"]) for row in late] == [(callback.pk, True)]
    assert (tried.json()["tries"], made.json()["state"]) == (1, "done")
    assert CallBack.objects.get().ended_at is not None
