"""A sender with a store, a line that notes what leaves, and no clock: an alarm was given to both boxes at NOW."""

from collections.abc import Callable, Iterator, Set
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from gongd.core.wire import Topics
from gongd.desk.ends import Ends
from gongd.desk.office import Pen
from gongd.desk.sender import Sender
from gongd.desk.store import Store
from tests.desk.records import NOW, order

BOTH = ("thon-3", "thon-5")
PEN = Pen("cong-an-xa", None)


class Line:
    """A link that takes everything, or nothing, and brings what is put on it."""

    def __init__(self) -> None:
        self.is_up = True
        self.posted: list[object] = []
        self.sent: list[str] = []

    def take(self, _wait_s: float) -> object:
        return self.posted.pop(0) if self.posted else None

    def send(self, topic: str, _token: bytes) -> bool:
        self.sent.append(topic)
        return self.is_up


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def store(ram: Path) -> Iterator[Store]:
    opened = Store(ram / "desk.db")
    yield opened
    opened.close()


def make_sender(store: Store, line: Line, steady_s: Callable[[], float] | None = None) -> Sender:
    office = SimpleNamespace(ear=None, topics=Topics("gong", "nguyet-an"), commune=SimpleNamespace(id="nguyet-an"))
    return Sender(office, line, store, steady_s)  # type: ignore[arg-type]


@pytest.fixture
def sender(store: Store, line: Line) -> Sender:
    made = make_sender(store, line)
    made.give(order(), BOTH, PEN, NOW)
    return made


def ended(store: Store, since: datetime) -> Set[str]:
    """Where the alarm is over, as a program sees that has given it and looks now."""
    ends = Ends(store)
    ends.look(since)
    return ends.boxes(order())
