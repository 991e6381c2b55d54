"""Triggers hold whatever a session says, and cost no error at each row."""

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction

from accounts.timeline.models import Activity
from billing.ledger.models import Posting
from tests.factories import billing, customers

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin():
    return customers.group("Berlin")


def test_triggers_are_not_silenced_by_a_setting_of_the_session(berlin):
    billing.invoice(berlin, 100)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Posting.objects.update(amount_minor=1)

    with pytest.raises(DatabaseError), transaction.atomic(), pgtrigger.ignore():
        Posting.objects.update(amount_minor=1)
    with pytest.raises(DatabaseError), transaction.atomic(), pgtrigger.ignore("accounts.Activity:activity_is_only_added"):
        Activity.objects.all().delete()

    assert Posting.objects.filter(amount_minor=100).exists()


def test_asking_whether_a_trigger_is_silenced_runs_no_code():
    with connection.cursor() as cursor:
        cursor.execute("SELECT l.lanname, p.provolatile FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
                       " WHERE p.proname = '_pgtrigger_should_ignore'")  # fmt: skip

        assert cursor.fetchall() == [("sql", "i")]
