"""True time: one axis of seconds for the whole world, and what is to happen on it. It jumps to the next thing to do."""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

Deed = Callable[[], None]


class Clockwork:
    """`now` is seconds since `began`. What is put on the same instant happens in the order in which it was put."""

    def __init__(self, began: datetime) -> None:
        self.began = began
        self.now = 0.0
        self._due: list[tuple[float, int, Deed]] = []
        self._count = 0

    def at(self, when: float, deed: Deed) -> None:
        """Have it done then; at once if that is past."""
        self._count += 1
        heapq.heappush(self._due, (max(when, self.now), self._count, deed))

    def after(self, seconds: float, deed: Deed) -> None:
        """Have it done so much later."""
        self.at(self.now + seconds, deed)

    def next_at(self) -> float:
        """When the next thing is to be done."""
        return self._due[0][0] if self._due else float("inf")

    def advance(self, to: float) -> None:
        """Time passes; then whatever is due is done."""
        self.now = max(self.now, to)
        while self._due and self._due[0][0] <= self.now:
            heapq.heappop(self._due)[2]()

    @property
    def wall(self) -> datetime:
        """The true time."""
        return self.at_wall(self.now)

    def at_wall(self, seconds: float) -> datetime:
        """The true time at an instant of the axis."""
        return self.began + timedelta(seconds=seconds)

    def seconds_of(self, wall: datetime) -> float:
        """The instant of the axis at which it is truly that time."""
        return (wall - self.began).total_seconds()
