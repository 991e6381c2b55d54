"""Tasks about customers that are stuck: one for each time, whose it is, done or over."""

from datetime import timedelta

import pytest

from accounts.people import owners
from accounts.people.models import User
from accounts.segments import lifecycle, stage_tasks
from accounts.segments.models import StageTask
from accounts.segments.stage_tasks import StageTaskRefused
from accounts.timeline.models import Activity
from tests.factories import customers, people, segments
from tests.factories.segments import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=40)


@pytest.fixture
def customer():
    return customers.group(stage="onboarding", at=NOON)


@pytest.fixture
def owner(customer):
    person = people.key_account_manager()
    owners.name(
        actor=people.manager(), customer=customer, role="account_owner", person=person, since=NOON.date(), at=NOON
    )  # fmt: skip
    return person


@pytest.fixture
def task(customer, owner):
    lifecycle.follow([customer], at=LATER)
    return StageTask.objects.get()


def test_who_owns_the_account_is_told_of_one_task_however_many_nights_pass(customer, owner):
    for days in range(3):
        lifecycle.follow([customer], at=LATER + timedelta(days=days))

    told = Activity.objects.get(kind="accounts.stage_task_opened")
    assert StageTask.objects.count() == 1
    assert (told.customer, told.facts["person"], told.facts["to"]) == (customer, owner.pk, str(owner))
    assert told.facts["why"] == "40 days without anybody signing in; 30 are allowed."
    assert told.deliveries.filter(reader="notice").count() == 1


def test_task_ends_when_the_customer_moves_on(customer, task):
    signing_in = people.member(customer)
    User.objects.filter(pk=signing_in.pk).update(last_login=LATER)

    lifecycle.follow([customer], at=LATER + timedelta(days=1))

    task.refresh_from_db()
    assert (task.ended_at, task.done_at) == (LATER + timedelta(days=1), None)
    with pytest.raises(StageTaskRefused, match="has moved on"):
        stage_tasks.finish(actor=people.supervisor(), task=task, words="Called.", at=LATER)


def test_what_was_done_is_kept_once_in_the_words_said_first(owner, task):
    for words in ("Called the head of IT.", "Something else"):
        stage_tasks.finish(actor=owner, task=task, words=words, at=LATER)

    task.refresh_from_db()
    assert (task.done_by, task.note) == (owner, "Called the head of IT.")
    assert Activity.objects.filter(kind="accounts.stage_task_done").count() == 1


def test_task_of_somebody_else_and_one_without_words_are_refused(owner, task):
    with pytest.raises(StageTaskRefused, match=f"This is the task of {owner}"):
        stage_tasks.finish(actor=people.key_account_manager(), task=task, words="Called.", at=LATER)
    with pytest.raises(StageTaskRefused, match="Say in a few words"):
        stage_tasks.finish(actor=owner, task=task, words=" ", at=LATER)

    task.refresh_from_db()
    assert task.done_at is None


def test_key_account_manager_comes_before_who_owns_the_account(customer, owner):
    manager = people.key_account_manager()
    segments.key_account(customer, manager=manager)

    assert stage_tasks.who_look_after([customer.pk], LATER.date()) == {customer.pk: manager}
