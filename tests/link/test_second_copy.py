"""A second copy of an order while the card is held up: nothing of it is told, or taken from the broker, before the
first is on disk."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from gongd.box.answering import Answering
from gongd.box.gate import OrderCame
from gongd.core.command import Bare
from gongd.core.moment import Moment
from gongd.core.wire_blob import Blob
from gongd.core.wire_form import to_json
from gongd.core.wire_name import Identity
from gongd.core.wire_report import Answer, Step
from gongd.ports import Recalled
from gongd.ports_link import Delivery
from tests.box.village import Village, at
from tests.link.world import alert


@dataclass
class ToldMouth:
    """What has been said, and what the broker may forget."""

    is_bare: bool = True
    said: list[Answer] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)

    def answer(self, answer: Answer) -> None:
        self.said.append(answer)

    def identity(self) -> Identity:
        return Identity("nguyet-an", "thon-3", frozenset())

    def acknowledge(self, delivery: Delivery) -> None:
        self.acknowledged.append(delivery.number)

    def say_all(self, now: Moment) -> None:
        """Nobody listens."""

    def again(self, first: int, last: int | None, journal_id: str | None) -> None:
        """Nobody listens."""

    def gather(self, identity: str, blob: Blob) -> None:
        """Nobody listens."""

    def let_go(self, identity: str) -> None:
        """Nobody listens."""


def test_a_second_copy_is_answered_and_acknowledged_once_the_first_is_on_disk(ram: Path) -> None:
    village, mouth = Village(ram, at("21:00")).start(), ToldMouth()
    village.is_stalled = True
    now = village.box.parts.timekeeper.now()
    answering = Answering(village.box.parts, mouth, lambda _signal: True, None, lambda: "c" * 32)
    answering.open(Recalled("j", 0, 0, ()), now)
    fresh = replace(alert(), sent=now.wall, expires=now.wall + timedelta(minutes=2))
    order = OrderCame(Bare(to_json(fresh)), False, Delivery("command", b"", False, 1, 1))
    with closing(sqlite3.connect(village.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in (1, 2):
            answering.heard(replace(order, delivery=replace(order.delivery, number=number)), now)
            answering.step(now)
        assert (mouth.said, mouth.acknowledged) == ([], [])
        other.execute("ROLLBACK")
    village.flush()
    answering.step(now)
    assert mouth.acknowledged == [1, 2]
    steps = [(one.step, "repeated" in one.detail) for one in mouth.said]
    assert steps == [(Step.RECEIVED, False), (Step.RECEIVED, True)]
