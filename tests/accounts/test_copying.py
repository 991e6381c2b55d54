"""What is copied into a table is what was meant, to the letter and the second."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import copying
from accounts.timeline.models import Activity
from billing.invoices.models import Coverage

BERLIN = ZoneInfo("Europe/Berlin")
words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
odd = st.sampled_from(["", "\\N", "\\.", "\t", "a\tb", "\n", "\r\n", "\\", "\\\\N", "%s", "\u202eevil", "\u2028", "x" * 30, "é𝄞"])
LAST_SUMMER_HOUR = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)


def copied(*activities):
    """Copy activities that differ in what is given, and read them back in their order."""
    [keys] = copying.reserve((Activity, len(activities)))
    facts = {"kind": "test", "customer_id": None, "actor_id": None, "recorded_at": datetime(2026, 1, 1, tzinfo=UTC)}
    rows = [copying.made(Activity, {"id": key, **facts, **told}) for key, told in zip(keys, activities, strict=True)]
    copying.add(Activity, rows)
    return list(Activity.objects.filter(pk__in=keys).order_by("pk"))


@pytest.mark.django_db
@settings(max_examples=300, deadline=None)
@given(words | odd, words | odd)
def test_words_come_back_as_they_were_copied(word, fact):
    [read] = copied({"about_ref": word, "facts": {"told": fact, word: None}, "at": datetime(2026, 1, 1, tzinfo=UTC)})

    assert (read.about_ref, read.facts) == (word, {"told": fact, word: None})


@pytest.mark.django_db
def test_moments_of_an_hour_that_comes_twice_stay_apart():
    read = copied({"at": LAST_SUMMER_HOUR}, {"at": LAST_SUMMER_HOUR.replace(fold=1)})

    assert [activity.at for activity in read] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("left_out", "told"), [("line", "subscription_id"), ("subscription", "line_id")])
def test_keys_are_checked_when_asked_but_for_the_ones_left_out(left_out, told):
    nobody, nothing, january = 987_654_321, 987_654_322, DateRange(date(2026, 1, 1), date(2026, 2, 1))
    names = ["subscription_id", "charge_code", "days", "line_id"]

    with pytest.raises(IntegrityError, match=f"billing_coverage_{told}"), copying.checked_by_key():
        copying.add_values(Coverage, names, [(nobody, "base", january, nothing)])
        copying.check_now(Coverage, but=[left_out])
