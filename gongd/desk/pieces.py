"""A file on its way to boxes: the pieces that they miss, sent at a pace that leaves an alarm its room. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gongd.core.wire_blob import Blob, cut, numbers_in

PER_SECOND = 8
"""Pieces of 12 KiB: 96 KiB a second, some 0.8 Mbit/s, which a village's 3G takes; a whole clip of 1 MiB in 11 s."""
AT_ONCE = 4


@dataclass(slots=True)
class Pieces:
    """What of a file is to be sent. All boxes hear one sending: what several of them miss is sent once."""

    blob: Blob
    data: bytes
    _wanted: dict[int, None] = field(default_factory=dict)
    _tokens: float = AT_ONCE
    _filled_at: datetime | None = None

    def ask(self, missing: object) -> None:
        """A box misses these (`detail["missing"]` of its answer)."""
        self._wanted |= dict.fromkeys(numbers_in(missing, self.blob.pieces))

    def due(self, now: datetime) -> list[tuple[int, bytes]]:
        """The pieces to be sent now, by number."""
        gone = now - self._filled_at if self._filled_at is not None else timedelta()
        self._filled_at = now
        self._tokens = min(AT_ONCE, self._tokens + max(0.0, gone.total_seconds()) * PER_SECOND)
        numbers = list(self._wanted)[: int(self._tokens)]
        self._tokens -= len(numbers)
        for number in numbers:
            del self._wanted[number]
        whole = cut(self.data) if numbers else ()
        return [(number, whole[number]) for number in numbers]
