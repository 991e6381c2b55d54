"""Whose authority is locked until they have read what is new, and what unlocks it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.policies import acknowledging
from accounts.policies.acknowledging import NotInForce, NotOneOfUs, QuizNotPassed
from accounts.policies.models import Acknowledgement
from tests.factories import customers, people, policies
from tests.factories.policies import NOON, QUESTION

pytestmark = pytest.mark.django_db


def material(at=NOON, **facts):
    return policies.published({}, "manners", at=at, **{"material": True, "quiz": [QUESTION]} | facts)


@pytest.mark.parametrize("level", ["agent", "supervisor", "finance", "key_account", "manager"])
def test_material_version_locks_every_level_until_the_quiz_is_right(level):
    user = people.staff(level)
    version = material()
    assert acknowledging.outstanding(user, NOON) == [version]

    with pytest.raises(QuizNotPassed, match="0 of 1 right"):
        acknowledging.acknowledge(actor=user, version=version, answers=[1], at=NOON)
    assert not acknowledging.has_acknowledged(user, NOON)
    acknowledging.acknowledge(actor=user, version=version, answers=[0], at=NOON)

    assert acknowledging.has_acknowledged(user, NOON)
    assert acknowledging.pass_rate(version) == (1, 2)


def test_new_material_version_locks_again_and_a_small_one_does_not():
    user, first = people.agent(), material()
    policies.acknowledged(user, first)

    material(material=False)
    after_small = acknowledging.has_acknowledged(user, NOON)
    material()

    assert (after_small, acknowledging.has_acknowledged(user, NOON)) == (True, False)


def test_acknowledgement_counts_for_its_days_and_locks_again_after():
    user, version = people.agent(), material()
    policies.published({"staff.acknowledgement_days": "30"}, "house")
    policies.acknowledged(user, version)

    answers = [acknowledging.has_acknowledged(user, NOON + timedelta(days=days)) for days in (29, 30)]

    assert answers == [True, False]


def test_policy_for_customers_locks_nobody_and_is_not_acknowledged():
    user = people.agent()
    charter = policies.published({}, "charter", audience="customers", material=True)

    assert acknowledging.has_acknowledged(user, NOON)
    with pytest.raises(NotInForce):
        acknowledging.acknowledge(actor=user, version=charter, answers=[], at=NOON)


def test_customers_person_acknowledges_nothing():
    with pytest.raises(NotOneOfUs):
        acknowledging.acknowledge(actor=people.member(customers.group()), version=material(), answers=[0], at=NOON)


def test_missing_and_surplus_answers_are_wrong_and_no_fault():
    user, version = people.agent(), material()

    for answers in ([], [None], [7, 7]):
        with pytest.raises(QuizNotPassed):
            acknowledging.acknowledge(actor=user, version=version, answers=answers, at=NOON)


def test_attempt_is_never_changed():
    user, version = people.agent(), material()
    policies.acknowledged(user, version)

    with pytest.raises(DatabaseError), transaction.atomic():
        Acknowledgement.objects.update(right=0)
