"""What an idle box costs: processor, memory, and writes to its memory card."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from bench.figure import Figure, Measure, Target

MB = 1_000_000.0
DAY_S = 86400.0
SETTLE_S = 5.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Use:
    """What a process has used so far: seconds of processor of all its threads, and bytes."""

    at: float
    cpu_s: float
    to_disk: int
    to_any: int


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


def idle(pid: int, floor_pid: int, seconds: float) -> list[Figure]:
    """Leave both alone for so long."""
    time.sleep(min(SETTLE_S, seconds))
    before = [use_of(one) for one in (pid, floor_pid)]
    time.sleep(seconds)
    spent = [_between(old, use_of(one)) for old, one in zip(before, (pid, floor_pid), strict=True)]
    floor = "a bare Python program that waits, gpiozero and SQLite loaded"
    rows = [
        ("idle: share of one core", "%", [100.0 * one.cpu_s / one.at for one in spent], Target(Measure.VALUE, 0.5)),
        ("idle: memory (PSS)", "MB", [pss_of(one) for one in (pid, floor_pid)], Target(Measure.VALUE, 45.0)),
        ("idle: to the disk", "MB a day", [_daily(one.to_disk, one.at) for one in spent], Target(Measure.VALUE, 5.0)),
        ("idle: to disk, sockets and pipes", "MB a day", [_daily(one.to_any, one.at) for one in spent], None),
    ]
    told = f" over {seconds:.0f} s"
    return [
        Figure(name if unit == "MB" else name + told, unit, (ours,), (bare,), floor, target)
        for name, unit, (ours, bare), target in rows
    ]


def _between(old: Use, new: Use) -> Use:
    return Use(new.at - old.at, new.cpu_s - old.cpu_s, new.to_disk - old.to_disk, new.to_any - old.to_any)


def _daily(written: int, seconds: float) -> float:
    return written / seconds * DAY_S / MB
