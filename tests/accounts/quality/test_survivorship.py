"""Of what several sources say, whose word is kept: pure, by table."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.quality import survivorship
from accounts.quality.survivorship import Word

JAN, FEB, MAR = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))


def word(record, rank=10, told_at=JAN, verified_at=None):
    return Word(record, f"S{record}", rank, {"phone": str(record)}, told_at, verified_at)


@pytest.mark.parametrize(
    ("picks", "words", "kept"),
    [
        ("verified_newest", [word(1, verified_at=JAN), word(2, told_at=MAR)], 1),
        ("verified_newest", [word(1, verified_at=JAN), word(2, verified_at=FEB)], 2),
        ("verified_newest", [word(1, told_at=JAN), word(2, told_at=FEB)], 2),
        ("verified_newest", [word(1, 20, JAN, FEB), word(2, 10, JAN, FEB)], 2),
        ("newest", [word(1, verified_at=MAR), word(2, told_at=FEB)], 2),
        ("newest", [word(2), word(1)], 1),
        ("most_trusted", [word(1, 30, MAR, MAR), word(2, 10)], 2),
        ("most_trusted", [word(1, 10, JAN), word(2, 10, FEB)], 2),
    ],
)
def test_rule_keeps_the_word_the_table_says(picks, words, kept):
    assert survivorship.choose(picks, words).word.record == kept


def test_reason_names_the_system_and_the_day():
    assert survivorship.choose("verified_newest", [word(1, verified_at=FEB)]).why == "S1 was verified last, on 1 Feb 2026"
    assert "and none was verified" in survivorship.choose("verified_newest", [word(1)]).why


def test_where_a_steward_decides_or_nobody_speaks_no_word_is_kept():
    assert survivorship.choose("by_hand", [word(1)]).word is None
    assert survivorship.choose("newest", []).word is None


MOMENTS = st.sampled_from([JAN, FEB, MAR])
WORDS = st.lists(st.builds(word, st.integers(1, 9), st.integers(1, 3), MOMENTS, st.one_of(st.none(), st.just(MAR))),
                 max_size=6, unique_by=lambda one: one.record)  # fmt: skip


@given(WORDS, st.sampled_from(["verified_newest", "newest", "most_trusted"]), st.randoms())
def test_order_in_which_sources_speak_never_changes_whose_word_is_kept(words, picks, random):
    shuffled = random.sample(words, len(words))

    assert survivorship.choose(picks, words) == survivorship.choose(picks, shuffled)


def test_every_fact_belongs_to_one_matter():
    facts = [fact for matter in survivorship.MATTERS.values() for fact in matter]

    assert len(facts) == len(set(facts)) == len(survivorship.MATTER_OF)
