"""What is only added to stays as it is, at no cost of an error for each row."""

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction

from accounts.timeline.models import Activity
from billing.ledger.models import Posting
from tests.factories import billing, customers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def told():
    billing.invoice(customers.group("Berlin"), 100)


def refused(change):
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        change()
    return True


def test_triggers_hold_before_during_and_after_others_are_passed_over():
    def post_anew():
        Posting.objects.update(amount_minor=1)

    def tell_anew():
        Activity.objects.update(internal=True)

    assert refused(post_anew) and refused(tell_anew)
    with transaction.atomic(), pgtrigger.ignore("accounts.Activity:activity_is_only_added"):
        tell_anew()
        assert refused(post_anew)
    assert refused(post_anew) and refused(tell_anew)
    assert set(Posting.objects.values_list("amount_minor", flat=True)) == {100, -100}


def test_a_trigger_asks_without_an_error_whether_it_is_passed_over():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'")
        ((told,),) = cursor.fetchall()

    assert "EXCEPTION" not in told.upper() and "current_setting('pgtrigger.ignore', true)" in told
