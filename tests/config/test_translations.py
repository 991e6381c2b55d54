"""The German catalogue says everything, and says it with the same figures and names."""

import re
from pathlib import Path

from babel.messages import pofile
from babel.messages.catalog import Message

CATALOGUE = Path(__file__).resolve().parents[2] / "locale" / "de" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%|<[^>]+>")
# The style guide is for those who build Accord; its made-up people and figures stay as they are.
NOT_FOR_CUSTOMERS = ("templates/styleguide",)


def messages() -> list[Message]:
    with CATALOGUE.open("rb") as words:
        return [message for message in pofile.read_po(words, locale="de") if message.id]


def texts(words: str | tuple[str, ...]) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def test_every_message_for_people_has_its_german_words():
    for_people = [m for m in messages() if not all(place.startswith(NOT_FOR_CUSTOMERS) for place, _line in m.locations)]

    assert [m.id for m in for_people if m.fuzzy or not all(texts(m.string))] == []
    assert len(for_people) > 1_500


def test_german_words_name_what_the_english_name():
    told = [m for m in messages() if all(texts(m.string))]

    differ = [m.id for m in told if named(texts(m.id)[-1]) != named(texts(m.string)[-1])]

    assert differ == []


def named(words: str) -> set[str]:
    return set(PLACEHOLDER.findall(words))
