"""A scenario as it was handed in: read once, in full, before anything is played.

What makes no sense is refused as a whole (`BadScenario`); a plan or a policy that asks for what the house does not have is
refused by name too, so that no scenario is played half as it was meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from accounts.days import local_day
from accounts.decisions import Refusal
from billing import money
from billing.periods import Alignment

KEYS: Final = {
    "id", "currency", "timezone", "start", "until", "policy", "tax_rate", "alignment", "plans", "accounts", "events", "runs",
}  # fmt: skip
REMARKS: Final = {
    "expect", "expect_balances", "note", "notes", "comment", "source", "description", "title", "name", "tags",
    "account_balance_after",
}  # fmt: skip
POLICIES: Final = {"bill_cancellation_day", "proration", "drafts"}
LISTED: Final = {"plans", "lines", "events"}  # what may be more than one value among the details of an event
ONLY_ACCOUNT: Final = "ACCOUNT"


class BadScenario(Refusal):
    """The scenario is incomplete or malformed."""

    code = "bad_scenario"


class NotInTheHouse(Refusal):
    """The scenario asks for something that is not there."""

    code = "not_supported"


@dataclass(frozen=True)
class Happening:
    """One event: on its day, what happens with which details; `place` counts the scenario's events from 0."""

    place: int
    on: date
    what: str
    args: Mapping[str, Any]
    name: str = ""


@dataclass(frozen=True)
class Scenario:
    """A world to be played from `start` to `until`, that day included."""

    id: str
    currency: str
    timezone: str
    start: date
    until: date
    tax_rate: Decimal
    alignment: Alignment
    bill_cancellation_day: bool
    plans: Mapping[str, Mapping[str, Any]]
    accounts: Mapping[str, Mapping[str, Any]]
    events: tuple[Happening, ...]
    runs_listed: bool = False
    drafts: bool = False


def read(given: object) -> Scenario:
    """Read a scenario from its JSON.

    Raises:
        BadScenario: something is missing, unknown or malformed.
        NotInTheHouse: a policy that is not offered.
    """
    if not isinstance(given, Mapping):
        raise BadScenario("A scenario is an object with id, currency, start, until, plans and events.")
    if unknown := sorted(str(key) for key in given if key not in KEYS | REMARKS):
        raise BadScenario(f"{', '.join(unknown)[:80]} is unknown in a scenario.")
    currency = given.get("currency", "EUR")
    money.exponent(currency)
    events = tuple(_happening(place, event) for place, event in enumerate(_list(given, "events")))
    start = _start(given, events)
    if start is None or "until" not in given:
        raise BadScenario("A scenario says until which day it runs, and from where unless events tell.")
    until = day_of(given["until"], "until")
    if until < start:
        raise BadScenario(f"A scenario cannot end on {until}, before it starts on {start}.")
    return Scenario(
        id=str(given.get("id", "")),
        currency=currency,
        timezone=str(given.get("timezone", "UTC")),
        start=start,
        until=until,
        tax_rate=_tax_rate(given.get("tax_rate", "0")),
        alignment=Alignment.parse(given.get("alignment", "anniversary")),
        bill_cancellation_day=_bills_last_day(_object(given, "policy")),
        plans=_objects(given, "plans"),
        accounts=_objects(given, "accounts") or {ONLY_ACCOUNT: {}},
        events=events,
        runs_listed=_runs_listed(given.get("runs", "due")),
        drafts=_switch(_object(given, "policy"), "drafts") or "finalize" in {event.what for event in events},
    )


def _start(given: Mapping[str, Any], events: Sequence[Happening]) -> date | None:
    return day_of(given["start"], "start") if "start" in given else min((event.on for event in events), default=None)


def day_of(given: object, name: str) -> date:
    """Read a day written like 2026-01-31.

    Raises:
        BadScenario: it is none.
    """
    try:
        return date.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise BadScenario(f"{name}: {given!r} is not a day such as 2026-01-31.") from None


def day_in(given: object, timezone: str, name: str) -> date:
    """Read a day, or the day on which a moment such as 2026-02-01T03:00:00Z falls in `timezone`; one without offset is local.

    Raises:
        BadScenario: it is neither.
    """
    try:
        moment = datetime.fromisoformat(given if isinstance(given, str) else "")
        return local_day(moment, timezone) if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        raise BadScenario(f"{name}: {given!r} is neither a day such as 2026-01-31 nor a moment of one.") from None


def _happening(place: int, given: object) -> Happening:
    if not isinstance(given, Mapping) or not isinstance(given.get("what"), str):
        raise BadScenario(f"Event {place} says neither what happens nor when.")
    args = given.get("args", {})
    if not isinstance(args, Mapping):
        raise BadScenario(f"The args of event {place} are no object.")
    for name, value in args.items():
        if name not in LISTED and isinstance(value, list | Mapping):
            raise BadScenario(f"Event {place}: {name} is one value, not {type(value).__name__}.")
    return Happening(place, day_of(given.get("date"), f"event {place}"), given["what"], args, str(given.get("id", "")))


def _tax_rate(given: object) -> Decimal:
    rate = money.exact_decimal(given)
    if not 0 <= rate < 1:
        raise BadScenario(f"tax_rate: a share such as 0.19, not {rate}.")
    return rate


def _bills_last_day(policy: Mapping[str, Any]) -> bool:
    for name, value in policy.items():
        if name not in POLICIES or (name == "proration" and value != "day"):
            raise NotInTheHouse(f"The policy {name} = {value!r} is not offered; proration is by day.")
    return _switch(policy, "bill_cancellation_day")


def _switch(policy: Mapping[str, Any], name: str) -> bool:
    value = policy.get(name, False)
    if not isinstance(value, bool):
        raise BadScenario(f"{name} is true or false.")
    return value


def _runs_listed(given: object) -> bool:
    if given not in ("due", "listed"):
        raise BadScenario(f'runs: "listed" or nothing, not {given!r}.')
    return given == "listed"


def _list(given: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = given.get(name, [])
    if not isinstance(value, list):
        raise BadScenario(f"{name} is a list.")
    return value


def _object(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name) or {}
    if not isinstance(value, Mapping):
        raise BadScenario(f"{name} is an object.")
    return value


def _objects(given: Mapping[str, Any], name: str) -> Mapping[str, Mapping[str, Any]]:
    values = _object(given, name)
    for key, value in values.items():
        if not isinstance(value, Mapping):
            raise BadScenario(f"{name}: {key} is an object.")
    return values
