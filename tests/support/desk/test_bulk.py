"""One change over many tickets: foreseen for each, done once for each, refused by each one's own rules, and taken back."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from accounts.decisions import Refusal
from support.desk import bulk, changes, problems
from support.desk.changes import Change
from support.tickets import conflict, conversation
from support.tickets.models import Message, Ticket
from tests.factories import people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def now(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def done(actor, tickets, change, **facts):
    made = bulk.begin(actor=actor, tickets=tickets, change=change, key=uuid4(), at=NOON, **facts)
    bulk.work_off(made, at=NOON)
    return made


def results(made):
    return list(bulk.rows_of(made).values_list("status", flat=True))


def test_bulk_changes_each_ticket_and_says_so():
    tickets, agent = [support.ticket(), support.ticket()], people.agent()

    made = done(agent, tickets, Change(priority="1", assignee="me", add_tags=("outage",)))

    assert results(made) == ["done", "done"]
    assert {(now(one).priority, now(one).assignee, *now(one).tags) for one in tickets} == {("1", agent, "outage")}


def test_bulk_answer_is_written_to_each_customer_in_their_own_words_and_ends_their_ticket():
    tickets, agent = [support.ticket(group("Helios")), support.ticket(group("Selene"))], people.agent()

    done(agent, tickets, Change(text="Dear {customer}, {ticket} is solved.", status="resolved"))

    ours = Message.objects.filter(from_staff=True).order_by("pk").values_list("text", flat=True)
    assert list(ours) == [f"Dear {one.customer.name}, {one.ref} is solved." for one in tickets]
    assert {now(one).status for one in tickets} == {"resolved"}


def test_ticket_with_an_open_promise_is_refused_while_the_others_go_through():
    held, free, agent = support.ticket(), support.ticket(), people.agent()
    support.promise(held)

    made = done(agent, [held, free], Change(text="Solved.", status="resolved"))

    assert results(made) == ["refused", "done"]
    assert "promise is still open" in bulk.rows_of(made)[0].words
    assert Message.objects.filter(ticket=held, text="Solved.").count() == 0


def test_what_was_foreseen_is_what_happens():
    held, free, agent = support.ticket(), support.ticket(), people.agent()
    support.promise(held)
    speaking = support.ticket()
    conflict.begin(actor=agent, ticket=speaking, speaker=people.supervisor(), at=NOON)
    change = Change(text="Solved.", status="resolved", priority="1")
    tickets = [now(one) for one in (held, free, speaking)]

    foreseen = changes.foresee(actor=agent, change=change, tickets=tickets)
    made = done(agent, tickets, change)

    assert [bool(one.objection) for one in foreseen] == [row == "refused" for row in results(made)] == [True, False, True]
    assert foreseen[1].steps == [("Priority", "Normal", "Urgent"), ("Status", "Open", "Resolved")]


def test_ticket_whose_remedy_waits_for_approval_is_moved_by_that_decision_alone():
    support.limit(per_ticket=100)
    support.limit("supervisor", 100000, 300000)
    case = support.case(30000)
    case.grant()
    ticket = now(case.ticket)

    foreseen = changes.foresee(actor=case.agent, change=Change(status="open"), tickets=[ticket])
    made = done(case.agent, [ticket], Change(status="open"))

    assert "waits for approval" in foreseen[0].objection
    assert (results(made), now(ticket).status) == (["refused"], "approval")


def test_preview_takes_as_many_statements_for_ten_tickets_as_for_one():
    agent = people.agent()
    tickets = list(
        Ticket.objects.filter(pk__in=[support.ticket().pk for _ in range(10)]).select_related("customer", "requester", "assignee")
    )
    taken = []

    for chosen in (tickets[:1], tickets):
        with CaptureQueriesContext(connection) as captured:
            changes.foresee(actor=agent, change=Change(text="Solved.", status="resolved"), tickets=chosen)
        taken.append(len(captured))

    assert taken[0] == taken[1]


def test_same_key_is_one_bulk_and_working_it_off_twice_writes_once():
    ticket, agent, key = support.ticket(), people.agent(), uuid4()
    change = Change(text="One word.")

    made = [bulk.begin(actor=agent, tickets=[ticket], change=change, key=key, at=NOON) for _ in range(2)]
    for one in made:
        bulk.work_off(one, at=NOON)

    assert made[0] == made[1]
    assert Message.objects.filter(text="One word.").count() == 1


def test_bulk_of_a_killed_worker_goes_on_where_it_stopped():
    tickets, agent = [support.ticket(), support.ticket()], people.agent()
    made = bulk.begin(actor=agent, tickets=tickets, change=Change(text="Word."), key=uuid4(), at=NOON)
    bulk._work(bulk.rows_of(made)[0], Change(text="Word."), NOON)

    for unfinished in bulk.unfinished():
        bulk.work_off(unfinished, at=NOON)

    assert results(made) == ["done", "done"]
    assert Message.objects.filter(text="Word.").count() == 2


def taken_back(actor, made):
    """Take a bulk back and let the worker come by; return how many rows were to go back."""
    count = bulk.undo(actor=actor, bulk=made, at=NOON)
    bulk.work_off(made, at=NOON)
    return count


def test_undo_puts_back_what_nobody_changed_since():
    kept, touched, agent = support.ticket(), support.ticket(), people.agent()
    made = done(agent, [kept, touched], Change(priority="1", add_tags=("outage",)))
    changes.make(actor=agent, ticket=touched, change=Change(priority="2"), key=uuid4(), at=NOON)

    assert (taken_back(agent, made), taken_back(agent, made)) == (2, 0)

    assert (now(kept).priority, now(kept).tags) == ("3", [])
    assert (now(touched).priority, now(touched).tags) == ("2", [])


def test_undo_reopens_what_the_bulk_resolved():
    ticket, agent = support.ticket(), people.agent()
    made = done(agent, [ticket], Change(text="Solved.", status="resolved"))

    taken_back(agent, made)

    assert (now(ticket).status, results(made)) == ("open", ["undone"])


def test_taking_back_is_left_to_the_worker_who_goes_on_where_one_was_killed():
    ticket, agent = support.ticket(), people.agent()
    made = done(agent, [ticket], Change(priority="1"))

    bulk.undo(actor=agent, bulk=made, at=NOON)

    assert (now(ticket).priority, results(made), list(bulk.unfinished())) == ("1", ["back"], [made])
    bulk.work_off(made, at=NOON)
    assert (now(ticket).priority, results(made), list(bulk.unfinished())) == ("3", ["undone"], [])


def test_row_with_a_fault_stops_no_other(monkeypatch):
    broken, sound, agent = support.ticket(), support.ticket(), people.agent()
    restore, make = changes.restore, changes.make

    def failing(real):
        def act(**given):
            if given["ticket"] == broken:
                raise IntegrityError("nobody thought of this")
            return real(**given)

        return act

    made = done(agent, [broken, sound], Change(priority="1"))
    monkeypatch.setattr(changes, "restore", failing(restore))
    taken_back(agent, made)
    monkeypatch.setattr(changes, "make", failing(make))
    again = done(agent, [broken, sound], Change(priority="2"))

    assert (results(made), results(again)) == (["done", "undone"], ["refused", "done"])
    assert [row.words for row in bulk.rows_of(again)][0].startswith("A fault of ours")


def test_somebody_else_does_not_take_a_bulk_back():
    made = done(people.agent(), [support.ticket()], Change(priority="1"))

    with pytest.raises(bulk.NotOwnBulk):
        bulk.undo(actor=people.agent(), bulk=made, at=NOON)


@pytest.mark.parametrize("who", [people.finance, lambda: people.member(group("Other"))])
def test_who_does_not_work_on_tickets_changes_none(who):
    ticket, person = support.ticket(), who()

    with pytest.raises(Refusal):
        changes.make(actor=person, ticket=ticket, change=Change(priority="1"), key=uuid4(), at=NOON)

    assert now(ticket).priority == "3"


def test_customers_begin_no_bulk_even_over_their_own_ticket():
    ticket = support.ticket()

    with pytest.raises(bulk.NothingChosen):
        bulk.begin(actor=ticket.requester, tickets=[ticket], change=Change(priority="1"), key=uuid4(), at=NOON)


@pytest.mark.parametrize(
    "change",
    [Change(), Change(status="resolved"), Change(status="waiting", text=" "), Change(status="gone"), Change(priority="9"),
     Change(status="resolved", text="x", internal=True)],
)  # fmt: skip
def test_change_that_makes_no_sense_is_refused(change):
    with pytest.raises(changes.ChangeMakesNoSense):
        changes.check(change)


def test_tags_are_small_and_each_once():
    assert changes.tags_of(" Outage,  two   words , outage,,") == ("outage", "two words")
    with pytest.raises(changes.ChangeMakesNoSense):
        changes.tags_of("x" * 41)


def test_problem_answers_all_its_tickets_and_ends():
    tickets, agent = [support.ticket(), support.ticket()], people.agent()
    problem = problems.open_problem(actor=agent, title="Billed twice on 3 March", key=uuid4(), at=NOON)

    problems.attach(actor=agent, problem=problem, tickets=tickets, at=NOON)
    made = done(agent, problems.tickets_of(problem, agent), Change(text="All put right.", status="resolved"), problem=problem)
    problem = problems.move(actor=agent, problem=problem, to="solved", at=NOON, cause="The import ran twice.")

    assert results(made) == ["done", "done"]
    assert (problem.status, problem.cause, problem.ended_by) == ("solved", "The import ran twice.", agent)


def test_ticket_of_another_problem_stays_there():
    ticket, agent = support.ticket(), people.agent()
    first, second = (problems.open_problem(actor=agent, title=title, key=uuid4(), at=NOON) for title in ("One", "Two"))
    problems.attach(actor=agent, problem=first, tickets=[ticket], at=NOON)

    assert problems.attach(actor=agent, problem=second, tickets=[ticket], at=NOON) == []
    problems.detach(actor=agent, ticket=ticket, at=NOON)
    assert problems.attach(actor=agent, problem=second, tickets=[ticket], at=NOON) == [ticket]


def test_problem_goes_only_by_its_steps_and_takes_no_tickets_once_it_ended():
    agent = people.agent()
    problem = problems.open_problem(actor=agent, title="One", key=uuid4(), at=NOON)
    problems.move(actor=agent, problem=problem, to="dismissed", at=NOON)

    with pytest.raises(problems.ProblemStepRefused):
        problems.move(actor=agent, problem=problem, to="solved", at=NOON)
    with pytest.raises(problems.ProblemStepRefused):
        problems.attach(actor=agent, problem=problem, tickets=[support.ticket()], at=NOON)


def test_customers_know_of_no_problem():
    member = people.member(group())

    with pytest.raises(problems.NobodysProblem):
        problems.open_problem(actor=member, title="One", key=uuid4(), at=NOON)
    problems.open_problem(actor=people.agent(), title="One", key=uuid4(), at=NOON)
    assert not problems.visible_to(member).exists()
    assert conversation.is_staff(member) is False
