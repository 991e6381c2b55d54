"""The levels of a chart's scale are round numbers counted from zero, whatever lies below it."""

import pytest

from window import charts


def points(*values: int) -> list[dict]:
    return [{"label": str(place), "value": value, "text": str(value)} for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "levels"), [((722_754, 500_000), [500_000, 1_000_000]), ((722_754, -14_200), [500_000, 1_000_000]), ((3,), [2, 5])]
)
def test_levels_are_round_also_when_something_is_below_zero(values, levels):
    assert [line.value for line in charts.draw(points(*values)).gridlines] == levels


def test_bar_below_zero_hangs_from_the_line_of_zero():
    chart = charts.draw(points(10, -5))

    assert chart.marks[1].bar_y == chart.zero
    assert chart.marks[0].bar_y < chart.zero
