"""How far the sound may run ahead of the clock, and when it has fallen behind."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pacing:
    """How close to the clock sound is handed over.

    `ahead_s`: at most so much waits before the loudspeaker, so that little is left to sound when all must stop.
    `late_s`: behind by more than this, sound is left out so that it meets its relays again.
    `drift`: a card's clock may run so much faster than ours; the allowance grows with it.
    `chunk_s`: less than this is not worth a wake-up.
    """

    ahead_s: float = 0.15
    late_s: float = 0.1
    drift: float = 0.001
    chunk_s: float = 0.02


KEPT = Pacing(ahead_s=0.0, late_s=float("inf"), drift=0.0)
"""For sound that is kept and not heard: written as time goes by, every frame of it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One axis of `rate` frames a second whose frame 0 is at `begun_at` (monotonic seconds)."""

    begun_at: float
    rate: int
    pacing: Pacing = Pacing()

    def frame_at(self, now: float) -> int:
        """The frame that should sound at this instant."""
        return max(0, int((now - self.begun_at) * self.rate + 0.5))

    def room(self, position: int, now: float) -> int:
        """How many frames may be handed over now."""
        return max(0, self._limit(now) - position)

    def is_late(self, position: int, now: float) -> bool:
        """Is the next frame so late that the axis has to be caught up with?"""
        return (now - self.begun_at) - position / self.rate > self.pacing.late_s

    def wait_s(self, position: int, now: float) -> float:
        """How long until the next chunk may be handed over."""
        missing = position + round(self.pacing.chunk_s * self.rate) - self._limit(now)
        return max(0.0, missing / self.rate)

    def _limit(self, now: float) -> int:
        allowance_s = self.pacing.ahead_s + self.pacing.drift * max(0.0, now - self.begun_at)
        return self.frame_at(now + allowance_s)
