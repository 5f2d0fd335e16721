"""What the tests of the journal share: a journal that is watched, and records to put in."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from gongd.adapters.journal import SqliteJournal, read
from gongd.core.record import Kind, Record

START = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
NIGHT = date(2026, 11, 21)
BOOT = "boot-1"

_T = TypeVar("_T")


def press(count: int = 0) -> Record:
    """A record of no consequence, told apart by its count."""
    return Record(START + timedelta(seconds=count), Kind.BUTTON, reason="fire", detail={"count": count}, trusted=True)


def rung(night: date = NIGHT, schedule: str = "nightly") -> Record:
    """The record of a night."""
    return Record(START, Kind.NIGHT, schedule=schedule, night=night, outcome="rung", trusted=True)


def activation(name: str, outcome: str, **detail: object) -> Record:
    """A step in the life of an activation."""
    return Record(START, Kind.ACTIVATION, signal="fire", activation=name, outcome=outcome, detail=detail)


def wait_for(look: Callable[[], _T], deadline_s: float = 20.0) -> _T:
    """Poll until something is there."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came")


@contextmanager
def opened(path: Path, inbox: list[object] | None = None, boot: str = BOOT) -> Iterator[SqliteJournal]:
    """A journal, closed at the end."""
    journal = SqliteJournal(path, (inbox if inbox is not None else []).append, boot)
    try:
        yield journal
    finally:
        journal.close()


def numbers(path: Path) -> list[int]:
    """The numbers of all records, as `gongd history` sees them."""
    return [row["number"] for row in read(path)]


def counts(path: Path) -> list[int]:
    """The counts of all `press` records."""
    return [row["detail"]["count"] for row in read(path) if row["kind"] == "button"]
