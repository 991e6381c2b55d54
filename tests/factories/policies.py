"""Policies for tests: written by one manager, published and bound by another, through the use cases of every screen.

`published({"remedy.ticket_limit": "80.00 EUR"})` is the shortest way to a policy in force for the whole house.
"""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.policies import acknowledging, binding, exceptions, keys, log, publishing
from accounts.policies.models import Firing, Policy, PolicyBinding, PolicyException, PolicyVersion
from accounts.policies.publishing import Content
from tests.factories import people
from tests.factories.customers import group

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUESTION = {"question": "How much?", "options": ["80 EUR", "8000 EUR"], "answer": 0}
_serial = count(1)


def values(**said: Any) -> dict[str, Any]:
    """Values as a version keeps them, from text; `below` may follow after a bar: "80.00 EUR | locked"."""
    kept = {}
    for code, text in said.items():
        key = keys.named(code.replace("__", "."))
        value, _, below = str(text).partition(" | ")
        kept[key.code] = {"value": keys.read(key, value), "below": below, "clause": "1"}
    return kept


def content(said: dict[str, str], **facts: Any) -> Content:
    """What a version says, with one sample case that passes."""
    case = {"name": "Plain", "ask": "value", "facts": {"key": "goodwill.manager_ticket_limit"}, "expect": "not limited"}
    clauses = [{"id": "1", "text": "We put right what we did wrong."}]
    return Content(**{"values": values(**said), "clauses": clauses, "cases": [case]} | facts)


def policy(code: str = "", *, audience: str = "staff", at: datetime = NOON) -> Policy:
    """A policy that says nothing yet."""
    code = code or f"policy-{next(_serial)}"
    known = Policy.objects.filter(code=code).first()
    return known or publishing.define(
        actor=people.manager(), code=code, name=code, audience=audience, review_on=date(2027, 1, 1), at=at
    )


def draft(said: dict[str, str], *, of: Policy | None = None, at: datetime = NOON, **facts: Any) -> PolicyVersion:
    """A draft that a manager wrote."""
    of = of or policy()
    on = facts.pop("on", at.date())
    return publishing.write(actor=people.manager(), policy=of, content=content(said, **facts), effective_on=on, at=at)


def published(
    said: dict[str, str], code: str = "credit-policy", *, at: datetime = NOON, place: str = "house", **facts: Any
) -> PolicyVersion:
    """A version in force, material only when told so, bound where it is said unless its policy is bound already."""
    audience = facts.pop("audience", "staff")
    named = {name: facts.pop(name) for name in ("tier", "segment", "customer") if name in facts}
    of = policy(code, audience=audience, at=at)
    version = draft(said, of=of, at=at, **{"material": False} | facts)
    version = publishing.publish(actor=people.manager(), version=version, at=at)
    if not of.bindings.exists():
        bound(of, place, at=at, **named)
    return version


def bound(of: Policy, place: str = "house", *, at: datetime = NOON, **named: Any) -> PolicyBinding:
    """A policy that holds somewhere, by two managers."""
    asked = binding.ask(actor=people.manager(), policy=of, place=place, since=at.date(), at=at, **named)
    return binding.approve(actor=people.manager(), asked=asked, at=at)


def excepted(customer: Any, key: str, text: str, *, at: datetime = NOON, until: date = date(2026, 12, 31)) -> PolicyException:
    """An exception in force, asked for by a supervisor."""
    value = keys.read(keys.named(key), text)
    facts = {"key": key, "value": value, "reason": "The board asked.", "since": at.date(), "until": until}
    asked = exceptions.ask(actor=people.supervisor(), customer=customer, at=at, **facts)
    return exceptions.approve(actor=people.manager(), asked=asked, at=at)


def acknowledged(user: Any, version: PolicyVersion, *, at: datetime = NOON) -> None:
    """Let somebody know a version."""
    answers = [question["answer"] for question in version.quiz]
    acknowledging.acknowledge(actor=user, version=version, answers=answers, at=at)


def blocked(version: PolicyVersion, *, at: datetime | None = None) -> Firing:
    """A case that a version blocked, just now."""
    case = {"about_kind": "ticket", "about_ref": f"T-{next(_serial)}", "words": "Over the limit.", "outcome": log.BLOCKED}
    who = {"customer": group(), "actor": people.agent()}
    return Firing.objects.create(version=version, key="remedy.ticket_limit", at=at or timezone.now(), **case, **who)
