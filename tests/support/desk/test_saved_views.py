"""A saved view is a list asked for again: its counts live, its order one's own, and never more than one may see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from support.desk import filters, saved_views
from support.desk.filters import Filters
from support.desk.macro_models import SavedView
from support.tickets import conversation, queue
from support.tickets.models import Ticket
from tests.factories import chats, desk, people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def names(viewer):
    return [view.name for view in saved_views.visible_to(viewer)]


def counted(viewer):
    views = list(saved_views.visible_to(viewer))
    return {view.name: saved_views.counts(viewer, views)[view.pk].text for view in views}


def test_view_counts_what_its_list_holds_now():
    agent, ticket = people.agent(), support.ticket()
    desk.view(agent, "Open", status="unresolved")
    before = counted(agent)

    conversation.resolve(actor=agent, ticket=ticket, outcome="answered", text="Done.", at=NOON)

    assert (before, counted(agent)) == ({"Open": "1"}, {"Open": "0"})


def test_counts_of_many_views_take_as_many_statements_as_of_one_of_each_sort():
    agent = people.agent()
    for number in range(8):
        desk.view(agent, f"View {number}", status="unresolved", words="billed" if number % 2 else "", tag=f"tag {number}")
    views = list(saved_views.visible_to(agent))

    taken = []
    for some in (views[:2], views):
        with CaptureQueriesContext(connection) as captured:
            saved_views.counts(agent, some)
        taken.append(len(captured))

    assert taken[0] == taken[1]


def test_count_that_takes_too_long_is_left_out_and_changes_no_limit_after_it(monkeypatch):
    monkeypatch.setattr(saved_views, "LONGEST_COUNT", timedelta(milliseconds=20))

    slow = saved_views._counted_in_time("SELECT 1::bigint, (SELECT COUNT(*) FROM pg_sleep(1))", [])
    quick = saved_views._counted_in_time("SELECT 7::bigint, 3", [])

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert (slow, quick[7].text, cursor.fetchone()) == ({}, "3", ("0",))


def test_list_is_shown_without_the_counts_that_could_not_be_had(client, monkeypatch):
    agent = people.agent()
    desk.view(agent, "Billed", words="billed")
    monkeypatch.setattr(saved_views, "_counted_in_time", lambda *_: {})
    client.force_login(agent)

    shown = client.get(reverse("backoffice:ticket_list"))

    assert (shown.status_code, [(one["view"].name, one["count"]) for one in shown.context["views"]]) == (200, [("Billed", "")])


def test_agents_do_not_share_and_supervisors_share_fifty_in_all():
    agent, supervisor, manager = people.agent(), people.supervisor(), people.manager()
    with pytest.raises(saved_views.ViewRefused, match="Supervisors share views"):
        desk.view(agent, "Mine for all", shared=True)
    for number in range(25):
        desk.view(supervisor, f"View {number}", shared=True)
        desk.view(manager, f"View {number}", shared=True)

    with pytest.raises(saved_views.ViewRefused, match="50 views are shared already"):
        desk.view(supervisor, "One more", shared=True)

    desk.view(supervisor, "View 1", shared=True, status="waiting")
    assert SavedView.objects.filter(shared=True).count() == 50


def test_own_views_are_mine_and_shared_ones_everybodys():
    agent, other = people.supervisor(), people.agent()
    desk.view(agent, "Mine", status="open")
    desk.view(agent, "Ours", shared=True, status="open")

    assert (names(agent), names(other)) == (["Mine", "Ours"], ["Ours"])
    assert names(people.member(group())) == names(people.finance()) == []


def test_me_in_a_shared_view_is_whoever_looks():
    agent, other = people.supervisor(), people.agent()
    ticket = support.ticket()
    conversation.assign(actor=agent, ticket=ticket, to=other, at=NOON)
    desk.view(agent, "On my desk", shared=True, assignee="me")

    assert (counted(agent), counted(other)) == ({"On my desk": "0"}, {"On my desk": "1"})


def test_views_stand_as_they_were_arranged():
    agent = people.agent()
    made = [desk.view(agent, name, status="open") for name in ("A", "B", "C")]

    saved_views.arrange(actor=agent, view=made[2], up=True)
    saved_views.arrange(actor=agent, view=made[0], up=True)

    assert names(agent) == ["A", "C", "B"]


def test_view_of_somebody_else_is_neither_moved_nor_taken_away():
    view, other = desk.view(people.supervisor(), "Ours", shared=True, status="open"), people.agent()

    for attempt in (
        lambda: saved_views.remove(actor=other, view=view),
        lambda: saved_views.arrange(actor=other, view=view, up=True),
    ):
        with pytest.raises(saved_views.ViewRefused):
            attempt()
    saved_views.remove(actor=people.supervisor(), view=view)
    assert SavedView.objects.count() == 0


def test_view_without_name_or_filter_is_refused():
    agent = people.agent()

    for name, asked in ((" ", Filters(status="open")), ("All", Filters())):
        with pytest.raises(saved_views.ViewRefused):
            saved_views.keep(actor=agent, name=name, asked=asked)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": "open"}, True), ({"status": "resolved"}, False), ({"priority": "3"}, True), ({"kind": "technical"}, False),
        ({"words": "BILLED"}, True), ({"words": "nothing"}, False), ({"tag": "Outage"}, True), ({"assignee": "nobody"}, False),
        ({"channel": "portal"}, True), ({"customer": "C-0"}, False), ({"status": "nonsense", "assignee": "9" * 30}, True),
        ({"words": "%_\\'; DROP TABLE"}, False), ({"problem": "PB-0"}, False),
    ],
)  # fmt: skip
def test_each_filter_narrows_and_nonsense_does_not(asked, found):
    agent, ticket = people.agent(), support.ticket()
    Ticket.objects.filter(pk=ticket.pk).update(tags=["outage"], assignee=agent)

    assert filters.tickets(agent, Filters.read(asked)).exists() is found


def test_list_asks_for_tickets_with_a_chat_that_waits_or_goes_on():
    agent = chats.available()
    waiting, live = chats.waiting(), chats.live(agent=agent)
    support.ticket()

    found = {
        state: {ticket.pk for ticket in filters.tickets(agent, Filters(chat=state))} for state in ("open", "waiting", "live")
    }

    assert found == {
        "open": {waiting.ticket_id, live.ticket_id}, "waiting": {waiting.ticket_id}, "live": {live.ticket_id},
    }  # fmt: skip
    assert {ticket.pk for ticket in queue.tickets_of(agent, "chat")} == found["open"]


def test_nobody_but_our_own_people_has_a_list():
    ticket = support.ticket()

    assert not filters.tickets(ticket.requester, Filters()).exists()
    assert not filters.tickets(people.finance(), Filters()).exists()
