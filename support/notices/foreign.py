"""Foreign words: what other people wrote, as a mail of ours may show it.

A mail comes from us, so its reader believes its links. What somebody else chose (a name, a subject, a product) stands in our
sentences on one line, and what they wrote freely stands apart, quoted line by line; in both, no address of theirs can be clicked:
an invisible sign after its dots keeps mail programs from making a link of it. Our own people's words keep their links.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

JOINER: Final = "\u2060"  # shown as nothing, breaks nothing apart, and is in no address
LINKED: Final = re.compile(r"(?<=\S)(?:\.(?=\w)(?!\d)|:(?=//))")


def inline(said: Any) -> Any:
    """Return a fact as our own sentences may carry it: each text in it on one line and without links."""
    if isinstance(said, str):
        return unlinked(one_line(said))
    if isinstance(said, Mapping):
        return {name: inline(value) for name, value in said.items()}
    return [inline(value) for value in said] if isinstance(said, list | tuple) else said


def quoted(said: str, *, ours: bool) -> str:
    """Return free text as a quotation carries it: its lines kept, other signs that are not printed left out."""
    lines = (one_line(line) for line in said.splitlines())
    text = "\n".join(lines).strip()
    return text if ours else unlinked(text)


def as_quotation(text: str) -> str:
    """Return text as plain mails mark what somebody else said: "> " before each line."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def unlinked(text: str) -> str:
    """Return text that reads the same and in which no address can be clicked."""
    return LINKED.sub(lambda found: found[0] + JOINER, text)


def one_line(text: str) -> str:
    """Return text as one line, without anything that could begin another header."""
    return " ".join("".join(char if char.isprintable() or char == JOINER else " " for char in text).split())


def header(text: str) -> str:
    """Return text fit for a header, in which nothing is clicked: one line, as it was written."""
    return one_line(text.replace(JOINER, ""))
