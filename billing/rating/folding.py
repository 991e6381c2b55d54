"""Folding: take the events of a history in the order they take effect and keep the state they lead to.

Most events take effect on a day that is known beforehand. A change for the end of the term is met twice: on the day it
was asked for, when the end of the term is read off the state of that day, and again on the day so found.
"""

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from billing import money
from billing.periods import Alignment
from billing.rating.history import Event, History, PlanTerms
from billing.rating.refusals import (
    AlreadyCancelled,
    AlreadyPaused,
    AlreadyStarted,
    BadArgument,
    ChangeBeforeStart,
    NotPaused,
    NotStarted,
    OutOfPlace,
    UnknownChange,
    UnknownPlan,
)
from billing.rating.schedule import AnchorChange
from billing.rating.segments import Service, Turn, lay_out, starts_billing, term_ends

LARGEST_QUANTITY = 10**9
_ONE_DAY = timedelta(days=1)


@dataclass
class Fold:
    """The state of a subscription while its events are taken one by one.

    `takes_effect` tells for every event taken on which day; `overtaken` names those that counted for nothing.
    """

    history: History
    undone: Mapping[int, int]
    turns: list[Turn] = field(default_factory=list)
    anchors: list[AnchorChange] = field(default_factory=list)
    cancelled_on: date | None = None
    newest: int = 0
    takes_effect: dict[int, date] = field(default_factory=dict)
    overtaken: set[int] = field(default_factory=set)

    def take_all(self, events: Iterable[Event]) -> "Fold":
        """Take `events` in the order they take effect.

        Raises:
            Refusal: one makes no sense at its place, and nothing recorded later is to blame.
        """
        waiting = [(_asked_for(event), event.sequence, False, event) for event in events]
        if not any(event.what == "subscribe" for *_, event in waiting):
            raise NotStarted("The subscription has no first day.")
        heapq.heapify(waiting)
        while waiting:
            day, sequence, at_its_day, event = heapq.heappop(waiting)
            if at_its_day or event.args.get("policy") != "end_of_term":
                self._take(event, day)
            elif self._in_place(event, day, _ask):
                heapq.heappush(waiting, (self.service().end_of_term(day), sequence, True, event))
            else:
                self.takes_effect[sequence] = day
        return self

    def service(self) -> Service:
        """Return the life of the subscription as far as it has been read."""
        end, settled_on = self._end()
        turns = [turn for turn in self.turns if end is None or turn.on < end]
        if not turns:
            return Service((), self.turns[0].on, end, settled_on, self.history.alignment, ())
        return lay_out(turns, alignment=self.history.alignment, anchors=self.anchors, end=end, settled_on=settled_on)

    def _end(self) -> tuple[date | None, date | None]:
        """Return the first day no longer served, and the day from which that counts: what was cancelled, else what expires."""
        end = self.cancelled_on
        if end is not None and self.history.policy.bill_cancellation_day:
            end += _ONE_DAY
        expires = self._expires()
        if expires is not None and (end is None or expires < end):
            return expires, expires
        return end, self.cancelled_on

    def _expires(self) -> date | None:
        """Return the end of the fixed term, from the day the plan in force began, with which it ends; nothing when it goes on."""
        plan = self.turns[-1].plan
        if not plan.ends_with_term:
            return None
        changed = next((turn.on for turn in reversed(self.turns) if turn.plan.key != plan.key), None)
        begun = [turn.on for turn in self.turns if changed is None or turn.on > changed]
        start = max(starts_billing(self.turns[0]), begun[0] if begun else self.turns[-1].on)
        return term_ends(plan, start, start)

    def must_be_running(self, day: date) -> None:
        """Do nothing when the subscription has started and not ended.

        Raises:
            ChangeBeforeStart: it starts after `day`.
            AlreadyCancelled: it has ended.
        """
        if not self.turns:
            raise ChangeBeforeStart(f"The subscription has not started yet on {day}.")
        expires = self._expires()
        if self.cancelled_on is not None:
            raise AlreadyCancelled(f"The subscription ended on {self.cancelled_on}.")
        if expires is not None and day > expires:
            raise AlreadyCancelled(f"The subscription ended with its term on {expires}.")

    def turn(self, event: Event, day: date, **changed: Any) -> None:
        """Go on from `day` with some of the state changed."""
        self.turns.append(replace(self.turns[-1], on=day, cause=event.what, **changed))

    def _take(self, event: Event, day: date) -> None:
        self.takes_effect[event.sequence] = day
        if event.sequence in self.undone:
            self.newest = max(self.newest, self.undone[event.sequence])
        elif self._in_place(event, day, _CHANGES[event.what]):
            self.newest = max(self.newest, event.sequence)

    def _in_place(self, event: Event, day: date, step: "Change") -> bool:
        """Do the step; when it is out of place, say so if something recorded later overtook the event.

        Raises:
            Refusal: it is out of place, and nothing recorded later is to blame.
        """
        try:
            step(self, event, day)
        except OutOfPlace:
            if event.sequence > self.newest:
                raise
            self.overtaken.add(event.sequence)
            return False
        return True


