"""What must hold for every contract, however it is edited and whenever it is billed (generated examples)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.decisions import Refusal
from billing.invoices import planning
from billing.periods import Alignment, Interval
from billing.rating import due, service
from billing.rating.history import Event, History, Intro, Policy, Usage
from tests.billing.rating_book import AT, Book, days_between, event, history, plan, setup_fee, usage_charge

START = date(2027, 12, 20)
TIERS = {"tiers": [{"up_to": 10, "unit_price": "0.35"}, {"up_to": None, "unit_price": "0.07", "flat_price": "1"}]}
many = settings(max_examples=300, deadline=None)

INTERVALS = [Interval("month"), Interval("quarter"), Interval("week"), Interval("day", 30), Interval("year")]
alignments = st.sampled_from(
    [
        Alignment.anniversary(),
        Alignment.bcd(1),
        Alignment.bcd(31),
        Alignment.calendar("sunday"),
        Alignment.anchor(date(2027, 11, 30)),
    ]
)
plans = st.builds(
    lambda code, cents, interval, billing, trial, intro, fee: plan(
        code,
        f"{cents // 100}.{cents % 100:02d}",
        interval=interval,
        billing=billing,
        trial_days=trial,
        intros=(Intro(Decimal("1.99"), 2),) if intro else (),
        more=(usage_charge("calls", "graduated", TIERS, interval), *([setup_fee("25.00")] if fee else [])),
    ),
    code=st.just("A"),
    cents=st.integers(0, 99999),
    interval=st.sampled_from(INTERVALS),
    billing=st.sampled_from(["in_advance", "in_arrears"]),
    trial=st.sampled_from([0, 0, 14]),
    intro=st.booleans(),
    fee=st.booleans(),
)
whens = st.sampled_from([{}, {}, {"policy": "end_of_term"}])
changes = st.one_of(
    st.tuples(st.just("set_quantity"), st.builds(lambda number, when: {"quantity": number, **when}, st.integers(1, 9), whens)),
    st.tuples(st.just("change_plan"), st.builds(lambda code, when: {"plan": code, **when}, st.sampled_from("AB"), whens)),
    st.tuples(st.just("change_plan"), st.builds(lambda code: {"plan": code, "new_anchor": True}, st.sampled_from("AB"))),
    st.tuples(st.just("override_price"), st.builds(lambda price: {"price": price}, st.sampled_from(["3.33", None]))),
    st.tuples(st.sampled_from(["pause", "resume", "pause", "resume"]), st.just({})),
    st.tuples(st.just("cancel"), whens),
    st.tuples(st.just("set_anchor"), st.builds(lambda day: {"day": day}, st.sampled_from([5, 15, 31]))),
    st.tuples(st.just("undo"), st.builds(lambda number: {"event": number}, st.integers(2, 6))),
)
edits = st.lists(st.tuples(st.integers(0, 150), changes, st.lists(st.integers(0, 200), max_size=2)), max_size=6)
uses = st.lists(
    st.builds(lambda day, units: Usage(START + timedelta(day), Decimal(units)), st.integers(0, 150), st.integers(0, 30)),
    max_size=4,
)


@st.composite
def stories(draw: st.DrawFn) -> History:
    """A subscription that has just started."""
    first, second = draw(plans), draw(plans)
    other = plan(
        "B", second.charges[0].params["unit_price"], interval=second.charges[0].interval, billing=second.charges[0].billing
    )
    policy = Policy(bill_cancellation_day=draw(st.booleans()))
    story = history(first, other, alignment=draw(alignments), policy=policy, usage={"calls": tuple(draw(uses))})
    return story.with_event(event(story, START, "subscribe", plan="A", quantity=draw(st.integers(1, 9))))


def recorded(story: History, offset: int, what: str, args: dict[str, Any]) -> History:
    """The history with one more change, or as it was when that is refused."""
    proposed = event(story, START + timedelta(offset), what, **args)
    try:
        service.check(story, proposed)
    except Refusal:
        return story
    return story.with_event(proposed)


def last_day(story: History) -> date:
    """A day by which everything known has taken effect and the cycles it touches have ended."""
    changes_made = [change.takes_effect_on for change in service.scheduled(story, date.min)]
    return max([START + timedelta(200), *changes_made]) + timedelta(400)


@given(stories(), edits)
@many
def test_net_amount_is_the_same_however_often_and_late_it_was_billed(story: History, made: list[Any]) -> None:
    busy, late = Book(), Book()
    for offset, (what, args), runs in made:
        story = recorded(story, offset, what, args)
        for run in runs:
            busy.run(story, START + timedelta(run))
    end = last_day(story)

    busy.run(story, end)
    late.run(story, end)

    assert busy.billed_minor == late.billed_minor
    assert busy.billed_minor == sum(want.amount_minor for want in due.wanted(story, up_to=end))
    assert {day for charge, day in busy.days if charge == "base"} >= {day for charge, day in late.days if charge == "base"}
    assert all(line.billed_minor >= 0 for line in busy.lines.values())


@given(stories(), st.lists(st.tuples(st.integers(0, 150), changes), max_size=5, unique_by=lambda edit: edit[0]), st.randoms())
@many
def test_order_of_recording_does_not_matter_when_days_differ(story: History, made: list[Any], order: Any) -> None:
    assume(all(what != "undo" for _, (what, _) in made))
    for offset, (what, args) in made:
        story = recorded(story, offset, what, args)
    shuffled = [*story.events[1:]]
    order.shuffle(shuffled)
    other = History(story.subscription, story.currency, story.alignment, story.plans, story.events[:1], story.usage, story.policy)
    for change in shuffled:
        other = recorded(other, (change.effective_on - START).days, change.what, dict(change.args))
    assume(len(other.events) == len(story.events) and not overtaken(story) and not overtaken(other))
    days = [change.takes_effect_on for change in service.scheduled(story, date.min)]
    assume(len(set(days)) == len(days))

    end = last_day(story)

    assert [(w.since, w.until, w.amount_minor) for w in due.wanted(story, up_to=end)] == [
        (w.since, w.until, w.amount_minor) for w in due.wanted(other, up_to=end)
    ]


def overtaken(story: History) -> bool:
    """Whether some change counts for nothing."""
    return len(service.scheduled(story, date.min)) < len(story.events) - 1


@given(stories(), edits)
@many
def test_runs_find_something_only_on_the_days_named_beforehand(story: History, made: list[Any]) -> None:
    for offset, (what, args), _ in made:
        story = recorded(story, offset, what, args)
    book = Book()
    book.run(story, START)
    named = due.next_due_on(story, after=START)

    for day in days_between(START + timedelta(1), START + timedelta(75)):
        if planning.plan_for(story, list(book.lines.values()), up_to=day):
            assert day == named
            book.run(story, day)
        if day == named:
            named = due.next_due_on(story, after=day)

    assert named is None or named >= START + timedelta(75)


@given(stories(), edits, st.integers(1, 500))
@many
def test_goodwill_is_never_billed_again_nor_credited_twice(story: History, made: list[Any], given_minor: int) -> None:
    book = Book()
    for offset, (what, args), runs in made:
        for run in runs:
            book.run(story, START + timedelta(run))
        for number, line in [*book.lines.items()][:2]:
            book.goodwill(number, min(given_minor, line.left_minor))
        story = recorded(story, offset, what, args)

    book.run(story, last_day(story))

    assert all(line.left_minor >= 0 for line in book.lines.values())


@given(stories(), edits, st.integers(30, 200))
@many
def test_settled_cycles_may_be_left_out_of_a_run(story: History, made: list[Any], settled: int) -> None:
    for offset, (what, args), _ in made:
        story = recorded(story, offset, what, args)
    whole, recent = Book(), Book()
    cut = START + timedelta(settled)
    whole.run(story, cut)
    recent.run(story, cut)
    end = cut + timedelta(70)

    lines = whole.run(story, end)

    assert recent.run(story, end, since=cut) == [line for line in lines if line.cycle.until > cut]


@given(stories(), edits)
@many
def test_segments_follow_each_other_without_gap_and_differ_from_their_neighbours(story: History, made: list[Any]) -> None:
    for offset, (what, args), _ in made:
        story = recorded(story, offset, what, args)

    found = service.segments(story)

    assert all(before.until == after.since for before, after in zip(found, found[1:], strict=False))
    assert all(segment.until is not None for segment in found[:-1])
    assert not found or found[0].since == START


@given(st.integers(0, 10**9), st.lists(st.integers(1, 364), min_size=1, max_size=6, unique=True), st.booleans())
@many
def test_credits_and_what_was_served_add_up_to_the_line(cents: int, ends: list[int], earlier_first: bool) -> None:
    story = history(plan("A", f"{cents // 100}.{cents % 100:02d}", interval=Interval("year")), alignment=Alignment.anniversary())
    story = story.with_event(event(story, START, "subscribe", plan="A"))
    book = Book()
    book.run(story, START)
    assert book.billed_minor == cents

    for end in sorted(ends, reverse=not earlier_first):
        stopped = story.with_event(event(story, START + timedelta(end), "cancel"))
        book.run(stopped, START + timedelta(366))
        unused = (date(2028, 12, 20) - START).days - end
        assert book.billed_minor == cents - (2 * cents * unused + 366) // (2 * 366)
    book.run(story.with_event(event(story, START, "cancel")), START + timedelta(366))
    assert book.billed_minor == 0


@pytest.mark.parametrize("zone_day", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)])
def test_days_are_calendar_days_also_when_clocks_change(zone_day: date) -> None:
    story = history(plan("A", "31.00"), alignment=Alignment.bcd(1)).with_event(Event(1, zone_day, AT, "subscribe", {"plan": "A"}))

    lines = planning.plan_for(story, [], up_to=zone_day)

    assert [(line.since, line.until.day) for line in lines] == [(zone_day, 1)]
