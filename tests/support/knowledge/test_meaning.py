"""Meaning: texts that mean the same lie close together."""

import numpy as np
import pytest

from support.knowledge import meaning, ranking
from support.knowledge.ranking import Worded


def likeness(one: str, other: str) -> float:
    first, second = meaning.of([one, other])
    return float(first @ second)


def test_a_text_is_exactly_like_itself_whatever_its_case_and_spaces():
    assert likeness("Where is my refund?", "  where IS my   refund?") == pytest.approx(1.0, abs=1e-5)


def test_two_ways_to_say_it_are_nearer_than_two_things_to_say():
    assert likeness("I forgot my password", "cannot remember my passcode") > likeness("I forgot my password", "my parcel is late")


@pytest.mark.parametrize("text", ["日本語の質問", "Übergröße", "🦓🦓", "\ud800", "x" * 500])
def test_any_text_lies_somewhere(text: str):
    assert np.linalg.norm(meaning.of([text])[0]) == pytest.approx(1.0, abs=1e-5)


def test_no_words_lie_nowhere():
    assert not meaning.of(["", " \t"]).any()


def test_where_the_package_is_missing_no_meaning_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(meaning, "_model", lambda: None)

    assert not meaning.known()
    with pytest.raises(LookupError, match="wordllama is not installed"):
        meaning.of(["a"])


def test_meaning_decides_and_words_break_the_tie():
    ranks = ranking.ranked({1: 0.6, 2: 0.6, 3: 0.1}, {2: Worded(4.0, share=0.5)})

    assert list(ranks) == [2, 1]
    assert ranks[2] == pytest.approx(0.65)


def test_an_article_only_the_words_know_is_ranked_too():
    assert list(ranking.ranked({}, {7: Worded(2.0, share=1.0), 8: Worded(1.0, share=0.5)})) == [7, 8]


@pytest.mark.parametrize(
    ("nearest", "nobodys", "share", "answered"),
    [
        (0.34, 0.0, 0.0, True),
        (0.33, 0.0, 0.0, False),
        (0.25, 0.0, 0.5, True),
        (0.60, 0.5, 0.0, False),
        (0.65, 0.5, 0.0, True),
        (0.00, 0.9, 1.0, True),
    ],
)
def test_an_answer_must_be_near_enough_and_nearer_than_what_nobody_answers(nearest, nobodys, share, answered):
    assert ranking.answers({1: nearest}, nobodys, {1: Worded(1.0, share=share)}) is answered
