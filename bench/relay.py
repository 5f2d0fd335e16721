"""From a trigger to the edge of a relay, and from a stop to the last one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.box import AMPLIFIER, BELL, DEBOUNCE_S, STROBE, Box
from bench.figure import Figure, Measure, Target
from bench.floor import Bare
from bench.moment import boot_seconds

MS = 1000.0
EDGE = Target(Measure.P99, 10.0)
PREEMPTION = Target(Measure.P99, 100.0)
SILENCE = Target(Measure.P99, 100.0)
BREATH_S = 0.06
"""Between two trials: the records of the last one are committed, so that each trigger finds the box at rest."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Takes that breath, and notes how late the machine woke it: a delay that no program can help."""

    late_s: list[float] = field(default_factory=list)

    def __call__(self) -> None:
        """Sleep."""
        asked = boot_seconds()
        time.sleep(BREATH_S)
        self.late_s.append(boot_seconds() - asked - BREATH_S)


COMMIT_AND_ON = "one durable row in SQLite, then gpiozero's on()"


def triggers(box: Box, bare: Bare, rest: Rest, count: int) -> list[Figure]:
    """Socket and button in turns with the floors."""
    played: list[float] = []
    pressed: list[float] = []
    silenced: list[float] = []
    on: list[float] = []
    committed: list[float] = []
    off: list[float] = []
    for _ in range(count):
        on.append(_rested(rest, bare.on))
        off.append(_rested(rest, bare.off))
        committed.append(_rested(rest, bare.commit_and_on))
        bare.off()
        played.append(_play(box, rest))
        silenced.append(_silence(box, rest))
        pressed.append(_press(box, rest))
        silenced.append(_silence(box, rest))
    return [
        _figure("trigger (`play`) to relay edge", played, committed, COMMIT_AND_ON, EDGE),
        _figure("the same, beside no commit at all", played, on, "gpiozero's on() alone"),
        _figure("trigger (button, past its debounce) to relay edge", pressed, committed, COMMIT_AND_ON, EDGE),
        _figure("stop to all relays off", silenced, off, "gpiozero's off() alone", SILENCE),
    ]


def preemptions(box: Box, bare: Bare, rest: Rest, count: int) -> list[Figure]:
    """The gong sounds; the fire button is held."""
    alarm: list[float] = []
    gong: list[float] = []
    floor: list[float] = []
    for _ in range(count):
        floor.append(_rested(rest, bare.commit_and_on))
        bare.off()
        asked = boot_seconds()
        box.ask(do="play", signal="peace", status="actual")
        box.pins.wait(BELL, True, asked, "the gong")
        rest()
        counts_at = _held(box)
        alarm.append(box.pins.wait(STROBE, True, counts_at - DEBOUNCE_S, "the alarm") - counts_at)
        gong.append(box.pins.wait(BELL, False, counts_at - DEBOUNCE_S, "the end of the gong") - counts_at)
        _silence(box, rest)
    return [
        _figure("fire over a sounding gong: the alarm's first edge", alarm, floor, COMMIT_AND_ON, PREEMPTION),
        _figure("fire over a sounding gong: the gong's last edge", gong, floor, COMMIT_AND_ON, PREEMPTION),
    ]


def _play(box: Box, rest: Rest) -> float:
    rest()
    asked = boot_seconds()
    box.ask(do="play", signal="fire", status="actual")
    return box.pins.wait(AMPLIFIER, True, asked, "the relay's edge") - asked


def _press(box: Box, rest: Rest) -> float:
    rest()
    counts_at = _held(box)
    return box.pins.wait(AMPLIFIER, True, counts_at - DEBOUNCE_S, "the relay's edge") - counts_at


def _held(box: Box) -> float:
    """Hold the fire button, which has no hold time: the instant from which it counts."""
    asked = boot_seconds()
    box.ask(do="press", button="fire", for_s=0.05)
    return asked + DEBOUNCE_S


def _silence(box: Box, rest: Rest) -> float:
    rest()
    asked = boot_seconds()
    box.ask(do="stop")
    return box.pins.wait_all_off() - asked


def _rested(rest: Rest, measure: Callable[[], float]) -> float:
    """The floors rest as long as ours before each trial: a cold cache is cold for both."""
    rest()
    return measure()


def _figure(name: str, ours: list[float], floor: list[float], what: str, target: Target | None = None) -> Figure:
    return Figure(name, "ms", tuple(MS * one for one in ours), tuple(MS * one for one in floor), what, target)
