"""Praise reaches who helped, once a ticket, and comes from customers only."""

import pytest

from accounts.decisions import Refusal
from accounts.timeline.models import Activity
from support.notices import audiences, letters
from support.notices.table import NOTICES
from support.tickets import conversation
from support.voice import praise
from support.voice.praise import PraiseComesFromCustomers
from tests.factories import people, support
from tests.factories.customers import group
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def test_praise_reaches_the_one_who_wrote_last():
    _assigned, helper = people.agent(), people.agent()
    ticket = support.ticket()
    conversation.resolve(actor=helper, ticket=ticket, outcome="answered", text="Done.", at=NOON)

    given = praise.give(actor=ticket.requester, ticket=ticket, words="Quick and kind.", at=NOON)

    assert (given.to, given.words) == (helper, "Quick and kind.")


def test_praise_is_told_to_who_helped_and_to_the_supervisors():
    agent, supervisor, ticket = people.agent(), people.supervisor(), support.ticket()
    praise.give(actor=ticket.requester, ticket=ticket, words="Thanks.", at=NOON)

    told = Activity.objects.get(kind="support.praise_given")
    mails = [letters.write(NOTICES[told.kind], told, person).body for person in (agent, supervisor)]

    assert audiences.who_is_praised_and_who_leads(told) == [agent, supervisor]
    plain = [mail.replace("=\n", "").replace("\u2060", "") for mail in mails]
    assert "praises how you helped" in plain[0]
    assert f"praises how {agent} helped" in plain[1]


def test_praise_reaches_the_assignee_when_nobody_wrote():
    agent = people.agent()
    ticket = support.ticket()

    assert praise.give(actor=ticket.requester, ticket=ticket, words="", at=NOON).to == agent


def test_second_praise_returns_the_first_and_tells_nobody_again():
    ticket = support.ticket()

    first = praise.give(actor=ticket.requester, ticket=ticket, words="Thanks.", at=NOON)
    second = praise.give(actor=ticket.requester, ticket=ticket, words="Thanks again.", at=NOON)

    assert (second, second.words) == (first, "Thanks.")
    assert Activity.objects.filter(kind="support.praise_given").count() == 1


def test_our_own_people_do_not_praise_themselves():
    with pytest.raises(PraiseComesFromCustomers):
        praise.give(actor=people.agent(), ticket=support.ticket(), words="Well done, me.", at=NOON)


def test_strangers_do_not_praise_on_a_ticket_they_cannot_see():
    with pytest.raises(Refusal):
        praise.give(actor=people.member(group()), ticket=support.ticket(), words="Nice.", at=NOON)
