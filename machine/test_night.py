"""Ten o'clock: the gong is heard."""

from datetime import UTC, datetime, timedelta
from statistics import median

import pytest

from gongd.core.notation import parse
from gongd.core.rhythm import lay_out
from machine.box import Box
from machine.conftest import Maker, Pace
from machine.ear import Recording, onsets
from machine.guest import until
from machine.report import Report

TEN = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
"""In Viet Nam."""
PEACE = [stroke.at_s for stroke in lay_out(parse("1 hồi, 9 tiếng")).strokes]
EARLY_S = 30.0
OFF_S = 0.06
"""So far a stroke may be heard from its place: no stroke of the roll, 0.17 s apart at its end, passes for another."""
LATE_S = 5.0
"""An emulated processor on a busy machine. `make bench` measures how late it is on a real one."""


@pytest.fixture(scope="module")
def night(make_guest: Maker, pace: Pace) -> tuple[Box, Recording]:
    """The box after its gong, and what was to be heard from a minute before on."""
    guest = make_guest(TEN - timedelta(seconds=pace.ready_s + EARLY_S))
    box = Box(guest.switch_on()).wait_ready()
    until(lambda: guest.now() > TEN - timedelta(seconds=20), "the minute before ten")
    box.listen()
    until(lambda: box.last("peace")[-1:] == ["finished"], "the end of the gong", every_s=2)
    return box, box.heard()


def test_the_relays_move_at_ten_by_the_machines_clock(night: tuple[Box, Recording], report: Report) -> None:
    box, _ = night
    late_s = min(edge.at for edge in box.edges("amplifier") if edge.on) - TEN.timestamp()
    report.add("the night's gong: the amplifier's relay after 22:00:00", f"{1000 * late_s:.0f} ms")
    assert 0.0 <= late_s < LATE_S
    assert len(box.strokes()) == len(PEACE)
    assert box.all_off()


def test_the_gong_is_heard_in_its_rhythm(night: tuple[Box, Recording], report: Report) -> None:
    _, sound = night
    struck = onsets(sound)
    assert len(struck) == len(PEACE)
    late = [one - due for one, due in zip(struck, PEACE, strict=True)]
    worst = max(abs(one - median(late)) for one in late)
    report.add("the gong as recorded from the sound card", f"{len(struck)} strokes, each within {1000 * worst:.0f} ms")
    assert worst <= OFF_S


def test_the_night_has_one_record_and_the_desk_has_been_told(night: tuple[Box, Recording]) -> None:
    box, _ = night
    nights = [row for row in box.journal() if row["kind"] == "night" and row["night"] == "2026-11-21"]
    assert [row["outcome"] for row in nights] == ["rung"]
    until(lambda: nights[0]["number"] in box.told(), "the record at the desk")
