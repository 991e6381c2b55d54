"""Consistency: what is done by channel, and which channel stands out."""

from datetime import timedelta
from uuid import uuid4

import pytest

from support.desk import merging
from support.measures import consistency
from support.measures.consistency import Channel
from support.tickets import conversation
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def figures(kind=""):
    whole, parts = consistency.by_channel(since=NOON - HOUR, until=NOON + HOUR, kind=kind)
    return whole, {part.channel: part for part in parts}


def channel(*, ended=10, remedied=5, answered=HOUR):
    return Channel("phone", 10, ended, remedied, 0, answered, HOUR)


def answered(ticket, hours):
    conversation.reply(actor=people.agent(), ticket=ticket, text="Here.", key=uuid4(), at=NOON + hours * HOUR)


def test_remedies_are_counted_by_channel_of_the_tickets_that_ended():
    support.limit("agent", 25000, 100000)
    support.case(12000).grant()
    conversation.resolve(
        actor=people.agent(), ticket=support.ticket(channel="phone"), outcome="answered", text="Page 2.", at=NOON + HOUR
    )
    support.ticket(channel="phone")

    whole, parts = figures()

    assert (parts["portal"].remedy_rate, parts["phone"].remedy_rate, whole.remedy_rate) == (100, 0, 50)
    assert (parts["phone"].tickets, parts["phone"].ended) == (2, 1)


def test_first_answer_is_the_next_word_of_ours_also_where_we_wrote_down_what_was_asked():
    by_phone = conversation.open_ticket(
        actor=people.agent(), customer=support.ticket().customer, subject="A call", text="They ask.", kind="other", key=uuid4(),
        at=NOON, channel=Ticket.Channel.PHONE,
    )  # fmt: skip

    answered(by_phone, hours=3)

    assert figures()[1]["phone"].answered_in == 3 * HOUR


def test_one_kind_is_looked_at_alone_and_merged_tickets_are_not_counted_twice():
    kept = support.ticket(kind="billing")
    gone = support.ticket(kept.customer, kind="billing")
    support.ticket(kind="technical")
    merging.merge(actor=people.agent(), survivor=kept, retired=gone, at=NOON)

    assert (figures("billing")[0].tickets, figures()[0].tickets) == (1, 2)


def test_nothing_is_said_of_no_tickets():
    whole, parts = figures()

    assert (whole.tickets, whole.remedy_rate, whole.answered_in, parts) == (0, None, None, {})


@pytest.mark.parametrize(("remedied", "stands_out"), [(4, False), (6, False), (3, True), (7, True)])
def test_channel_stands_out_when_it_gives_more_than_ten_points_more_or_less(remedied, stands_out):
    assert consistency.gives_otherwise(channel(remedied=remedied), channel()) == stands_out


@pytest.mark.parametrize(("minutes", "later"), [(60, False), (66, False), (67, True)])
def test_channel_stands_out_when_its_answer_takes_a_tenth_longer(minutes, later):
    assert consistency.answers_later(channel(answered=timedelta(minutes=minutes)), channel()) == later


def test_channel_where_nothing_ended_or_was_answered_does_not_stand_out():
    quiet = channel(ended=0, remedied=0, answered=None)

    assert not consistency.gives_otherwise(quiet, channel())
    assert not consistency.answers_later(quiet, channel())
