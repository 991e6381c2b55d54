"""What is kept in one form for everybody is read by each in their own."""

from datetime import date

import pytest
from django.utils import translation

from accounts import writing
from accounts.customers import details
from accounts.timeline import reading
from accounts.timeline.models import Activity
from tests.factories.customers import NOON, group

READ = [
    ("en", "2028-03-01", "1 Mar 2028"),
    ("de", "2028-03-01", "1. März 2028"),
    ("en", "1240.00 EUR", "1,240.00\u00a0EUR"),
    ("de", "-1240.50 EUR", "\u22121.240,50\u00a0EUR"),
    ("de", "1500 JPY", "1.500\u00a0JPY"),
    ("en", "2028-02-31", "2028-02-31"),
    ("en", "INV-000206", "INV-000206"),
    ("en", "2028-03-01 and more", "2028-03-01 and more"),
]


@pytest.mark.parametrize(("language", "kept", "read"), READ)
def test_kept_day_or_amount_reads_as_the_language_writes_it(language, kept, read):
    with translation.override(language):
        assert writing.of_fact(kept) == read


@pytest.mark.django_db
def test_changed_facts_are_told_by_the_names_people_give_them():
    details.change(actor=None, customer=group(), at=NOON, phone="+49 30 1234", tax_id="DE136695976")
    told = Activity.objects.get(kind="accounts.customer_changed")

    assert reading.describe(told) == "Details changed: Phone, Tax id"
    with translation.override("de"):
        assert "Telefon" in reading.describe(told)


def test_sentence_tells_amounts_and_days_as_its_reader_writes_them():
    facts = {"limit": "2000.00 EUR", "on": date(2026, 2, 1), "who": "Berlin"}

    with translation.override("de"):
        german = writing.told(**facts)

    assert writing.told(**facts) == {"limit": "2,000.00 EUR", "on": "1 Feb 2026", "who": "Berlin"}
    assert (german["limit"], german["who"]) == ("2.000,00 EUR", "Berlin")
