"""Service: which terms were in force on which days of a subscription.

The events of a history are taken in the order in which they take effect (day, then sequence) and give segments: spans of
days with one plan, quantity, price and state, that follow each other without gap from the start to the end of service.

Events and their `args` (days as dates or ISO strings, prices as decimal strings):
- subscribe: plan, quantity (1), price_override. The first day is the event's `effective_on`.
- change_plan: plan, price_override (else a former one ends), new_anchor (true or a day: the cycle restarts on the change).
- set_quantity: quantity. override_price: price (empty: the listed price again). pause. resume. cancel.
- set_anchor: an alignment, or {"day": 15}.
- undo: event, the sequence of a change that has not passed yet.
Any change but a start or an undo may say `policy`: immediate, end_of_term or requested_date with `on`. A day of change or
resumption belongs to the new state; the day of a pause or cancellation is not billed (policy switch for the latter).

A change that makes no sense at its place is refused. Only when a change recorded *later* made it so (a cancellation
entered for a day before it, say) has it been overtaken: it then counts for nothing, so a history once valid stays valid.
"""

from dataclasses import dataclass
from datetime import date

from billing.rating.folding import Fold
from billing.rating.history import Event, History
from billing.rating.refusals import NothingToUndo, TooLateToUndo
from billing.rating.segments import Segment, Service


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A recorded change that has yet to take effect."""

    event: Event
    takes_effect_on: date


def read(history: History) -> Service:
    """Lay out the life of the subscription.

    Raises:
        Refusal: an event makes no sense at its place (by name, see billing/rating/refusals.py).
    """
    return _fold(history).service()


def segments(history: History) -> list[Segment]:
    """Return the segments of the subscription in order; none when it was cancelled before its first day."""
    return list(read(history).segments)


def check(history: History, event: Event) -> date:
    """Return the day on which `event`, recorded next, would take effect (for an undo: would have taken effect).

    Raises:
        Refusal: it makes no sense at its place; nothing is to be recorded then.
    """
    fold = _fold(history.with_event(event))
    fold.service()
    return fold.takes_effect[int(event.args["event"]) if event.what == "undo" else event.sequence]


def scheduled(history: History, on: date) -> list[Scheduled]:
    """Return the changes that take effect after the day `on`, in that order; each can still be undone."""
    fold = _fold(history)
    counting = [event for event in history.events if event.what not in ("subscribe", "undo")]
    coming = [
        Scheduled(event, fold.takes_effect[event.sequence])
        for event in counting
        if event.sequence not in {*fold.undone, *fold.overtaken} and fold.takes_effect[event.sequence] > on
    ]
    return sorted(coming, key=lambda change: (change.takes_effect_on, change.event.sequence))


def _fold(history: History) -> Fold:
    undone: dict[int, int] = {}
    for undo in sorted((event for event in history.events if event.what == "undo"), key=lambda event: event.sequence):
        undone[_undone_by(history, undo, undone)] = undo.sequence
    return _folded(history, undone)


def _undone_by(history: History, undo: Event, undone: dict[int, int]) -> int:
    """Return the sequence of the event that `undo` takes back, as known when it was recorded.

    Raises:
        NothingToUndo: there is no such event, or it counts for nothing already, or it is the start.
        TooLateToUndo: it took effect before the day of the undo.
    """
    before = _folded(history, undone, recorded_before=undo.sequence)
    target = undo.args.get("event")
    starts = {event.sequence for event in history.events if event.what == "subscribe"}
    if not isinstance(target, int) or target not in before.takes_effect.keys() - starts - before.overtaken - undone.keys():
        raise NothingToUndo(f"There is no change {target!r} that could be undone.")
    took_effect = before.takes_effect[target]
    if took_effect < undo.effective_on:
        raise TooLateToUndo(f"The change took effect on {took_effect}; make a new change instead.")
    return target


def _folded(history: History, undone: dict[int, int], recorded_before: int | None = None) -> Fold:
    events = [event for event in history.events if event.what != "undo"]
    if recorded_before is not None:
        events = [event for event in events if event.sequence < recorded_before]
    return Fold(history, undone).take_all(events)
