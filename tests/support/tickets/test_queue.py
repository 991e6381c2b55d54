"""The queue: pages that skip and repeat nothing, counts that stop, and a constant number of statements."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from support.tickets import conversation, queue
from support.tickets.models import Ticket
from support.tickets.queue import Count, NoSuchPlace, NoSuchView, Place
from tests.factories import people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def five_tickets():
    customer = group()
    member = people.member(customer)
    return [support.ticket(customer, by=member, at=NOON + timedelta(minutes=minute)) for minute in range(5)]


def test_pages_go_on_where_the_last_one_ended():
    tickets, viewer = five_tickets(), people.supervisor()

    first = queue.page(viewer, "open", limit=2)
    second = queue.page(viewer, "open", after=Place.parse(str(first.next)), limit=2)
    third = queue.page(viewer, "open", after=second.next, limit=2)

    assert [*first.tickets, *second.tickets, *third.tickets] == tickets
    assert third.next is None


def test_ticket_resolved_in_between_makes_the_next_page_skip_nothing():
    tickets, viewer = five_tickets(), people.supervisor()
    first = queue.page(viewer, "open", limit=2)
    conversation.resolve(actor=viewer, ticket=tickets[0], outcome="answered", text="Done.", at=NOON)

    assert queue.page(viewer, "open", after=first.next, limit=2).tickets == tickets[2:4]


def test_urgent_tickets_come_first():
    tickets = five_tickets()
    Ticket.objects.filter(pk=tickets[4].pk).update(priority=Ticket.Priority.URGENT)

    assert queue.page(people.agent(), "open").tickets[0] == tickets[4]


def test_views_hold_what_their_names_say():
    agent = people.agent()
    tickets = five_tickets()
    conversation.assign(actor=agent, ticket=tickets[0], to=None, at=NOON)
    conversation.resolve(actor=agent, ticket=tickets[1], outcome="answered", text="Done.", at=NOON)

    assert {view: count.number for view, count in queue.counts(agent).items()} == {
        "mine": 3, "unassigned": 1, "open": 4, "waiting": 0, "approval": 0, "due": 4, "at_risk": 0, "breached": 4,
        "resolved": 1, "declined": 0, "chat": 0,
    }  # fmt: skip


def test_counting_stops_at_a_thousand(monkeypatch):
    monkeypatch.setattr(queue, "COUNTED", 3)
    five_tickets()

    assert queue.counts(people.agent())["open"] == Count(3, more=True)
    assert queue.counts(people.agent())["open"].text == "3+"


@pytest.mark.parametrize("level", ["customer", "finance"])
def test_who_does_not_work_on_tickets_has_an_empty_queue(level):
    ticket = five_tickets()[0]
    viewer = ticket.requester if level == "customer" else people.finance()

    assert queue.page(viewer, "open").tickets == []
    assert {count.number for count in queue.counts(viewer).values()} == {0}
    assert queue.page(people.agent(), "open").tickets != []


def test_unknown_view_and_place_are_refused():
    with pytest.raises(NoSuchView):
        queue.page(people.agent(), "all")
    for text in ("", "a~b", "open~3~yesterday~1", "open~3~2026-01-01~x"):
        with pytest.raises(NoSuchPlace):
            Place.parse(text)


def test_page_and_counts_take_the_same_statements_for_one_ticket_and_for_five():
    viewer = people.agent()
    support.ticket()

    few = _statements(viewer)
    five_tickets()

    assert _statements(viewer) == few


def test_all_views_are_counted_in_one_statement(django_assert_num_queries):
    viewer = people.agent()
    five_tickets()

    with django_assert_num_queries(1):
        queue.counts(viewer)


def _statements(viewer):
    with CaptureQueriesContext(connection) as captured:
        for ticket in queue.page(viewer, "open").tickets:
            str(ticket.customer.name)
        queue.counts(viewer)
    return len(captured)
