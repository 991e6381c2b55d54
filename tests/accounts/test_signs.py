"""Signs: what nobody sees and everybody is deceived by is left out of free text, and the scripts of the world stay."""

import pytest

from accounts import signs


@pytest.mark.parametrize(
    ("written", "kept"),
    [("abc\u202egnp.exe", "abcgnp.exe"), ("\u2066Helios\u2069", "Helios"), ("a\x07b\x1b[2Jc", "ab[2Jc"),
     ("two\nlines\tand\r\n", "two\nlines\tand\r\n")],
)  # fmt: skip
def test_marks_that_turn_and_signs_that_steer_are_left_out(written, kept):
    assert signs.plain(written) == kept


@pytest.mark.parametrize("name", ["شركة النور", "חברת אור\u200f", "नेपाली\u200dक", "👩‍🔧 Werkstatt", "漢字"])
def test_text_of_every_script_stays_as_it_is(name):
    assert (signs.plain(name), signs.turns({"a": [name]})) == (name, False)


@pytest.mark.parametrize("said", ["\u202ex", ["a", {"b": "\u2067"}], {"\u202d": 1}])
def test_mark_is_found_however_deep_it_lies(said):
    assert signs.turns(said)
