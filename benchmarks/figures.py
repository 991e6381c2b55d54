"""Figures: what a benchmark says, and how times are taken."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value, its unit, and the floor it stands beside (None: the value is a count or is itself a floor)."""

    name: str
    value: float
    unit: str
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times its floor the value is."""
        return self.value / self.floor if self.floor else None

    def __str__(self) -> str:
        beside = f"  ({self.ratio:.2f} x the floor of {self.floor:.6g})" if self.ratio is not None else ""
        return f"{self.name}: {self.value:.6g} {self.unit}{beside}"


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds `work` takes once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def alternating(first: Callable[[], object], second: Callable[[], object], *, times: int) -> tuple[list[float], list[float]]:
    """Time two pieces of work in turn, so that a machine that drifts does so under both."""
    both: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        both[0].append(timed(first))
        both[1].append(timed(second))
    return both


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value below which `percent` of the values lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
