"""Two at once: a chat is taken once, an agent takes no more than they said, one person begins one chat."""

import threading
from uuid import uuid4

import pytest
from django.db import connections

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.channels import callbacks
from support.channels.chat import chats
from support.channels.chat.models import Chat
from support.channels.models import CallBack
from tests.factories import chats as given
from tests.factories import people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.usefixtures("committed")


def all_at_once(*works):
    """Do all the works in the same moment; return the codes of those that were refused."""
    refused, start = [], threading.Barrier(len(works))

    def run(work):
        try:
            start.wait()
            work()
        except Refusal as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_chat_taken_by_eight_at_once_is_with_one_and_the_others_read_so():
    chat, agents = given.waiting(), [given.available() for _ in range(8)]

    refused = all_at_once(*[lambda one=one: chats.pick_up(actor=one, chat=chat, at=NOON) for one in agents])

    assert len(refused) == 7
    assert set(refused) <= {"somebody_else_has_it", "busy"}
    assert Activity.objects.filter(kind="support.chat_picked_up").count() == 1
    assert Chat.objects.get().agent in agents


def test_agent_who_takes_one_chat_at_once_gets_one_of_two_taken_at_once():
    first, second = given.waiting(), given.waiting()
    agent = given.available(at_once=1)

    refused = all_at_once(*[lambda one=one: chats.pick_up(actor=agent, chat=one, at=NOON) for one in (first, second)])

    assert refused in (["cannot_take_it"], ["busy"])
    assert Chat.objects.filter(agent=agent).count() == 1


def test_two_tabs_that_begin_at_once_are_one_chat_and_lose_no_words():
    customer = group()
    member = people.member(customer)
    given.round_the_clock()
    given.available()

    def begin(words):
        chats.start(actor=member, customer=customer, subject="Billed twice", text=words, key=uuid4(), at=NOON)

    refused = all_at_once(lambda: begin("One"), lambda: begin("Two"))

    assert refused == []
    said = "\n".join(Chat.objects.get().ticket.messages.values_list("text", flat=True))
    assert "One" in said
    assert "Two" in said


def test_two_calls_wanted_at_once_about_a_ticket_are_one():
    given.round_the_clock()
    ticket = support.ticket()

    def ask():
        callbacks.ask_on(actor=ticket.requester, ticket=ticket, wish=given.wish(), key=uuid4(), at=NOON)

    refused = all_at_once(ask, ask)

    assert refused in (["call_wanted_already"], ["busy"])
    assert CallBack.objects.count() == 1
