"""The strategy workbook for tests, said through its use cases."""

from datetime import datetime
from typing import Any

from accounts.people.models import User
from support.strategy import editions, lessons, writing
from support.strategy.models import Lesson, StrategyEdition, StrategyEntry
from support.strategy.parts import places
from support.strategy.writing import Content
from tests.factories import people, policies
from tests.factories.policies import NOON


def said(
    part: str = "segments", question: str = "", *, by: User | None = None, at: datetime = NOON, **facts: Any
) -> StrategyEntry:
    """Something said on a part, with what is measured as evidence unless told otherwise."""
    content = Content(**{"words": "We call before we write.", "measures": ["voice"]} | facts)
    return writing.say(actor=by or people.manager(), part=part, question=question, content=content, at=at)


def complete(*, by: User | None = None, at: datetime = NOON) -> None:
    """Say something that holds at every place."""
    for part, question in places():
        said(part.code, question, by=by, at=at)


def edition(*, at: datetime = NOON) -> StrategyEdition:
    """A published edition."""
    complete(by=people.manager(), at=at)
    return editions.publish(actor=people.manager(), why="It begins.", at=at)


def lesson(*, at: datetime = NOON, **facts: Any) -> Lesson:
    """A lesson that changed a policy."""
    version = facts.pop("version", None) or policies.published({"remedy.ticket_limit": "80.00 EUR"}, at=at)
    words = {"happened": "A refund was claimed twice.", "learned": "Ask for the first one."}
    return lessons.note(actor=people.manager(), version=version, at=at, **words | facts)
