"""Masking: take out of a text what tells who somebody is, before it may become an article.

Mail addresses, telephone and account numbers, cards, document numbers, web addresses with a query, and the names handed in are
replaced by what they are ("[e-mail]"). It errs on the side of taking too much out; an editor reads the draft before anybody.
"""

import re
from collections.abc import Iterable
from typing import Final

KINDS: Final = (
    ("[e-mail]", re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")),
    ("[link]", re.compile(r"https?://\S+")),
    ("[account]", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")),
    ("[number]", re.compile(r"\b(?:[A-Z]{1,6}[-/ ]?)+\d[\d/-]{2,}\b")),
    ("[phone]", re.compile(r"(?<!\w)\+?\(?\d[\d ()/.-]{6,}\d(?!\w)")),
    ("[number]", re.compile(r"\b\d{5,}\b")),
    (
        "[name]",
        re.compile(
            r"(?<=\b[Dd]ear )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*|(?:\bMrs?\.?|\bMs\.?|\bHerr|\bFrau) [A-Z][\w'-]+(?: [A-Z][\w'-]+)*"
        ),
    ),
)
SHORTEST_NAME: Final = 3


def masked(text: str, *, names: Iterable[str] = ()) -> str:
    """Return `text` without personal data; `names` are people and customers known to stand in it, whole or in part."""
    parts = {part for name in names for part in [name, *re.split(r"[\s@.,_-]+", name)] if len(part) >= SHORTEST_NAME}
    for replacement, pattern in KINDS:
        text = pattern.sub(replacement, text)
    for part in sorted(parts, key=len, reverse=True):
        text = re.sub(rf"(?<![\w\[]){re.escape(part)}(?!\w)", "[name]", text, flags=re.IGNORECASE)
    return re.sub(r"\[name\](?:[ .,-]{0,2}\[name\])+", "[name]", text)
