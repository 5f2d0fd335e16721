"""What an idle box costs: processor, memory, writes to its memory card, and bytes on its link."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.figure import Figure, Measure, Target
from bench.weight import Toll

MB = 1_000_000.0
DAY_S = 86400.0
MONTH_DAYS = 30
SETTLE_S = 5.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Use:
    """What a process has used so far: seconds of processor of all its threads, and bytes."""

    at: float
    cpu_s: float
    to_disk: int
    to_any: int
    on_wire: int = 0


def use_of(pid: int) -> Use:
    """From /proc/PID/stat and /proc/PID/io."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    io = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
    ticks = int(fields[11]) + int(fields[12])
    return Use(time.monotonic(), ticks / TICKS, int(io["write_bytes"]), int(io["wchar"]))


def pss_of(pid: int) -> float:
    """Megabytes: its own pages, and its share of those that it shares."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / MB
    return float("nan")


@dataclass(frozen=True, slots=True)
class Watched:
    """A process that is left alone, and the gate that its bytes pass, if it has a link."""

    pid: int
    toll: Toll | None = None

    def look(self) -> Use:
        """What it has used so far."""
        used = use_of(self.pid)
        return replace(used, on_wire=self.toll.passed) if self.toll else used


def idle(box: Watched, floor: Watched, linked: Watched, subscriber: Watched, seconds: float) -> list[Figure]:
    """Leave all alone for so long: a box and a bare program, a box with its link and a bare subscriber."""
    time.sleep(min(SETTLE_S, seconds))
    joined = linked.look().on_wire, subscriber.look().on_wire
    all_of_them = (box, floor, linked, subscriber)
    before = [one.look() for one in all_of_them]
    time.sleep(seconds)
    spent = [_between(old, one.look()) for old, one in zip(before, all_of_them, strict=True)]
    memory = [pss_of(one.pid) for one in all_of_them]
    return [*_alone(spent[:2], memory[:2], seconds), *_linked(spent[2:], memory[2:], joined, seconds)]


def _alone(spent: Sequence[Use], memory: Sequence[float], seconds: float) -> list[Figure]:
    floor = "a bare Python program that waits, gpiozero and SQLite loaded"
    return [
        _figure("idle: share of one core", "%", [_share(one) for one in spent], floor, 0.5, seconds),
        _figure("idle: memory (PSS)", "MB", memory, floor, 45.0),
        _figure("idle: to the disk", "MB a day", [_daily(one.to_disk, one.at) for one in spent], floor, 5.0, seconds),
        _figure(
            "idle: to disk, sockets and pipes",
            "MB a day",
            [_daily(one.to_any, one.at) for one in spent],
            floor,
            None,
            seconds,
        ),
    ]


def _linked(spent: Sequence[Use], memory: Sequence[float], joined: Sequence[int], seconds: float) -> list[Figure]:
    floor = "a bare paho subscriber over TLS, keepalive 55 s, gpiozero loaded"
    monthly = [MONTH_DAYS * _daily(one.on_wire, one.at) for one in spent]
    return [
        _figure("idle with its link: share of one core", "%", [_share(one) for one in spent], floor, 0.5, seconds),
        _figure("idle with its link: memory (PSS)", "MB", memory, floor, 55.0),
        _figure("idle with its link: on the wire, TLS and TCP", "MB a month", monthly, floor, 60.0, seconds),
        _figure("to connect: on the wire, TLS and TCP", "kB", [one / 1000 for one in joined], floor, None),
    ]


def _figure(
    name: str, unit: str, both: Sequence[float], floor: str, at_most: float | None, seconds: float | None = None
) -> Figure:
    told = "" if seconds is None else f" over {seconds:.0f} s"
    ours, bare = both
    target = None if at_most is None else Target(Measure.VALUE, at_most)
    return Figure(name + told, unit, (ours,), (bare,), floor, target)


def _share(spent: Use) -> float:
    return 100.0 * spent.cpu_s / spent.at


def _between(old: Use, new: Use) -> Use:
    return Use(
        new.at - old.at,
        new.cpu_s - old.cpu_s,
        new.to_disk - old.to_disk,
        new.to_any - old.to_any,
        new.on_wire - old.on_wire,
    )


def _daily(written: int, seconds: float) -> float:
    return written / seconds * DAY_S / MB
