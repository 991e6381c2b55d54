"""Segments for tests: defined by a manager, key accounts and conditions by two of them."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from accounts.customers.models import Customer
from accounts.people.models import User
from accounts.segments import conditions, defining, key_accounts, stage_tasks
from accounts.segments.key_accounts import Terms
from accounts.segments.models import Condition, KeyAccount, Segment, StageEntry, StageTask
from tests.factories import people

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_serial = count(1)


def segment(rule: str = "", *, at: datetime = NOON, **words: Any) -> Segment:
    """A segment with a rule, or one that is filled by hand."""
    code = words.pop("code", f"segment-{next(_serial)}")
    facts = {"name": code.capitalize(), "description": "Who is meant.", "rule": rule} | words
    return defining.define(actor=people.manager(), code=code, at=at, **facts)


def key_account(
    customer: Customer, *, at: datetime = NOON, until: date | None = None, manager: User | None = None, note: str = ""
) -> KeyAccount:
    """A key account in force."""
    terms = Terms(manager or people.key_account_manager(), "Over a million a year.", note)
    asked = key_accounts.ask(
        actor=people.key_account_manager(), customer=customer, terms=terms, since=at.date(), at=at, until=until
    )
    return key_accounts.approve(actor=people.manager(), asked=asked, at=at)


def condition(kind: str, value: str, *, at: datetime = NOON, **facts: Any) -> Condition:
    """A special term in force."""
    asked = conditions.ask(actor=people.manager(), kind=kind, value=value, since=at.date(), at=at, **facts)
    return conditions.approve(actor=people.manager(), asked=asked, at=at)


def stage_stuck(customer: Customer, *, at: datetime = NOON) -> StageEntry:
    """A new customer that waits too long for anybody to sign in."""
    words = {"why": "It began here.", "stuck_why": "40 days without anybody signing in; 30 are allowed."}
    return StageEntry.objects.create(customer=customer, stage="onboarding", entered_at=at, stuck_since=at, **words)


def stuck(customer: Customer, *, at: datetime = NOON) -> StageEntry:
    """A key account that is stuck."""
    key_account(customer, at=at)
    return stage_stuck(customer, at=at)


def stage_task(customer: Customer, *, at: datetime = NOON) -> StageTask:
    """The task about a customer that is stuck."""
    entry = stage_stuck(customer, at=at)
    stage_tasks.open_missing([customer], at=at)
    return entry.task
