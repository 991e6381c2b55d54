"""What is due on a ticket, by which target, and what the lists know of it."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from support.service_levels import targets
from support.service_levels.models import ServiceCalendar
from support.tickets import conversation, deadlines, escalation, queue
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.customers import below, group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
# NOON is a Monday, 13:00 in Berlin; the first calendar works 08–12 and 13–17 there.
HALF_PAST_TWELVE_IN_BERLIN = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
MONDAY_17, TUESDAY_12 = datetime(2026, 3, 2, 16, tzinfo=UTC), datetime(2026, 3, 3, 11, tzinfo=UTC)


def reply(actor, ticket, at, **facts):
    return conversation.reply(actor=actor, ticket=ticket, text="Words.", at=at, key=uuid4(), **facts)


def stored(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def hours(number):
    return NOON + timedelta(hours=number)


def test_new_ticket_is_due_by_the_target_for_everybody():
    ticket = support.ticket()

    assert (stored(ticket).due_at, stored(ticket).due_clock) == (TUESDAY_12, "first_response")


def test_ticket_opened_over_lunch_starts_its_clock_when_we_are_back():
    ticket = support.ticket(at=HALF_PAST_TWELVE_IN_BERLIN)

    first = deadlines.sheet_of(ticket, hours(0)).clocks[0]
    assert first.used == timedelta(0)
    assert first.due_at == TUESDAY_12


def test_customer_below_a_gold_one_is_answered_sooner_and_the_source_is_told():
    site = below(group(tier="gold"))

    sheet = deadlines.sheet_of(support.ticket(site), NOON)

    assert sheet.next_due.due_at == MONDAY_17
    assert (sheet.next_due.target.tier, sheet.subject.tier_from) == ("gold", site.parent)


def test_answer_leaves_the_update_due_and_a_question_nothing():
    ticket, agent = support.ticket(), people.agent()

    reply(agent, ticket, hours(1))
    after_an_answer = stored(ticket).due_clock
    reply(agent, ticket, hours(2), asks=True)

    assert (after_an_answer, stored(ticket).due_clock, stored(ticket).due_at) == ("update", "", None)


def test_resolved_ticket_is_due_no_more_and_owes_an_answer_when_reopened():
    ticket, agent = support.ticket(), people.agent()

    conversation.resolve(actor=agent, ticket=ticket, outcome="answered", text="Done.", at=hours(1))
    resolved = stored(ticket)
    reply(ticket.requester, ticket, hours(2))

    assert (resolved.due_at, resolved.next_step_at) == (None, None)
    assert stored(ticket).due_clock == "next_response"


def test_breached_clock_says_so():
    clock = deadlines.sheet_of(support.ticket(), hours(48)).clocks[0]

    assert clock.is_breached(hours(48))
    assert not deadlines.sheet_of(support.ticket(), hours(1)).clocks[0].is_breached(hours(1))


def test_changed_target_is_reckoned_anew_for_tickets_that_stand():
    ticket = support.ticket()
    calendar = ServiceCalendar.objects.get()
    targets.set_target(actor=people.manager(), clock="first_response", minutes=60, calendar=calendar, at=NOON)
    Ticket.objects.update(reckoned_at=NOON - timedelta(hours=1))

    assert escalation.reckon_stale(at=hours(1)) == 1
    assert stored(ticket).due_at == hours(1)
    assert escalation.reckon_stale(at=hours(1)) == 0


def test_at_risk_begins_at_the_share_the_target_says():
    calendar, manager = ServiceCalendar.objects.get(), people.manager()
    usual = deadlines.sheet_of(support.ticket(), NOON).clocks[0]
    targets.set_target(actor=manager, clock="first_response", minutes=120, calendar=calendar, risk_percent=50, at=NOON)

    sooner = deadlines.sheet_of(support.ticket(), NOON).clocks[0]

    assert (usual.target.risk_percent, sooner.risk_at - NOON) == (75, timedelta(hours=1))
    with pytest.raises(targets.TargetMakesNoSense, match="1 to 99"):
        targets.set_target(actor=manager, clock="update", minutes=120, calendar=calendar, risk_percent=100, at=NOON)


def test_lists_of_what_is_due_begin_with_the_most_urgent():
    long_ago, later = support.ticket(), support.ticket(at=hours(1))

    found = queue.page(people.supervisor(), "due", limit=1)
    then = queue.page(people.supervisor(), "due", after=queue.place_of("due", str(found.next)), limit=1)

    assert [*found.tickets, *then.tickets] == [long_ago, later]
    assert queue.page(people.supervisor(), "breached").tickets == [long_ago, later]
    assert queue.page(people.supervisor(), "at_risk").tickets == []


def test_ticket_with_a_quarter_of_its_time_left_is_at_risk():
    ticket = support.ticket()
    now = datetime.now(UTC)
    Ticket.objects.filter(pk=ticket.pk).update(risk_at=now - timedelta(hours=1), due_at=now + timedelta(hours=1))

    assert queue.page(people.supervisor(), "at_risk").tickets == [ticket]
    assert queue.page(people.supervisor(), "breached").tickets == []


@pytest.mark.parametrize(("zone", "minutes"), [("Europe/Berlin", 30), ("UTC", 480)])
def test_target_counts_from_its_first_day_where_the_customer_is(zone, minutes):
    late = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    targets.set_target(
        actor=people.manager(), clock="first_response", minutes=30, calendar=ServiceCalendar.objects.get(), at=NOON,
        since=date(2026, 11, 28),
    )  # fmt: skip

    sheet = deadlines.sheet_of(support.ticket(group(timezone=zone), at=late), late)

    assert sheet.clocks[0].target.minutes == minutes