Change = Callable[[Fold, Event, date], None]


def _asked_for(event: Event) -> date:
    """Return the day an event takes effect, or, for the end of a term, on which it was asked for."""
    if event.what not in _CHANGES:
        raise UnknownChange(f"{event.what!r} is not a change of a subscription.")
    policy = event.args.get("policy") or ("requested_date" if event.args.get("on") else "immediate")
    if policy not in ("immediate", "end_of_term", "requested_date"):
        raise BadArgument(f"{policy!r} does not say when the change is to take effect.")
    return read_day(event.args.get("on") if policy == "requested_date" else event.effective_on)


def _ask(fold: Fold, _: Event, day: date) -> None:
    fold.must_be_running(day)


def _subscribe(fold: Fold, event: Event, day: date) -> None:
    if fold.turns:
        raise AlreadyStarted("A subscription starts once.")
    plan = _plan(fold, event)
    price = _negotiated(plan, event.args.get("price_override"))
    fold.turns.append(Turn(day, plan, _quantity(event.args.get("quantity", 1)), price, False, event.what))


def _change_plan(fold: Fold, event: Event, day: date) -> None:
    fold.must_be_running(day)
    plan = _plan(fold, event)
    fold.turn(event, day, plan=plan, price_override=_negotiated(plan, event.args.get("price_override")))
    restart = event.args.get("new_anchor")
    if restart:
        fold.anchors.append(AnchorChange(day, Alignment.anchor(day if restart is True else read_day(restart)), restart=True))


def _set_quantity(fold: Fold, event: Event, day: date) -> None:
    fold.must_be_running(day)
    fold.turn(event, day, quantity=_quantity(event.args.get("quantity")))


def _override_price(fold: Fold, event: Event, day: date) -> None:
    fold.must_be_running(day)
    fold.turn(event, day, price_override=_negotiated(fold.turns[-1].plan, event.args.get("price")))


def _pause(fold: Fold, event: Event, day: date) -> None:
    fold.must_be_running(day)
    if fold.turns[-1].paused:
        raise AlreadyPaused(f"The subscription is paused already on {day}.")
    fold.turn(event, day, paused=True)


def _resume(fold: Fold, event: Event, day: date) -> None:
    fold.must_be_running(day)
    if not fold.turns[-1].paused:
        raise NotPaused(f"The subscription is not paused on {day}.")
    fold.turn(event, day, paused=False)


def _cancel(fold: Fold, _: Event, day: date) -> None:
    fold.must_be_running(day)
    fold.cancelled_on = day


def _set_anchor(fold: Fold, event: Event, day: date) -> None:
    fold.must_be_running(day)
    given = event.args if "type" in event.args else {"type": "bcd", "day": event.args.get("day")}
    fold.anchors.append(AnchorChange(day, Alignment.parse(given)))


_CHANGES: dict[str, Change] = {
    "subscribe": _subscribe,
    "change_plan": _change_plan,
    "set_quantity": _set_quantity,
    "override_price": _override_price,
    "pause": _pause,
    "resume": _resume,
    "cancel": _cancel,
    "set_anchor": _set_anchor,
}


def read_day(given: object) -> date:
    """Read a day: a date or an ISO string such as 2026-01-31.

    Raises:
        BadArgument: it is neither.
    """
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    try:
        return date.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise BadArgument(f"{given!r} is not a day such as 2026-01-31.") from None


def _plan(fold: Fold, event: Event) -> PlanTerms:
    name = event.args.get("plan")
    if not isinstance(name, str) or name not in fold.history.plans:
        raise UnknownPlan(f"{name!r} is not a plan of this subscription.")
    return fold.history.plans[name]


def _quantity(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= LARGEST_QUANTITY:
        raise BadArgument(f"A quantity is a whole number from 1 to {LARGEST_QUANTITY}, not {given!r}.")
    return given


def _negotiated(plan: PlanTerms, given: object) -> Decimal | None:
    """Read a negotiated price for the plan's main charge; nothing when none is given."""
    if given is None:
        return None
    if plan.main is None:
        raise BadArgument(f"Plan {plan.code} has no recurring price that could be negotiated.")
    price = money.exact_decimal(given)
    plan.main.terms.at(price)
    return price
