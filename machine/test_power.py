"""Twenty power cuts, while the box sounds and writes. The disk loses of its cache what chance takes.

A day is three cuts: in the middle of the night's gong; in an alarm that a button has raised; in the same alarm after it
has come back. Every boot begins by looking at what the cut before it has left.
"""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from machine.box import Box, Row, steps
from machine.conftest import Maker, Pace
from machine.guest import Guest, until
from machine.report import Report

CUTS = int(os.environ.get("MACHINE_CUTS", "20"))
SEED = int(os.environ.get("MACHINE_SEED", "22"))
FIRST_DAY = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
"""Ten at night in Viet Nam."""
SOUNDS_FOR_S = (1.0, 8.0)
BLOCKS = (1, 6)
"""So many blocks are on their way to the disk when the power goes."""
HANG_S = 20.0
"""If so many do not come together within so long by the machine's clock, it goes all the same."""
STILL_S = 20.0
"""So long a box that has come back from a cut-off gong is watched. Its grace is two minutes: it could still ring."""


class Household:
    """One box over many days, and what must never be lost of it."""

    def __init__(self, guest: Guest, boot_s: float) -> None:
        self.guest, self.boot_s = guest, boot_s
        self.chance = random.Random(SEED)
        self.told: dict[int, Row] = {}
        self.journal: list[Row] = []
        self.cuts = self.in_writing = self.lost_blocks = 0

    def night_falls(self, day: int) -> None:
        """Set the hardware clock so that ten o'clock comes soon after the boot."""
        self.guest.wall = FIRST_DAY + timedelta(days=day, seconds=-self.boot_s)

    def come_back(self) -> None:
        """Power is back: everything that the desk was told before is in the journal, word for word."""
        self.box = Box(self.guest.switch_on()).wait_ready()
        until(lambda: self.box.status().get("clock", {}).get("trusted"), "a clock that can be trusted")
        self.journal = self.box.journal()
        assert [row["number"] for row in self.journal] == list(range(1, len(self.journal) + 1))
        for number, event in self.told.items():
            row = self.journal[number - 1]
            assert {key: row[key] for key in ("kind", "outcome", "activation")} == {
                key: event.get(key) for key in ("kind", "outcome", "activation")
            }

    def lose_power(self) -> None:
        """Records are written while it sounds, the desk hears of them, and in the middle of one the power goes."""
        before = len(self.box.told())
        self.box.keep_checking_in()
        until(lambda: len(self.box.told()) > before + 1, "records at the desk")
        self.guest.let_pass(self.chance.uniform(*SOUNDS_FOR_S))
        assert not self.box.all_off(), "the box was to be sounding"
        disk, line, given_up_at = self.guest.disk, self.guest.line, self.guest.line.told_at + HANG_S
        disk.hang_at(self.chance.randint(*BLOCKS))
        until(lambda: disk.hangs or line.told_at > given_up_at, "a disk in the middle of writing", every_s=0.1)
        self.in_writing += disk.hangs
        self.lost_blocks += self.guest.cut_power(self.chance)
        self.told |= self.box.told()
        self.cuts += 1


def evening(house: Household, day: int) -> Iterator[None]:
    """The cuts of one day; each step ends with the power going off."""
    house.night_falls(day)
    house.come_back()
    house.box.wait_for_stroke()
    house.lose_power()
    yield
    house.come_back()
    gong_is_not_rung_again(house)
    house.box.press("fire")
    house.box.wait_for_stroke()
    house.lose_power()
    yield
    house.come_back()
    alarm_has_resumed(house)
    house.lose_power()
    yield


def gong_is_not_rung_again(house: Household) -> None:
    """Cut off once it is over: recorded `interrupted`, still one record for the night, and no stroke."""
    until(lambda: steps(house.box.journal(), "peace")[-1] == "interrupted", "the record of the gong that was cut off")
    house.guest.let_pass(STILL_S)
    assert house.box.strokes() == []
    nights = [row["night"] for row in house.box.journal() if row["kind"] == "night"]
    assert len(nights) == len(set(nights))


def alarm_has_resumed(house: Household) -> None:
    """It sounds without anybody having done anything."""
    house.box.wait_for_stroke()
    assert steps(house.box.journal(), "fire") == ["started", "resumed"]


def test_twenty_power_cuts_lose_nothing_that_was_told(
    make_guest: Maker, pace: Pace, report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    house = Household(make_guest(FIRST_DAY), pace.ready_s)
    steps = (step for day in range(CUTS) for step in evening(house, day))
    for _ in range(CUTS):
        next(steps)
        with capsys.disabled():
            print(f" cut {house.cuts}: {len(house.told)} records told, {house.lost_blocks} blocks lost", flush=True)
    house.come_back()
    nights = [row for row in house.journal if row["kind"] == "night" and row["outcome"] == "rung"]
    assert len(nights) == (CUTS + 2) // 3
    assert house.in_writing > CUTS // 2, "most cuts were to come between a write and its flush"
    report.add(
        f"{CUTS} power cuts while sounding and writing (seed {SEED})",
        f"{house.cuts} of {CUTS} survived: all {len(house.told)} records that the desk was told are in the journal "
        f"({len(house.journal)} records, no gap); {house.in_writing} between a write and its flush, "
        f"{house.lost_blocks} blocks lost; "
        f"{len(nights)} nights, each rung once; the alarm came back after every cut in it",
    )
