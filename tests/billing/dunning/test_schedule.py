"""The schedule: each step on its day, days of rest not counted, never two steps on one day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.dunning import schedule
from billing.dunning.schedule import Rest, Rung

DUE = date(2026, 1, 15)
LADDER = [Rung(3, 1), Rung(10, 2), Rung(17, 3)]
DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 1))
RESTS = st.lists(st.builds(lambda since, days: Rest(since, since + timedelta(days=days)), DAYS, st.integers(0, 40)), max_size=4)


def days_of(taken=None, rests=()):
    return [day for _, day in schedule.ahead(LADDER, due_on=DUE, taken=taken or {}, rests=rests)]


def test_steps_come_so_many_days_after_the_due_day():
    assert days_of() == [date(2026, 1, 18), date(2026, 1, 25), date(2026, 2, 1)]


def test_days_of_rest_are_not_counted():
    assert days_of(rests=[Rest(date(2026, 1, 20), date(2026, 1, 30))]) == [
        date(2026, 1, 18), date(2026, 2, 4), date(2026, 2, 11),
    ]  # fmt: skip


def test_a_step_taken_late_moves_those_after_it():
    assert days_of({Rung(3, 1): date(2026, 2, 20)}) == [date(2026, 2, 27), date(2026, 3, 6)]


def test_rest_without_an_end_leaves_the_days_open():
    assert days_of(rests=[Rest(date(2026, 1, 20), None)]) == [date(2026, 1, 18), None, None]


def test_what_should_have_come_comes_today():
    days = [day for _, day in schedule.ahead(LADDER, due_on=DUE, taken={}, not_before=date(2026, 3, 1))]

    assert days == [date(2026, 3, 1), date(2026, 3, 8), date(2026, 3, 15)]


def test_nothing_is_due_while_it_rests():
    rest = [Rest(date(2026, 1, 17), date(2026, 1, 20))]

    assert schedule.due(LADDER, due_on=DUE, taken={}, rests=rest, today=date(2026, 1, 18)) is None
    assert schedule.due(LADDER, due_on=DUE, taken={}, rests=rest, today=date(2026, 1, 21)) == Rung(3, 1)


@given(rests=RESTS, late=st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_whenever_somebody_looks_each_step_is_taken_once_in_order_and_never_two_a_day(rests, late):
    taken: dict[Rung, date] = {}
    for day in (DUE + timedelta(days=days) for days in sorted(late)):
        rung = schedule.due(LADDER, due_on=DUE, taken=taken, rests=rests, today=day)
        if rung:
            assert rung not in taken
            taken[rung] = day

    assert list(taken) == LADDER[: len(taken)]
    assert len(set(taken.values())) == len(taken)
    assert all(not any(rest.holds(day) for rest in rests) for day in taken.values())
