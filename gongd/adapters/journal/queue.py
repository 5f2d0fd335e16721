"""What waits to be written: bounded, never blocking the one who appends."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gongd.adapters.journal.life import Sign
from gongd.bell import Bell, Latch
from gongd.core.record import RUNG, Kind, Record

MOST_WAITING = 20_000
"""Records kept in memory while the disk fails: more than a year of an ordinary box, some 20 MB."""


@dataclass(slots=True)
class Pledge:
    """The port `Ticket`: one batch and what became of it."""

    records: Sequence[Record]
    kept: bool = False
    unwanted: bool = False
    taken: bool = False
    is_noted: bool = False
    _settled: Latch = field(default_factory=Latch)

    def wait(self, timeout_s: float) -> bool:
        """True once the records are durable; False when they are not yet, or never will be."""
        return self._settled.wait(timeout_s) and self.kept

    def withdraw(self) -> None:
        """Never to be written, unless it is being written now."""
        self.unwanted = True

    @property
    def rings(self) -> tuple[Record, ...]:
        """The nights among them that ring."""
        return tuple(record for record in self.records if record.kind is Kind.NIGHT and record.outcome == RUNG)

    @property
    def is_open(self) -> bool:
        """Is it wanted, and nothing has become of it yet?"""
        return not self.unwanted and not self._settled.is_open

    def take(self) -> Sequence[Record]:
        """What is to be written of it, asked at the last moment: nothing, if it has been withdrawn by then."""
        self.taken = not self.unwanted
        return self.records if self.taken else ()

    def settle(self, kept: bool) -> None:
        """Say what became of it, once."""
        self.kept = kept
        self._settled.open()


class Queue:
    """Batches in order, and the newest sign of life. The lock is never held while anything is written."""

    def __init__(self) -> None:
        self._lock, self._bell = threading.Lock(), Bell()
        self._waiting: deque[Pledge] = deque()
        self._ringing: list[Pledge] = []
        self._size = 0
        self._sign: Sign | None = None
        self._closing = False
        self._questions: deque[Callable[[], None]] = deque()
        self.lost = 0

    def put(self, records: Sequence[Record]) -> Pledge:
        """Queue one batch. Refused, and counted as lost, when too many wait or the journal is closed.

        An empty one asks whether all before it is on disk: where nothing waits, it is, and nobody need be woken.
        """
        pledge = Pledge(tuple(records))
        with self._lock:
            if self._closing or self._size + len(pledge.records) > MOST_WAITING:
                self.lost += len(pledge.records)
                pledge.settle(kept=False)
                return pledge
            if not pledge.records and not self._waiting:
                pledge.settle(kept=True)
                return pledge
            self._waiting.append(pledge)
            if pledge.rings:
                self._ringing.append(pledge)
            self._size += len(pledge.records)
        self._bell.ring()
        return pledge

    def rings(self) -> list[Pledge]:
        """The batches that wait and have a ringing night among them, in order: few, however much waits."""
        with self._lock:
            self._ringing = [pledge for pledge in self._ringing if pledge.is_open]
            return list(self._ringing)

    def put_sign(self, sign: Sign) -> None:
        """Offer a sign of life; a newer one takes its place."""
        with self._lock:
            self._sign = sign
        self._bell.ring()

    def ask(self, question: Callable[[], None]) -> None:
        """Have something looked up by the thread that writes."""
        self._questions.append(question)
        self._bell.ring()

    def next_question(self) -> Callable[[], None] | None:
        """The oldest question, once."""
        return self._questions.popleft() if self._questions else None

    def close(self) -> None:
        """No more comes."""
        with self._lock:
            self._closing = True
        self._bell.ring()

    @property
    def closing(self) -> bool:
        """Has `close` been called?"""
        return self._closing

    def wait(self, timeout_s: float, for_work: bool) -> None:
        """Until it is closed, or `timeout_s` is over, or (`for_work`) something waits."""
        end = time.monotonic() + timeout_s
        while not self._closing and not (for_work and self._has_work()) and (left_s := end - time.monotonic()) > 0:
            self._bell.wait(left_s)

    @property
    def is_quiet(self) -> bool:
        """Does the box live, nothing sounds, and nothing waits to be written?"""
        with self._lock:
            return not self._waiting and self._sign is not None and not self._sign.sounding

    def _has_work(self) -> bool:
        return bool(self._waiting) or bool(self._questions) or self._sign is not None

    def waiting(self, most: int) -> list[Pledge]:
        """The next batches in order, without those that were withdrawn; they stay in the queue until `done`."""
        with self._lock:
            for pledge in [each for each in self._waiting if each.unwanted]:
                self._waiting.remove(pledge)
                self._size -= len(pledge.records)
                pledge.settle(kept=False)
            return [self._waiting[index] for index in range(min(most, len(self._waiting)))]

    def done(self, count: int) -> None:
        """The first `count` batches have been written or refused."""
        with self._lock:
            for _ in range(count):
                self._size -= len(self._waiting.popleft().records)

    def take_sign(self) -> Sign | None:
        """The newest sign of life, once."""
        with self._lock:
            sign, self._sign = self._sign, None
            return sign

    def forget_lost(self, count: int) -> None:
        """So many of the lost records have been told of."""
        with self._lock:
            self.lost -= count

    def give_up(self) -> None:
        """Settle whatever still waits: it will not be kept."""
        with self._lock:
            while self._waiting:
                self._waiting.popleft().settle(kept=False)
