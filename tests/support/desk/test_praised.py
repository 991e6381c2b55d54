"""What is praised most: counted by matter, beside as many days before, the most praised first."""

from datetime import timedelta

import pytest

from support.desk import praised
from support.desk.praised import Praised
from support.voice import praise
from tests.factories import people, support
from tests.factories.support import NOON

pytestmark = pytest.mark.django_db
SPAN = timedelta(days=30)


def thanked(kind, *, days_ago):
    ticket = support.ticket(kind=kind)
    return praise.give(actor=ticket.requester, ticket=ticket, words="Kind.", at=NOON - timedelta(days=days_ago))


def test_matters_praised_most_come_first_beside_the_days_before():
    agent = people.agent()
    for kind, days_ago in (("contract", 2), ("billing", 1), ("billing", 29), ("billing", 31), ("contract", 61)):
        thanked(kind, days_ago=days_ago)

    found = praised.most(agent, span=SPAN, at=NOON)

    assert [(one.now, one.before) for one in found] == [(2, 1), (1, 0)]
    assert found[0] == Praised(found[0].name, 2, 1)


def test_whoever_works_on_no_tickets_sees_none():
    thanked("billing", days_ago=1)

    assert praised.most(people.person(), span=SPAN, at=NOON) == []
