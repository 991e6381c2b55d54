"""The timeline in months: each activity lies in its own, nothing is lost on the way, and no part lets anything be changed."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.timeline import months, recording
from accounts.timeline.models import Activity
from tests.factories.customers import group

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2031, 5, 31, 23, 59, 59, tzinfo=UTC)
LATER = datetime(2031, 6, 1, tzinfo=UTC)


def happened(at):
    return recording.record(None, "accounts.customer_added", actor=None, at=at, facts={"name": "Helios"})


def part_of(activity):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM accounts_activity WHERE id = %s", [activity.pk])
        return cursor.fetchone()[0]


def refused(statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_activity_lies_in_the_month_of_its_moment_in_utc():
    months.make(LONG_AGO.date())
    months.make(LATER.date())

    assert (part_of(happened(LONG_AGO)), part_of(happened(LATER))) == ("accounts_activity_203105", "accounts_activity_203106")


def test_what_lay_in_the_rest_moves_into_its_month_unchanged():
    early, late = happened(LONG_AGO), happened(LATER)
    assert {part_of(early), part_of(late)} == {months.REST}

    assert months.make(LONG_AGO.date())

    assert (part_of(early), part_of(late)) == ("accounts_activity_203105", months.REST)
    assert Activity.objects.get(pk=early.pk).facts == {"name": "Helios"}


def test_months_are_made_ahead_once_and_the_rest_is_emptied():
    happened(LONG_AGO)

    made = months.make_ahead(at=datetime(2031, 11, 15, tzinfo=UTC))

    new = {"accounts_activity_203105", "accounts_activity_203111", "accounts_activity_203112", "accounts_activity_203201",
           "accounts_activity_203202"}  # fmt: skip
    assert made >= 5
    assert new <= set(months.parts())
    assert months.make_ahead(at=datetime(2031, 11, 15, tzinfo=UTC)) == 0


@pytest.mark.parametrize("part", ["accounts_activity", "accounts_activity_203105", "accounts_activity_rest"])
def test_no_part_lets_a_row_be_changed_or_removed(part):
    months.make(LONG_AGO.date())
    happened(LONG_AGO)
    happened(LATER)

    refused(f"UPDATE {part} SET kind = 'x'")
    refused(f"DELETE FROM {part}")
    refused(f"TRUNCATE {part}")

    assert Activity.objects.count() == 2


def test_row_does_not_move_to_another_month_by_changing_its_moment():
    months.make(LONG_AGO.date())
    happened(LONG_AGO)

    refused("UPDATE accounts_activity SET at = '2031-06-02'")


def test_month_still_refuses_an_activity_of_a_customer_that_is_not_there():
    months.make(LONG_AGO.date())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_activity (customer_id, kind, at, recorded_at, about_kind, about_ref, facts, internal)"
            " VALUES (-1, 'x', %s, now(), '', '', '{}', false); SET CONSTRAINTS ALL IMMEDIATE",
            [LONG_AGO],
        )


def test_numbers_come_from_one_sequence_whatever_the_month():
    months.make(LONG_AGO.date())
    drawn = [happened(moment).pk for moment in (LONG_AGO, LATER, LONG_AGO)]

    assert drawn == sorted(set(drawn))


def test_question_for_one_month_looks_into_no_other():
    months.make(LONG_AGO.date())
    months.make(LATER.date())
    node = group()

    plan = Activity.objects.filter(customer=node, at__gte=LATER, at__lt=datetime(2031, 7, 1, tzinfo=UTC)).explain()

    assert "accounts_activity_203106" in plan
    assert "accounts_activity_203105" not in plan
