"""A figure: samples of ours beside samples of its floor, and what was promised."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median

NO_FLOOR = "nothing to compare with"
"""The floor of a figure that stands alone."""


class Measure(Enum):
    """What of a figure is held against its target."""

    P99 = "p99"
    RATIO = "ratio"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Target:
    """At most so much, in the figure's own unit (a ratio has none)."""

    measure: Measure
    at_most: float


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `floor` are samples in `unit`, taken in turns. `floor_name` says what the floor does."""

    name: str
    unit: str
    ours: tuple[float, ...]
    floor: tuple[float, ...]
    floor_name: str
    target: Target | None = None
    more_is_better: bool = False

    @property
    def has_floor(self) -> bool:
        """Is there something that it was measured beside?"""
        return self.floor_name != NO_FLOOR

    @property
    def ratio(self) -> float | None:
        """How much worse than the floor, median by median; None where the floor takes nothing."""
        ours, floor = median(self.ours), median(self.floor)
        if self.more_is_better:
            ours, floor = floor, ours
        return ours / floor if floor > 0 else None

    @property
    def reached(self) -> float | None:
        """What is held against the target."""
        match self.target:
            case None:
                return None
            case Target(measure=Measure.RATIO):
                return self.ratio
            case Target(measure=Measure.VALUE):
                return median(self.ours)
            case _:
                return quantile(self.ours, 0.99)

    @property
    def is_met(self) -> bool | None:
        """Is the target reached? None where there is none."""
        reached = self.reached
        return None if self.target is None or reached is None else reached <= self.target.at_most

    @property
    def cause(self) -> str | None:
        """Of a miss: is it the machine, whose floor alone takes longer, or is it ours?"""
        if self.target is None or self.is_met is not False:
            return None
        floor = quantile(self.floor, 0.99)
        if self.target.measure is Measure.P99 and floor > self.target.at_most:
            return f"the floor alone takes {floor:.3g} {self.unit} on this machine now"
        over = median(self.ours) - median(self.floor)
        return f"{over:.3g} {self.unit} more than the floor in the median, {self._over_tail():.3g} {self.unit} at p99"

    def _over_tail(self) -> float:
        return quantile(self.ours, 0.99) - quantile(self.floor, 0.99)


def quantile(samples: Sequence[float], part: float) -> float:
    """The nearest-rank quantile: the smallest sample with at least `part` of all at or below it."""
    return sorted(samples)[max(0, math.ceil(part * len(samples)) - 1)]
