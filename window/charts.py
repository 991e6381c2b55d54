"""Charts: where each bar, point and gridline of a small SVG chart stands.

Pure geometry in whole units of a 640 by 240 drawing; the words come from the caller. Values are whole numbers (minor units or
pieces) and may be negative; the scale always includes zero and ends at a round number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 0, 572, 20, 208  # the words of the scale stand to the right of the marks
MOST_LABELS = 12
GRIDLINES = 2


@dataclass(frozen=True)
class Scale:
    """The values at the foot and at the head of the drawing."""

    low: int
    high: int

    def height(self, value: int) -> int:
        """Return where `value` stands, counted from the top."""
        return BOTTOM - (BOTTOM - TOP) * (value - self.low) // (self.high - self.low)


@dataclass(frozen=True)
class Mark:
    """One value as drawn: the middle of its place, its top, its bar, and the words that go with it."""

    label: str
    text: str
    url: str
    middle: int
    y: int
    bar_x: int
    bar_y: int
    bar_width: int
    bar_height: int
    labelled: bool


@dataclass(frozen=True)
class Gridline:
    """One level of the scale: where it stands, where its words stand, and its value."""

    y: int
    words_y: int
    value: int


@dataclass(frozen=True)
class Chart:
    """Everything the template needs to draw one chart."""

    marks: list[Mark]
    gridlines: list[Gridline]
    zero: int
    limit: int | None
    limit_words_y: int
    highest: Mark | None

    @property
    def line(self) -> str:
        """The points of the line, as the `points` of an SVG polyline."""
        return " ".join(f"{mark.middle},{mark.y}" for mark in self.marks)

    @property
    def area(self) -> str:
        """The line closed down to zero, as the `points` of an SVG polygon."""
        if not self.marks:
            return ""
        return f"{self.marks[0].middle},{self.zero} {self.line} {self.marks[-1].middle},{self.zero}"


def draw(points: Sequence[Mapping], limit: int | None = None) -> Chart:
    """Place `points` (each with `label`, `value`, `text` and maybe `url`) from left to right, with an optional limit line."""
    values = [int(point["value"]) for point in points]
    scale = Scale(low=min([0, *values]), high=_round_up(max([1, *values, limit or 0])))
    marks = [_mark(place, point, len(points), scale) for place, point in enumerate(points)]
    return Chart(
        marks=marks,
        gridlines=[_gridline(scale, scale.high * step // GRIDLINES) for step in range(1, GRIDLINES + 1)],
        zero=scale.height(0),
        limit=None if limit is None else scale.height(limit),
        limit_words_y=scale.height(limit or 0) - 6,
        highest=max(zip(values, marks, strict=True), key=lambda pair: pair[0])[1] if marks else None,
    )


def _gridline(scale: Scale, value: int) -> Gridline:
    return Gridline(y=scale.height(value), words_y=scale.height(value) - 5, value=value)


def _mark(place: int, point: Mapping, count: int, scale: Scale) -> Mark:
    slot = (RIGHT - LEFT) // count
    middle = LEFT + (RIGHT - LEFT) * (2 * place + 1) // (2 * count)
    top, zero = scale.height(int(point["value"])), scale.height(0)
    width = min(40, max(2, slot * 3 // 5))
    every = -(-count // MOST_LABELS)
    return Mark(
        label=str(point["label"]),
        text=str(point["text"]),
        url=str(point.get("url") or ""),
        middle=middle,
        y=top,
        bar_x=middle - width // 2,
        bar_y=min(top, zero),
        bar_width=width,
        bar_height=max(1, abs(zero - top)),
        labelled=(count - 1 - place) % every == 0,
    )


def _round_up(value: int) -> int:
    """Return the next number of the form 1, 2, 2.5 or 5 times a power of ten that is not below `value`."""
    power = 10 ** max(0, len(str(value)) - 1)
    steps = (power, 2 * power, 5 * power // 2, 5 * power, 10 * power)
    return next(step for step in steps if step >= value)
