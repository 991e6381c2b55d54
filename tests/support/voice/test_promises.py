"""A promise is noted with its reply, warned of, shown as broken, and closed before its ticket ends."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from accounts.timeline.models import Activity
from support.tickets import conversation
from support.tickets.models import Message, Ticket
from support.tickets.pledges import PromiseOpen
from support.voice import promises
from support.voice.models import Promise
from support.voice.promises import PromiseHasEnded, PromiseMakesNoSense, ReasonMissing, Word
from tests.factories import people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 3, 6)


def promised(ticket=None, by=None, due_on=FRIDAY, what="Refund", **facts):
    return promises.reply(
        actor=by or people.agent(), ticket=ticket or support.ticket(), text="You get it back by Friday.", at=NOON,
        word=Word(what, due_on), key=facts.pop("key", None) or uuid4(), **facts,
    )  # fmt: skip


def on(day, hour=12):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def told(kind):
    return Activity.objects.filter(kind=f"support.promise_{kind}").count()


def test_promise_is_noted_with_the_reply_that_makes_it_once():
    ticket, agent, key = support.ticket(), people.agent(), uuid4()

    promise = promised(ticket, agent, key=key)
    again = promised(ticket, agent, key=key)

    assert (promise, str(promise), promise.message.text) == (again, "Refund by 2026-03-06", "You get it back by Friday.")
    assert (Message.objects.count(), told("made")) == (2, 1)


@pytest.mark.parametrize(("what", "due_on"), [(" ", FRIDAY), ("Refund", date(2026, 3, 1)), ("Refund", date(2028, 1, 1))])
def test_promise_of_nothing_in_the_past_or_far_away_is_refused_and_nothing_is_sent(what, due_on):
    with pytest.raises(PromiseMakesNoSense):
        promised(what=what, due_on=due_on)

    assert Message.objects.count() == 1


def test_ticket_with_an_open_promise_is_not_resolved_until_it_is_kept():
    ticket, agent = support.ticket(), people.agent()
    promise = promised(ticket, agent)

    with pytest.raises(PromiseOpen, match="Refund, by 6 Mar 2026"):
        conversation.resolve(actor=agent, ticket=ticket, outcome="answered", text="Done.", at=NOON)
    promises.close(actor=agent, promise=promise, kept=True, at=NOON)
    conversation.resolve(actor=agent, ticket=ticket, outcome="answered", text="Done.", at=NOON)

    assert Ticket.objects.get(pk=ticket.pk).status == "resolved"


def test_ticket_with_an_open_promise_cannot_be_stored_as_resolved():
    ticket = support.ticket()
    promised(ticket)

    with pytest.raises(Exception, match="has an open promise"):
        Ticket.objects.filter(pk=ticket.pk).update(status="resolved", resolved_at=NOON)


def test_promise_is_taken_back_with_a_reason_only():
    promise, agent = promised(), people.agent()

    with pytest.raises(ReasonMissing):
        promises.close(actor=agent, promise=promise, kept=False, at=NOON)
    promises.close(actor=agent, promise=promise, kept=False, note="The bank refused it.", at=NOON)
    with pytest.raises(PromiseHasEnded):
        promises.close(actor=agent, promise=promise, kept=True, at=NOON)

    assert Promise.objects.get().note == "The bank refused it."
    assert told("closed") == 1


def test_promise_is_at_risk_from_the_day_before_and_broken_when_its_day_has_passed_each_told_once():
    promised()

    numbers = [promises.watch(at=on(day)) for day in (4, 5, 5, 6, 7, 8)]

    assert numbers == [0, 1, 0, 0, 1, 0]
    assert (told("at_risk"), told("broken")) == (1, 1)


def test_day_of_a_promise_ends_where_the_customer_is():
    promise = promised(support.ticket(group(timezone="America/Los_Angeles")))

    assert not promises.is_broken(promise, on(7, hour=7))
    assert promises.is_broken(promise, on(7, hour=8))


def test_promise_kept_too_late_stays_broken_and_one_taken_back_is_not():
    late, back, agent = promised(), promised(), people.agent()
    late = promises.close(actor=agent, promise=late, kept=True, at=on(9))
    back = promises.close(actor=agent, promise=back, kept=False, note="No longer needed.", at=on(9))

    assert (promises.is_broken(late, on(20)), promises.is_broken(back, on(20))) == (True, False)


def test_open_promises_are_listed_to_those_who_work_on_tickets():
    later, first = promised(due_on=date(2026, 3, 9)), promised()

    assert list(promises.open_for(people.agent())) == [first, later]
    assert list(promises.open_for(people.finance())) == []
    assert list(promises.open_for(first.ticket.requester)) == []


def test_promise_that_ended_without_a_moment_cannot_be_stored():
    promise = promised()

    with pytest.raises(Exception, match="promise_that_ended_has_its_moment"):
        Promise.objects.filter(pk=promise.pk).update(state="kept")
