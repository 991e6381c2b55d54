"""Second person: a key is the hand of whoever made it, wherever two persons are needed."""

from datetime import UTC, datetime

import pytest

from accounts.people import keys, second_person
from accounts.quality import changes
from tests.factories import people

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 16, 12, tzinfo=UTC)


def program(maker, customer, *scopes):
    return keys.make(actor=maker, customer=customer, name="ERP", scopes=scopes or ["people"], at=NOON)[0].user


def verdict(actor, *asked):
    return second_person.decide(actor, *asked, reason="Yours.")


def test_behind_a_key_made_by_a_key_stands_the_person(tree):
    maker = people.administrator(tree.germany)
    first = program(maker, tree.germany, "people", "read")
    second = program(first, tree.berlin, "read")

    assert [second_person.behind(login) for login in (maker, first, second)] == [maker.pk] * 3


def test_key_of_the_system_answers_for_itself(tree):
    bot = program(None, tree.berlin)

    assert second_person.behind(bot) == bot.pk


def test_who_asked_by_hand_or_by_key_is_no_second_person_and_a_colleague_is(tree):
    maker = people.administrator(tree.germany)
    bot = program(maker, tree.germany)

    assert (verdict(maker, maker).code, verdict(maker, bot).code) == ("own_request", "own_request")
    assert verdict(people.administrator(tree.germany), maker, bot).allowed


def test_program_is_no_second_person_even_to_a_stranger(tree):
    bot = program(people.administrator(tree.germany), tree.germany)

    assert verdict(bot, people.member(tree.berlin)).code == "person_needed"


def test_person_is_asked_for_without_a_statement(tree, django_assert_num_queries):
    one, other = people.person(password=None), people.person(password=None)

    with django_assert_num_queries(0):
        assert verdict(one, other, None).allowed


def test_what_ones_own_key_asks_for_does_not_wait_for_oneself(tree):
    maker, colleague = people.administrator(tree.germany), people.administrator(tree.germany)
    bot = program(maker, tree.germany, "details")
    day = {"effective_on": NOON.date(), "at": NOON}
    asked = changes.ask(actor=bot, customer=tree.berlin, what="legal_name", legal_name="Helios Ost GmbH", **day)

    assert (list(changes.waiting_for(maker)), list(changes.waiting_for(colleague))) == ([], [asked])
