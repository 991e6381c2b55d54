"""The portal's live stream: what happens elsewhere reaches a page that is open, at once, and nobody else."""

import threading
import time
from collections.abc import Iterator
from queue import Empty, Queue
from uuid import uuid4

import pytest
from django.db import connection
from django.test import RequestFactory

import window.live
from portal import live
from support.channels.chat import typing
from support.tickets import conversation
from tests.factories import chats, people, support
from tests.factories.customers import helios

pytestmark = pytest.mark.usefixtures("committed")
AT_ONCE = 2.0  # seconds
WHILE = 0.5
LONG_ENOUGH = 2


class Listener:
    """A browser that holds the stream open for a few seconds."""

    def __init__(self, viewer) -> None:
        request = RequestFactory().get("/portal/live/")
        request.user = viewer
        self.stream: Iterator[bytes] = iter(live.stream(request))
        self.heard: Queue[str] = Queue()
        assert next(self.stream).startswith(b"retry:")
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self) -> None:
        for said in self.stream:
            if not said.startswith(b":"):
                self.heard.put(said.decode())
        connection.close()

    def hears(self, within: float) -> str:
        try:
            return self.heard.get(timeout=within)
        except Empty:
            return ""


@pytest.fixture
def listening(monkeypatch):
    monkeypatch.setattr(window.live, "SECONDS_A_STREAM_LASTS", LONG_ENOUGH)
    monkeypatch.setattr(window.live, "SECONDS_OF_SILENCE", 1)
    listeners: list[Listener] = []

    def listen(*viewers):
        listeners.extend(Listener(viewer) for viewer in viewers)
        time.sleep(WHILE)
        return listeners

    yield listen
    for listener in listeners:
        listener.thread.join()


@pytest.fixture
def tree(listening):
    return helios()


def said_by_staff(ticket, *, internal=False):
    conversation.reply(actor=people.agent(), ticket=ticket, text="We are on it.", at=support.NOON, key=uuid4(), internal=internal)


def test_what_happens_to_a_ticket_reaches_its_customer_within_two_seconds_and_no_other(tree, listening):
    ticket = support.ticket(tree.berlin)
    own, other = listening(people.member(tree.germany), people.member(tree.us))

    said_by_staff(ticket)

    told = f'{{"about": "{ticket.ref}", "group": {tree.group.tree_id}}}'
    assert own.hears(AT_ONCE) == f"event: support.message_sent\ndata: {told}\n\n"
    assert other.hears(WHILE) == ""


def test_what_only_our_people_may_know_is_not_told(tree, listening):
    ticket = support.ticket(tree.berlin)
    (own,) = listening(people.member(tree.berlin))

    said_by_staff(ticket, internal=True)
    said_by_staff(ticket)

    assert own.hears(AT_ONCE).startswith("event: support.message_sent"), "the note before it was passed over"


def test_role_that_ends_while_the_stream_is_open_hears_nothing_more(tree, listening):
    ticket, viewer = support.ticket(tree.berlin), people.member(tree.berlin)
    (own,) = listening(viewer)
    viewer.memberships.update(until=people.LONG_AGO, since=people.LONG_AGO)

    said_by_staff(ticket)

    assert own.hears(WHILE) == ""


def test_login_that_was_closed_while_the_stream_is_open_hears_nothing_more(tree, listening):
    ticket, viewer = support.ticket(tree.berlin), people.member(tree.berlin)
    (own,) = listening(viewer)
    viewer.is_active = False
    viewer.save(update_fields=["is_active"])

    said_by_staff(ticket)

    assert own.hears(WHILE) == ""


def test_that_somebody_writes_in_a_chat_reaches_its_customer_at_once_and_no_other(tree, listening):
    chat = chats.live(tree.berlin)
    own, other = listening(people.member(tree.germany), people.member(tree.us))

    typing.note(actor=chat.agent, chat=chat)

    assert own.hears(AT_ONCE).startswith("event: support.typing")
    assert other.hears(WHILE) == ""
