"""Reasons: why a row of an import finds no place, as a code with its facts, so that it can be told in any reader's language.

A `Reason` is the text in the language of the moment and remembers what it was made of; `say` makes the text anew from what was
kept. What is wrong with a fact of a row is said by rules.py, whose ids are no codes of this table.
"""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

WORDS: Final[dict[str, str]] = {
    "row.cells": gettext_noop("has {found} cells where the header names {wanted}"),
    "ref.twice": gettext_noop('"{ref}" appears already in row {row}'),
    "ref.merged": gettext_noop("it was merged into {survivor}; import that one"),
    "kind.unknown": gettext_noop('there is no kind of customer called "{kind}"'),
    "kind.changed": gettext_noop('it is kept as "{kind}"; an import does not change kinds'),
    "kind.missing": gettext_noop("says no kind"),
    "parent.itself": gettext_noop("it names itself as its parent"),
    "parent.refused": gettext_noop("its parent {parent} was refused"),
    "parent.unknown": gettext_noop("{parent} is neither in the file nor among the customers"),
    "parent.circle": gettext_noop("{parent} leads back to it in a circle"),
    "parent.too_deep": gettext_noop("under {parent} the tree would be deeper than {levels} levels"),
    "parent.not_root": gettext_noop("a {kind} cannot be the root of a group"),
    "parent.kind": gettext_noop("a {kind} cannot stand under a {above} ({parent})"),
    "parent.chosen": gettext_noop("{parent} was chosen of several parents; further links: {further}"),
}


class Reason(str):
    """A text that remembers its code and its facts."""

    code: str
    facts: dict[str, str]


def say(code: str, **facts: object) -> Reason:
    """Return the reason of this code in the language of the moment."""
    reason = Reason(_(WORDS[code]).format(**facts))
    reason.code, reason.facts = code, {name: str(value) for name, value in facts.items()}
    return reason
