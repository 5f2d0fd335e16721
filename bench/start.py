"""From the start of the process until a button works."""

import subprocess
import sys
from collections.abc import Sequence

from bench.box import AMPLIFIER, PINS, Box, Yard, installed
from bench.figure import Figure, Measure, Target
from bench.moment import BenchError, boot_seconds, until
from gongd.core.words import Text

NO_FLOOR = Text(vi="Chương trình so sánh đã dừng", en="the floor's program has ended")


class BareProgram:
    """The floor as a process of its own (a context manager)."""

    def __init__(self, yard: Yard, does: str) -> None:
        name = f"floor-{does}"
        self.pins = yard.dry / name / PINS
        argv = [sys.executable, "-m", "bench.floor", str(yard.root / name), str(self.pins.parent), does]
        self.started_at = boot_seconds()
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, env=installed(yard.root))
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise BenchError(NO_FLOOR)
        self.ready_at = float(line)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._child.pid

    def ring_at(self, due: Sequence[float]) -> None:
        """One that rings is told when: seconds of the wall clock."""
        assert self._child.stdin is not None
        self._child.stdin.writelines(f"{at}\n" for at in due)
        self._child.stdin.flush()

    def __enter__(self) -> "BareProgram":
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate("\n")


def starts(yard: Yard, count: int) -> list[Figure]:
    """A button is pressed as soon as the daemon can be asked to; it is the edge of the relay that counts."""
    trials = [(_ours(yard), _bare(yard)) for _ in range(count + 1)][1:]  # the first compiles what is not compiled yet
    ours, floor = zip(*trials, strict=True)
    name = "a bare Python program: gpiozero and SQLite loaded, one durable row, on()"
    return [Figure("start to “button works”", "s", ours, floor, name, Target(Measure.P99, 1.5))]


def _ours(yard: Yard) -> float:
    with Box(yard) as box:
        until(lambda: box.tries(do="press", button="fire", for_s=0.05), "a press", 60.0, 0.003)
        worked_at = box.pins.wait(AMPLIFIER, True, box.started_at, "the relay's edge")
        box.ask(do="stop")
        box.pins.wait_all_off()
        return worked_at - box.started_at


def _bare(yard: Yard) -> float:
    with BareProgram(yard, "switch") as program:
        return program.ready_at - program.started_at
