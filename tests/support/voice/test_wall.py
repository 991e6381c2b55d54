"""Praise is on the wall because who gave it said so, and as long as they say so."""

import pytest

from accounts.privacy.models import Consent
from accounts.timeline.models import Activity
from support.notices import audiences
from support.voice import praise, wall
from support.voice.wall import NotYourPraise
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db


def given(words="Quick and kind.", **facts):
    ticket = support.ticket()
    return praise.give(actor=ticket.requester, ticket=ticket, words=words, at=NOON, **facts)


def test_praise_is_not_on_the_wall_unless_who_gave_it_says_so():
    given()
    shared = given("Thank you all.", for_all=True)

    assert wall.shown(10) == [shared]


def test_who_gave_it_takes_it_down_and_puts_it_up_again():
    shared = given(for_all=True)

    wall.take_down(actor=shared.given_by, praise=shared, at=NOON)
    assert wall.shown(10) == []

    wall.put_up(actor=shared.given_by, praise=shared, at=NOON)
    wall.put_up(actor=shared.given_by, praise=shared, at=NOON)
    assert wall.is_up(shared)
    assert Consent.objects.count() == 2


def test_nobody_else_puts_it_up():
    kept = given()

    with pytest.raises(NotYourPraise):
        wall.put_up(actor=people.agent(), praise=kept, at=NOON)


def test_praise_of_somebody_who_left_is_not_on_the_wall():
    shared = given(for_all=True)
    shared.given_by.is_active = False
    shared.given_by.save(update_fields=["is_active"])

    assert wall.shown(10) == []


def test_praise_reaches_who_helped_and_who_leads():
    agent, lead = people.agent(), people.supervisor()
    given()

    told = audiences.who_is_praised_and_who_leads(Activity.objects.get(kind="support.praise_given"))

    assert told == [agent, lead]
