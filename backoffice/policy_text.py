"""A policy as lines of text: values, clauses, sample cases and the quiz, as managers write them.

values    remedy.ticket_limit = 80.00 EUR | locked | 2.1      (what may be said below, and the clause, may be left out)
clauses   2.1 We put right what we did wrong.
cases     Agents give 80 | remedy | level=agent, amount=80.00 EUR | allowed
quiz      ? How much may an agent give?
          * 80 EUR
          - 800 EUR
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.decisions import Refusal
from accounts.policies import keys


def values(text: str) -> dict[str, Any]:
    """Read a line for each key."""
    found = {}
    for line in _lines(text):
        code, _equals, said = line.partition("=")
        value, below, clause = _parts(said, 3)
        try:
            key = keys.named(code.strip())
            found[key.code] = {"value": keys.read(key, value), "below": below, "clause": clause}
        except Refusal as refusal:
            raise ValidationError(refusal.reason) from refusal
    return found


def clauses(text: str) -> list[dict[str, str]]:
    """Read a line for each clause: its id, then its words."""
    return [{"id": words[0], "text": words[2].strip()} for words in (line.partition(" ") for line in _lines(text))]


def cases(text: str) -> list[dict[str, Any]]:
    """Read a line for each case: its name, what is asked, the facts, what is expected."""
    found = []
    for line in _lines(text):
        name, ask, facts, expect = _parts(line, 4)
        if not expect:
            raise ValidationError(_("Write a case as: name | ask | fact=value, fact=value | what is expected."))
        said = (fact.partition("=") for fact in facts.split(",") if fact.strip())
        found.append({"name": name, "ask": ask, "facts": {k.strip(): v.strip() for k, _equals, v in said}, "expect": expect})
    return found


def quiz(text: str) -> list[dict[str, Any]]:
    """Read questions (?), wrong options (-) and the right one (*)."""
    found: list[dict[str, Any]] = []
    for line in _lines(text):
        mark, words = line[0], line[1:].strip()
        if mark == "?":
            found.append({"question": words, "options": [], "answer": -1})
        elif mark in "*-" and found:
            found[-1]["answer"] = len(found[-1]["options"]) if mark == "*" else found[-1]["answer"]
            found[-1]["options"].append(words)
        else:
            raise ValidationError(_("Begin a question with ?, a wrong option with - and the right one with *."))
    return found


def written_values(said: Mapping[str, Any]) -> str:
    """Write values as they are read."""
    return "\n".join(
        f"{code} = {_value(one['value'])} | {one.get('below', '')} | {one.get('clause', '')}" for code, one in said.items()
    )


def written_clauses(said: Sequence[Mapping[str, str]]) -> str:
    """Write clauses as they are read."""
    return "\n".join(f"{clause['id']} {clause['text']}" for clause in said)


def written_cases(said: Sequence[Mapping[str, Any]]) -> str:
    """Write cases as they are read."""
    facts = (", ".join(f"{name}={value}" for name, value in case["facts"].items()) for case in said)
    return "\n".join(
        f"{case['name']} | {case['ask']} | {told} | {case['expect']}" for case, told in zip(said, facts, strict=True)
    )


def written_quiz(said: Sequence[Mapping[str, Any]]) -> str:
    """Write questions as they are read."""
    return "\n".join(line for question in said for line in _question(question))


def _question(question: Mapping[str, Any]) -> Iterator[str]:
    yield f"? {question['question']}"
    for place, option in enumerate(question["options"]):
        yield f"{'*' if place == question['answer'] else '-'} {option}"


def _facts(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in facts.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{amount} {currency}" for currency, amount in value.items())
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _parts(text: str, count: int) -> list[str]:
    return [*(part.strip() for part in text.split("|")), *[""] * count][:count]


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())
