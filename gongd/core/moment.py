"""A moment, as the box sees it: wall time, monotonic time, and whether the wall can be believed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """One look at the clocks. `wall` is aware; `mono` is seconds of a clock that is never set and counts suspend."""

    wall: datetime
    mono: float
    trusted: bool = False
