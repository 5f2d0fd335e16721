"""Two boxes started at the same instant: how far apart their relays move at the second that stands in both files."""

import contextlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.box import AMPLIFIER, Box, Pins, Yard
from bench.figure import Figure, Measure, Target
from bench.moment import boot_seconds
from bench.night import APART, BATCH, appointed
from bench.relay import COMMIT_AND_ON, MS, Rest
from bench.start import BareProgram

NAME = "two boxes at one due second: between their relay edges"
BARE = f"two bare Python programs that sleep until the same second, each with {COMMIT_AND_ON}"
TARGET = Target(Measure.P99, 50.0)
"""The issue's number."""
BOTH = (1, 2)
BETWEEN_S = APART.total_seconds() / 2
PART_S = BETWEEN_S / 4
"""After the due second the boxes are left alone for so long: whoever looks takes a processor from one of them."""


def together(yard: Yard, rest: Rest, count: int) -> list[Figure]:
    """Both boxes read the same seconds; both bare programs are due between them."""
    yards = [_beside(yard, number) for number in BOTH]
    ours: list[float] = []
    floor: list[float] = []
    with contextlib.ExitStack() as stack:
        boxes = [stack.enter_context(Box(one)) for one in yards]
        bares = [stack.enter_context(BareProgram(one, "ring")) for one in yards]
        pins = [Pins(bare.pins) for bare in bares]
        for box in boxes:
            box.wait_ready()
        while len(ours) < count:
            due = _agree(yards, boxes, min(BATCH, count - len(ours)))
            for bare in bares:
                bare.ring_at([moment.timestamp() + BETWEEN_S for moment in due])
            instants = [boot_seconds() + (moment - datetime.now(UTC)).total_seconds() for moment in due]
            for at in instants:
                _leave(boxes, at)
                rest()
            ours += [apart([box.pins for box in boxes], at, "both gongs") for at in instants]
            floor += [apart(pins, at + BETWEEN_S, "both bare programs") for at in instants]
    return [Figure(NAME, "ms", tuple(MS * one for one in ours), tuple(MS * one for one in floor), BARE, TARGET)]


def _beside(yard: Yard, number: int) -> Yard:
    """The files of one of the two; the sounds are rendered already."""
    name = f"together-{number}"
    mine = Yard(yard.root / name, yard.dry / name, kept_prints=yard.prints)
    mine.state.mkdir(parents=True)
    mine.write()
    return mine


def _agree(yards: Sequence[Yard], boxes: Sequence[Box], count: int) -> list[datetime]:
    """The next seconds, written into both files and read again."""
    due = appointed(count)
    for yard, box in zip(yards, boxes, strict=True):
        yard.write(due)
        box.ask(do="reload")
    return due


def _leave(boxes: Sequence[Box], at: float) -> None:
    """Let the second pass, and end the gongs."""
    time.sleep(max(0.0, at + PART_S - boot_seconds()))
    for box in boxes:
        box.pins.wait(AMPLIFIER, True, at - PART_S, "the gong")
        box.ask(do="stop")
    for box in boxes:
        box.pins.wait_all_off()


def apart(pins: Sequence[Pins], at: float, what: str) -> float:
    """Between the first edges of both around an instant: seconds."""
    one, other = (each.wait(AMPLIFIER, True, at - PART_S, what) for each in pins)
    return abs(one - other)
