"""In a conflict one person speaks for us; others write notes."""

from uuid import uuid4

import pytest

from accounts.timeline.models import Activity
from support.tickets import conflict, conversation
from support.tickets.conflict import NotTheirsToEnd
from support.tickets.conversation import CannotWorkOnIt, OneSpeaks
from support.tickets.models import Ticket
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def reply(actor, ticket, **facts):
    return conversation.reply(actor=actor, ticket=ticket, text="Words.", at=NOON, key=uuid4(), **facts)


def test_only_the_speaker_writes_to_the_customer_and_others_leave_notes():
    ticket, speaker, other = support.ticket(), people.agent(), people.supervisor()
    conflict.begin(actor=speaker, ticket=ticket, speaker=speaker, at=NOON)

    reply(speaker, ticket)
    reply(other, ticket, internal=True)
    reply(ticket.requester, ticket)

    for forbidden in (
        lambda: reply(other, ticket),
        lambda: conversation.resolve(actor=other, ticket=ticket, outcome="answered", text="Done.", at=NOON),
    ):
        with pytest.raises(OneSpeaks, match=str(speaker)):
            forbidden()
    assert ticket.messages.count() == 4


def test_supervisors_are_told_when_a_conflict_begins():
    ticket, agent = support.ticket(), people.agent()

    conflict.begin(actor=agent, ticket=ticket, speaker=agent, at=NOON)
    conflict.begin(actor=agent, ticket=ticket, speaker=agent, at=NOON)

    assert Activity.objects.get(kind="support.conflict_began").facts["level"] == "supervisor"


def test_conflict_is_ended_by_its_speaker_or_a_supervisor_only():
    ticket, speaker = support.ticket(), people.agent()
    conflict.begin(actor=speaker, ticket=ticket, speaker=speaker, at=NOON)

    with pytest.raises(NotTheirsToEnd):
        conflict.end(actor=people.agent(), ticket=ticket, at=NOON)
    with pytest.raises(NotTheirsToEnd):
        conflict.begin(actor=(other := people.agent()), ticket=ticket, speaker=other, at=NOON)
    conflict.end(actor=people.supervisor(), ticket=ticket, at=NOON)

    assert Ticket.objects.get(pk=ticket.pk).speaker is None


def test_speaker_works_on_tickets():
    with pytest.raises(CannotWorkOnIt):
        conflict.begin(actor=people.agent(), ticket=support.ticket(), speaker=people.finance(), at=NOON)


def test_conflict_ends_with_its_ticket():
    ticket, speaker = support.ticket(), people.agent()
    conflict.begin(actor=speaker, ticket=ticket, speaker=speaker, at=NOON)

    conversation.resolve(actor=speaker, ticket=ticket, outcome="answered", text="Done.", at=NOON)

    assert Ticket.objects.get(pk=ticket.pk).speaker is None
