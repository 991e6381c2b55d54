"""A saved view is a list asked for again: its counts live, its order one's own, and never more than one may see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from support.desk import filters, saved_views
from support.desk.filters import Filters
from support.desk.macro_models import SavedView
from support.tickets import conversation
from support.tickets.models import Ticket
from tests.factories import desk, people, support
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


def test_counts_of_many_views_take_one_statement():
    agent = people.agent()
    for number in range(8):
        desk.view(agent, f"View {number}", status="unresolved", tag=f"tag {number}")
    views = list(saved_views.visible_to(agent))

    with CaptureQueriesContext(connection) as captured:
        saved_views.counts(agent, views)

    assert len(captured) == 1


def test_own_views_are_mine_and_shared_ones_everybodys():
    agent, other = people.agent(), people.agent()
    desk.view(agent, "Mine", status="open")
    desk.view(agent, "Ours", shared=True, status="open")

    assert (names(agent), names(other)) == (["Mine", "Ours"], ["Ours"])
    assert names(people.member(group())) == names(people.finance()) == []


def test_me_in_a_shared_view_is_whoever_looks():
    agent, other = people.agent(), people.agent()
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
    view, other = desk.view(people.agent(), "Ours", shared=True, status="open"), people.agent()

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


def test_nobody_but_our_own_people_has_a_list():
    ticket = support.ticket()

    assert not filters.tickets(ticket.requester, Filters()).exists()
    assert not filters.tickets(people.finance(), Filters()).exists()
