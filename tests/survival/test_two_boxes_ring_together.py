"""Two boxes started at the same instant ring together: within 50 ms of each other, measured at their relays.

How far apart they are, and beside what, is told by `python -m bench together`.
"""

import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from tests.promises.daemon import AMPLIFIER, Daemon, boot_s, until

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHTS, APART_S, FIRST_S = 5, 3, 6
MOST_S = 0.050
"""The issue's number. What other programs do to this machine is not the boxes' doing: of several rings the middle one
counts, and the widest is told."""
BLAST = 'knock: {priority: routine, rhythm: "còi 500ms"}'


def bells(nights: list[datetime]) -> str:
    """A gong every third second, as if each were a night's."""
    lines = [f'  - {{id: {name(at)}, signal: knock, at: "{at:%H:%M:%S}", days: daily}}' for at in nights]
    return "\n".join(["schedules:", *lines])


def name(night: datetime) -> str:
    """Of the schedule that rings it."""
    return f"night-{night:%H%M%S}"


def agree(boxes: list[Daemon]) -> list[datetime]:
    """The same nights in both files, read and adopted by both before the first is due."""
    first = datetime.now(ZONE).replace(microsecond=0) + timedelta(seconds=FIRST_S)
    nights = [first + timedelta(seconds=APART_S * night) for night in range(NIGHTS)]
    for box in boxes:
        box.settings(more=bells(nights))
        text = box.config.read_text(encoding="utf-8")
        box.config.write_text(text.replace("signals:\n", f"signals:\n  {BLAST}\n"), encoding="utf-8")
        assert box.ask("reload")["ok"]
    until(lambda: all(adopted(box) for box in boxes), "the schedule")
    return nights


def adopted(daemon: Daemon) -> bool:
    """Has it taken up a schedule? What is adopted after its hour begins with the next night."""
    return any(row["outcome"] == "adopted" for row in daemon.rows("settings"))


def begins(daemon: Daemon) -> list[float]:
    """When the amplifier was switched on, by the clock that both pins' logs share."""
    return [at for at, _, level in daemon.edges(AMPLIFIER) if level]


def after_their_seconds(daemon: Daemon, nights: list[datetime]) -> list[float]:
    """How long after its second each night began."""
    wall = time.time() - boot_s()
    return [at + wall - night.timestamp() for at, night in zip(begins(daemon), nights, strict=True)]


def test_two_boxes_ring_within_50_ms_of_each_other(ram: Path) -> None:
    boxes = [Daemon(ram / f"box-{number}") for number in range(2)]
    try:
        for box in boxes:
            box.launch()
        until(lambda: all(box.try_status().get("journal", {}).get("id") for box in boxes), "both")
        nights = agree(boxes)
        until(lambda: all(len(begins(box)) >= NIGHTS for box in boxes), "every ring")
        for box in boxes:
            assert box.terminate() == 0
            kept = [(row["schedule"], row["outcome"]) for row in box.rows("night")]
            assert kept == [(name(night), "rung") for night in nights]
            late = after_their_seconds(box, nights)
            assert all(0 <= one < APART_S for one in late), late
    finally:
        for box in boxes:
            box.close()
    apart = [abs(one - other) for one, other in zip(*map(begins, boxes), strict=True)]
    told = f"apart by {median(apart) * 1000:.1f} ms, at most {max(apart) * 1000:.1f} ms of {NIGHTS} rings"
    print(told)
    assert median(apart) <= MOST_S, told
