"""What is kept is said in English, whoever acts in whatever language; who reads it is told in their own."""

from datetime import date

import pytest
from django.utils import translation

from accounts.customers.models import Customer
from accounts.quality import scores
from accounts.quality.models import Score
from accounts.timeline.models import Activity
from billing.contracts import events
from tests.factories import billing
from tests.factories.customers import below, group

pytestmark = pytest.mark.django_db


def test_change_of_a_contract_made_in_german_is_kept_in_english_and_read_in_german():
    subscription = billing.subscribed(group())

    with translation.override("de"):
        cancelled = events.add(
            actor=None, subscription=subscription, what="cancel", effective_on=date(2026, 6, 1), at=billing.NOON
        )
        read = events.words(cancelled)

    kept = Activity.objects.filter(kind="billing.contract_changed").latest("pk").facts["change"]
    assert (read, kept) == ("Kündigung", "Cancellation")


def test_change_undone_in_german_is_kept_in_english():
    subscription = billing.subscribed(group())
    with translation.override("de"):
        paused = events.add(actor=None, subscription=subscription, what="cancel", effective_on=date(2026, 6, 1), at=billing.NOON)
        events.undo(actor=None, event=paused, at=billing.NOON, today=date(2026, 1, 2))

    assert Activity.objects.get(kind="billing.change_undone").facts["change"] == "Cancellation"


def test_what_is_wrong_with_facts_is_kept_in_english():
    customer = below(group(), kind="legal_entity")
    Customer.objects.filter(pk=customer.pk).update(email="")

    with translation.override("de"):
        scores.refresh(Customer.objects.filter(pk=customer.pk), at=billing.NOON)

    reasons = [reason for _rule, _fact, reason in Score.objects.get(customer=customer).broken]
    assert "is missing: there is no address for notices" in reasons
