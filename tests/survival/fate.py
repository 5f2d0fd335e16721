"""Fate: counts every step that a box takes through its doors, and ends the box at the one that a test has chosen."""

import queue
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gongd.adapters.journal import SqliteJournal
from gongd.core.record import Record
from gongd.ports import Memory, Recall, Recalled, Track
from tests.box.doors import ToldRelays, ToldSpeaker


class Death(BaseException):
    """The box is dead. No part of the box can catch it."""


@dataclass
class Fate:
    """`at` None: the box lives, and its steps are counted."""

    at: int | None = None
    steps: list[str] = field(default_factory=list)
    is_armed: bool = False

    def step(self, what: str) -> None:
        """One more step is about to be taken."""
        if not self.is_armed:
            return
        if len(self.steps) == self.at:
            raise Death(what)
        self.steps.append(what)


@dataclass
class Promise:
    """The port `Ticket`: kept once its batch has been given to the disk."""

    wait_for: Callable[[], None]
    records: tuple[Record, ...]
    is_durable: bool = False
    is_withdrawn: bool = False
    is_noted: bool = False

    def wait(self, timeout_s: float) -> bool:
        """Whoever can wait sees the commit; who only looks sees how it stands."""
        if timeout_s > 0 and not self.is_durable:
            self.wait_for()
        return self.is_durable and not self.is_withdrawn

    def withdraw(self) -> None:
        """Never to be written, if it is not yet."""
        self.is_withdrawn = not self.is_durable


class FatedJournal:
    """The port `Journal`: the real one behind a door at which the test decides what has reached the disk."""

    def __init__(self, path: Path, real: SqliteJournal, fate: Fate) -> None:
        self.path, self.real, self.fate = path, real, fate
        self.pending: list[Promise] = []
        self._told: Callable[[Sequence[Record]], None] = lambda _records: None

    def remember(self) -> Memory:
        """What the file says."""
        return self.real.remember()

    def append(self, records: Sequence[Record]) -> Promise:
        """Queued, and not on disk yet."""
        if records:
            self.fate.step(f"append {', '.join(f'{each.kind} {each.outcome}' for each in records)}")
        self.pending.append(Promise(self.commit, tuple(records)))
        return self.pending[-1]

    def commit(self) -> None:
        """All that waits reaches the disk."""
        written = [record for promise in self.pending if not promise.is_withdrawn for record in promise.records]
        is_news = any(promise.records for promise in self.pending)
        if is_news:
            self.fate.step("commit")
        self.store(len(self.pending))
        if is_news:
            self._told(written)

    def store(self, count: int) -> None:
        """The first batches reach the disk, whatever fate says."""
        for promise in self.pending[:count]:
            if promise.records and not promise.is_withdrawn:
                assert self.real.append(promise.records).wait(20.0)
            promise.is_durable = not promise.is_withdrawn
        del self.pending[:count]

    def seen(
        self,
        at: datetime,
        sounding: Mapping[str, float],
        trusted: bool = True,
        clock: Mapping[str, object] | None = None,
    ) -> None:
        """A sign of life."""
        self.real.seen(at, sounding, trusted, clock)

    def alive(self) -> bool:
        """Does its thread live?"""
        return self.real.alive()

    def recall(self, first: int, most: int, answer: Recall) -> None:
        """Answered at once, so that every run takes the same steps."""
        found: queue.SimpleQueue[Recalled] = queue.SimpleQueue()
        self.real.recall(first, most, found.put)
        answer(found.get(timeout=20.0))

    def published(self, number: int) -> None:
        """The broker has them."""
        self.real.published(number)

    def watch(self, told: Callable[[Sequence[Record]], None]) -> None:
        """Hear of commits."""
        self._told = told

    def close(self) -> None:
        """What waits is lost."""
        self.real.close()


@dataclass(slots=True)
class FatedRelays(ToldRelays):
    """Each move is a step."""

    fate: Fate = field(default_factory=Fate)

    def switch(self, name: str, on: bool) -> bool:
        if on != (name in self.on):
            self.fate.step(f"relay {name} {'on' if on else 'off'}")
        return ToldRelays.switch(self, name, on)


@dataclass(slots=True)
class FatedSpeaker(ToldSpeaker):
    """Each sound is a step."""

    fate: Fate = field(default_factory=Fate)

    def begin(self, track: Track, spare: Track | None, lead_s: float, skip_s: float = 0.0) -> None:
        self.fate.step("speaker begin")
        ToldSpeaker.begin(self, track, spare, lead_s, skip_s)

    def stop(self) -> None:
        if self.playing:
            self.fate.step("speaker stop")
        ToldSpeaker.stop(self)
