"""When the sign of life is written, and what stands in it. Used by the journal's thread only."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date

from gongd.adapters.journal.life import LifeFile, Sign
from gongd.adapters.journal.queue import Queue
from gongd.core.record import Record

_IDLE_S = 170.0
"""Between two signs of life on disk while nothing sounds (offered every minute, so every third one is written): 4096
bytes each and as many for the file's times, 4 MB a day."""
_SOUNDING_S = 1.0

Nights = Collection[tuple[str, date]]
"""Schedule and night, of those that have their record."""


class Vigil:
    """Watches over the sign of life. What has rung and has no record yet stands in it until it has; the last ring of
    every schedule stands there for good: a journal that is lost must not let it ring again.

    `owed` are the rings that an earlier run has left there: they stay until they are recorded.
    """

    def __init__(self, life: LifeFile, queue: Queue, mono: Callable[[], float]) -> None:
        self._life, self._queue, self._mono = life, queue, mono
        self._held: Sign | None = None
        self._written_at = float("-inf")
        self.owed = self._told = life.sign.rung
        self._last = {ring.schedule: ring for ring in self.owed}

    @property
    def sign(self) -> Sign:
        """What stands there now."""
        return self._life.sign

    def rang(self, ring: Record) -> None:
        """It rings, and has its record."""
        self._last[ring.schedule] = ring

    def keep(self, recorded: Nights) -> None:
        """Write it if it is time to. Raises OSError."""
        self._held = self._queue.take_sign() or self._held
        rung = self._rung(recorded)
        if rung != self._told or self._is_due():
            self._write(replace(self._held or self.sign, rung=rung))
            self._told = rung
        for pledge in self._queue.rings():
            pledge.is_noted = all(record in self.sign.rung for record in pledge.rings)

    def _rung(self, recorded: Nights) -> tuple[Record, ...]:
        """The last of every schedule, then one ring for each night that has no record, oldest first."""
        waiting = [record for pledge in self._queue.rings() for record in pledge.rings]
        found = {(ring.schedule, ring.night): ring for ring in (*self.owed, *self._last.values(), *waiting)}
        last = [ring for key, ring in found.items() if key in recorded and ring in self._last.values()]
        return (*last, *(ring for key, ring in found.items() if key not in recorded))

    def _is_due(self) -> bool:
        if self._held is None:
            return False
        before, since = self.sign, self._mono() - self._written_at
        urgent = bool(self._held.sounding) or bool(before.sounding) or _says_otherwise(self._held, before)
        return self._queue.closing or since >= (_SOUNDING_S if urgent else _IDLE_S)

    def _write(self, sign: Sign) -> None:
        self._life.write(sign)
        self._held, self._written_at = None, self._mono()


def _says_otherwise(sign: Sign, before: Sign) -> bool:
    """Has the trust in the clock changed, beyond the mere passing of time?"""
    return any(sign.clock.get(key) != before.clock.get(key) for key in ("boot", "source", "offset_s", "broken"))
