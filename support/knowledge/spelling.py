"""Spelling: read a misspelt word as the word it is nearest to among those that articles and questions use.

Only a word that nobody used is read as another: one letter too many, too few, another or two swapped, the first letter kept, and
used at least `OFTEN_ENOUGH` times; of several, the one used most. Names, numbers and short words stay as they are.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

LETTERS: Final = "abcdefghijklmnopqrstuvwxyzäöüß"
WORD: Final = re.compile(f"[{LETTERS}]+")
SHORTEST: Final = 4
LONGEST: Final = 25
OFTEN_ENOUGH: Final = 3


def count(texts: Iterable[str]) -> Counter[str]:
    """Return how often each word is used in these texts."""
    return Counter(word for text in texts for word in WORD.findall(text.lower()))


def corrected(text: str, used: Mapping[str, int]) -> str:
    """Return a text in small letters with each unused word replaced by the used word nearest to it, if there is one."""
    return WORD.sub(lambda found: _corrected(found[0], used), text.lower())


def _corrected(word: str, used: Mapping[str, int]) -> str:
    if word in used or not SHORTEST <= len(word) <= LONGEST:
        return word
    near = [other for other in _one_slip_away(word) if other[:1] == word[0] and used.get(other, 0) >= OFTEN_ENOUGH]
    return max(near, key=lambda other: (used[other], other), default=word)


def _one_slip_away(word: str) -> set[str]:
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    without = {head + tail[1:] for head, tail in parts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1}
    other = {head + letter + tail[1:] for head, tail in parts if tail for letter in LETTERS}
    more = {head + letter + tail for head, tail in parts for letter in LETTERS}
    return without | swapped | other | more
