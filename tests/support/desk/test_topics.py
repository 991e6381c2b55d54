"""A topic that grows far beyond its usual number raises one alarm, and one problem holds its tickets."""

from datetime import timedelta

import pytest

from accounts.timeline.models import Activity
from support.desk import problems, topics
from support.desk.models import Problem
from support.desk.topic_models import TicketTopic, TopicAlarm
from tests.factories import desk, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def opened(count, at=NOON, text="We were billed twice."):
    return [support.ticket(text=text, subject="Question", kind="other", at=at) for _ in range(count)]


def usual(a_day):
    """So many a day in the four weeks before."""
    topic = desk.topic()
    for back in range(1, 29):
        for ticket in opened(a_day, at=NOON - timedelta(days=back)):
            TicketTopic.objects.create(ticket=ticket, topic=topic, on=(NOON - timedelta(days=back)).date())
    return topic


@pytest.mark.parametrize(
    ("count", "usual", "alarming"),
    [
        (8, 28, True),
        (4, 28, False),
        (5, 28, True),
        (5, 0, True),
        (4, 0, False),
        (12, 140, True),
        (11, 140, False),
        (20, 560, False),
    ],
)
def test_day_is_an_alarm_when_it_lies_far_above_the_mean(count, usual, alarming):
    assert topics.is_alarming(count, usual) is alarming


def test_eight_in_a_day_against_a_mean_of_one_raise_an_alarm_with_the_tickets_attached():
    usual(1)
    tickets = opened(8)

    alarm = topics.watch(at=NOON)[0]

    assert (alarm.count, alarm.usual, alarm.problem.status) == (8, 28, "proposed")
    assert set(alarm.problem.tickets.all()) == set(tickets)
    assert Activity.objects.get(kind="support.topic_alarm").facts["mean"] == "1.0"


def test_watching_again_raises_no_second_alarm_but_attaches_what_came_since():
    desk.topic()
    opened(6)
    topics.watch(at=NOON)
    late = opened(1)[0]

    assert topics.watch(at=NOON + timedelta(minutes=1)) == []

    late.refresh_from_db()
    assert late.problem == Problem.objects.get()
    assert TopicAlarm.objects.get().count == 7


def test_nothing_is_attached_to_a_problem_that_was_found_to_be_none():
    desk.topic()
    opened(6)
    alarm = topics.watch(at=NOON)[0]
    problems.move(actor=desk.agent(), problem=alarm.problem, to="dismissed", at=NOON)
    late = opened(1)[0]

    topics.watch(at=NOON)

    late.refresh_from_db()
    assert late.problem is None
    assert Problem.objects.count() == 1


def test_ticket_gets_its_topic_by_its_error_or_by_its_words_and_once():
    topic = desk.topic(detector="duplicate_charge", words=["billed twice"])
    by_words = opened(1)[0]
    other = opened(1, text="Where is my invoice?")[0]

    looked_at = [topics.classify(at=NOON) for _ in range(2)]

    assert looked_at == [2, 0]
    assert {row.ticket: row.topic for row in TicketTopic.objects.all()} == {by_words: topic, other: None}


def test_few_tickets_are_no_alarm():
    desk.topic()
    opened(4)

    assert topics.watch(at=NOON) == []
    assert Problem.objects.count() == 0


def test_heap_says_its_days_and_its_mean():
    usual(1)
    opened(3)
    topics.classify(at=NOON)

    heap = topics.heaps(at=NOON)[0]

    assert (heap.today, heap.mean, heap.is_alarm) == (3, "1.0", False)
    assert [count for _day, count in heap.days] == [1, 1, 1, 1, 1, 1, 3]
