"""First contact resolution is counted by issue, across channels, within the window of its topic, beside its twins."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db.utils import IntegrityError, InternalError

from accounts.segments import evaluating
from support.measures import definitions, first_contact
from support.measures.definitions import DefinitionMakesNoSense, MayNotDefine
from support.measures.models import IssueDefinition
from support.tickets import conversation
from support.tickets.models import Ticket
from support.voice import satisfaction
from tests.factories import people, segments, support
from tests.factories.customers import below, group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS = {"billing": 3, "contract": 3, "technical": 3, "other": 3}


def solved(customer, *, at=NOON, **facts):
    ticket = support.ticket(customer, at=at, **facts)
    return conversation.resolve(actor=people.agent(), ticket=ticket, outcome="answered", text="Done.", at=at + HOUR)


def figures(at: datetime, by="kind"):
    return first_contact.together(first_contact.figures(since=NOON - DAY, until=NOON + 60 * DAY, at=at, by=by))


def counted(at: datetime):
    all_of_it = figures(at)
    return all_of_it.issues, all_of_it.solved, all_of_it.came_back, all_of_it.not_yet


def test_issue_is_solved_at_first_contact_once_its_window_passed_in_silence():
    solved(group())

    assert counted(NOON + 2 * DAY) == (1, 0, 0, 1)
    assert counted(NOON + HOUR + 14 * DAY) == (1, 1, 0, 0)


def test_mail_on_the_same_matter_within_the_window_makes_both_tickets_one_issue_that_came_back():
    customer = group()
    first = solved(customer)
    second = solved(customer, at=NOON + 7 * DAY, channel=Ticket.Channel.EMAIL)

    issues = [first_contact.of_ticket(ticket, at=NOON + 60 * DAY) for ticket in (first, second)]

    assert counted(NOON + 60 * DAY) == (1, 0, 1, 0)
    assert [(issue.tickets, issue.solved) for issue in issues] == [([first, second], False)] * 2


def test_same_matter_after_the_window_of_another_customer_or_of_another_kind_is_an_issue_of_its_own():
    customer = group()
    solved(customer)
    solved(customer, at=NOON + HOUR + 15 * DAY)
    solved(customer, kind=Ticket.Kind.TECHNICAL)
    solved(group())

    assert counted(NOON + 60 * DAY) == (4, 4, 0, 0)


def test_customer_who_comes_back_on_a_ticket_made_a_second_contact_and_one_who_adds_a_word_did_not():
    hurried, patient = support.ticket(), support.ticket()
    for ticket, later in ((hurried, timedelta(minutes=10)), (patient, 2 * HOUR)):
        conversation.reply(actor=ticket.requester, ticket=ticket, text="One more thing.", key=uuid4(), at=NOON + later)
        conversation.resolve(actor=people.agent(), ticket=ticket, outcome="answered", text="Done.", at=NOON + 3 * HOUR)

    assert counted(NOON + 60 * DAY) == (2, 1, 1, 0)


def test_reopened_ticket_was_not_solved_and_counts_as_reopened():
    ticket = solved(group())
    conversation.reopen(actor=ticket.requester, ticket=ticket, at=NOON + 2 * HOUR)

    assert (figures(NOON + 60 * DAY).resolution, figures(NOON + 60 * DAY).reopen_rate) == (0, 100)


def test_satisfaction_stands_beside_it_with_one_decimal():
    for score in (5, 4, 4):
        ticket = solved(group())
        satisfaction.ask(at=NOON + DAY)
        satisfaction.answer(survey=ticket.survey, score=score, at=NOON + DAY)

    assert (figures(NOON + 60 * DAY).satisfaction, figures(NOON + 60 * DAY).answers) == ("4.3", 3)


@pytest.mark.parametrize(("by", "part"), [("channel", "portal"), ("tier", "standard"), ("kind", "billing"), ("segment", "")])
def test_figures_are_split_by_what_is_asked_for(by, part):
    solved(group())

    assert [row.part for row in first_contact.figures(since=NOON - DAY, until=NOON + DAY, at=NOON, by=by)] == [part]


def test_segment_that_speaks_first_is_the_one_a_ticket_counts_for():
    customer = group()
    for code, rank in (("many", 1), ("dear", 5)):
        evaluating.put_in(
            actor=people.manager(), segment=segments.segment(code=code, rank=rank), customer=customer, at=NOON - DAY
        )
    solved(below(customer))

    rows = first_contact.figures(since=NOON - DAY, until=NOON + DAY, at=NOON, by="segment")

    assert [row.part for row in rows] == ["dear"]


def test_new_definition_counts_issues_from_its_day_on_and_leaves_earlier_ones_as_they_were():
    customer, other = group(), group()
    solved(customer)
    solved(customer, at=NOON + 10 * DAY)
    definitions.publish(actor=people.manager(), days=DAYS, since=date(2026, 3, 20), why="Shorter.", at=NOON)
    solved(other, at=NOON + 20 * DAY)
    solved(other, at=NOON + 30 * DAY)

    assert counted(NOON + 60 * DAY) == (3, 2, 1, 0)


@pytest.mark.parametrize(
    ("days", "since", "why"),
    [(DAYS | {"billing": 0}, TODAY := date(2026, 3, 2), "x"), ({"billing": 3}, TODAY, "x"), (DAYS, TODAY, " "),
     (DAYS, date(1999, 1, 1), "x")],
)  # fmt: skip
def test_definition_without_days_or_reason_or_before_an_earlier_one_is_refused(days, since, why):
    with pytest.raises(DefinitionMakesNoSense):
        definitions.publish(actor=people.manager(), days=days, since=since, why=why, at=NOON)


def test_only_managers_publish_and_nobody_changes_what_was_published():
    with pytest.raises(MayNotDefine):
        definitions.publish(actor=people.supervisor(), days=DAYS, since=TODAY, why="x", at=NOON)
    with pytest.raises((IntegrityError, InternalError)):
        IssueDefinition.objects.update(why="Another.")
