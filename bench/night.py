"""The schedule: how late the relay moves after the second that stands in the settings file."""

import time
from datetime import UTC, datetime, timedelta

from bench.box import AMPLIFIER, Box, Yard
from bench.figure import Figure, Measure, Target
from bench.floor import Bare
from bench.moment import boot_seconds
from bench.relay import COMMIT_AND_ON, MS

BATCH = 4
"""So many schedules stand in the file at once, as on a real box."""
APART = timedelta(seconds=2)
AHEAD = timedelta(seconds=2)
HALF_S = 0.5


def nights(box: Box, yard: Yard, bare: Bare, count: int) -> list[Figure]:
    """The file is written with entries a few seconds ahead and read again; a bare sleeper is due between them."""
    ours: list[float] = []
    floor: list[float] = []
    while len(ours) < count:
        due = appointed(min(BATCH, count - len(ours)))
        yard.write(due)
        box.ask(do="reload")
        for moment in due:
            at = boot_seconds() + (moment - datetime.now(UTC)).total_seconds()
            floor.append(bare.commit_and_on_at(at - HALF_S))
            bare.off()
            time.sleep(max(0.0, at - boot_seconds()))
            ours.append(box.pins.wait(AMPLIFIER, True, at - HALF_S, "the gong") - at)
            time.sleep(HALF_S / 2)
            box.ask(do="stop")
            box.pins.wait_all_off()
    target = Target(Measure.P99, 10.0)
    late = tuple(MS * one for one in ours), tuple(MS * one for one in floor)
    return [Figure("schedule: relay edge after the due second", "ms", *late, f"sleep, {COMMIT_AND_ON}", target)]


def appointed(count: int) -> list[datetime]:
    """So many whole seconds, a little ahead and far enough apart for a gong to begin and to be stopped."""
    first = (datetime.now(UTC) + AHEAD).replace(microsecond=0)
    return [first + APART * number for number in range(count)]
