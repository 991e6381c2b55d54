"""Moments in words: what is remembered reads as it was written the first time, in each language."""

from datetime import UTC, datetime, timedelta

from babel.dates import format_datetime, format_timedelta
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from window import formats

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOST = timedelta(days=4_000)
LANGUAGES = st.sampled_from(["en", "de"])


@given(LANGUAGES, st.timedeltas(-MOST, MOST).filter(lambda distance: abs(distance) >= timedelta(seconds=1)))
def test_distance_reads_as_the_conventions_of_the_language_write_it(language, distance):
    with translation.override(language):
        written = format_timedelta(distance, add_direction=True, locale=formats.locale(), threshold=0.95)

        assert formats.ago(NOW + distance, NOW) == written


def test_distance_of_a_moment_counts_as_past():
    assert formats.ago(NOW, NOW) == "1 second ago"
    assert formats.ago(NOW + timedelta(milliseconds=900), NOW) == "1 second ago"


def test_distance_takes_the_next_unit_when_it_is_nearly_one():
    assert formats.ago(NOW - timedelta(minutes=56, seconds=59), NOW) == "57 minutes ago"
    assert formats.ago(NOW - timedelta(minutes=57), NOW) == "1 hour ago"


@given(LANGUAGES, st.integers(-500_000, 500_000))
def test_time_of_day_reads_as_the_conventions_of_the_language_write_it(language, minutes):
    at = NOW + timedelta(minutes=minutes)

    with translation.override(language):
        assert formats.clock(at) == format_datetime(formats._local(at), "HH:mm", locale=formats.locale())
