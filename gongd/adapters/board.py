"""The machine's own sensors, read and never written: temperature, supply voltage, the disk, memory.

Files: Linux, Documentation/ABI/testing/sysfs-class-thermal and sysfs-class-hwmon; `rpi_volt` is the kernel's
raspberrypi-hwmon driver, whose `in0_lcrit_alarm` is 1 when the supply has been under 4,63 V since it was last read.
"""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gongd.ports import BoardSeen, Post

_SYS, _PROC = Path("/sys"), Path("/proc")
_SENSIBLE_C = (-40.0, 150.0)
HOT_C = 80.0
"""A Raspberry Pi slows itself down from 80 °C on (Raspberry Pi documentation, frequency management)."""
LOOK_S = 30.0


@dataclass(frozen=True, slots=True)
class BoardReading:
    """One reading; None is what this machine does not tell. Sizes in bytes, of what an ordinary user may take."""

    temperature_c: float | None = None
    under_voltage: bool | None = None
    disk_free: int | None = None
    disk_size: int | None = None
    disk_read_only: bool | None = None
    memory_free: int | None = None
    memory_size: int | None = None


def read(folder: Path, sys: Path = _SYS, proc: Path = _PROC) -> BoardReading:
    """Read all sensors. The disk is the one that holds `folder` (or, until it exists, its nearest parent)."""
    disk = _disk(folder)
    return BoardReading(
        temperature_c=max(_temperatures(sys), default=None),
        under_voltage=_under_voltage(sys),
        disk_free=disk.f_bavail * disk.f_frsize if disk else None,
        disk_size=disk.f_blocks * disk.f_frsize if disk else None,
        disk_read_only=bool(disk.f_flag & os.ST_RDONLY) if disk else None,
        memory_free=_memory(proc, "MemAvailable"),
        memory_size=_memory(proc, "MemTotal"),
    )


class BoardWatch:
    """Reads the sensors every half minute, in a thread of its own, and posts BoardSeen when their word changes."""

    def __init__(
        self, folder: Path, post: Post, look: Callable[[Path], BoardReading] = read, look_s: float = LOOK_S
    ) -> None:
        self._folder = folder
        self._post = post
        self._look = look
        self._look_s = look_s
        self._closing = threading.Event()
        threading.Thread(target=self._watch, name="board-watch", daemon=True).start()

    def close(self) -> None:
        """End the thread."""
        self._closing.set()

    def _watch(self) -> None:
        told: BoardSeen | None = None
        while True:
            reading = self._look(self._folder)
            hot = reading.temperature_c is not None and reading.temperature_c >= HOT_C
            seen = BoardSeen(hot, bool(reading.under_voltage))
            if seen != told:
                told = seen
                self._post(seen)
            if self._closing.wait(self._look_s):
                return


def _temperatures(sys: Path) -> Iterator[float]:
    for zone in sorted((sys / "class/thermal").glob("thermal_zone*")):
        milli = _number(zone / "temp")
        if milli is not None and _SENSIBLE_C[0] <= milli / 1000 <= _SENSIBLE_C[1]:
            yield milli / 1000


def _under_voltage(sys: Path) -> bool | None:
    for sensor in sorted((sys / "class/hwmon").glob("hwmon*")):
        if _text(sensor / "name") == "rpi_volt":
            alarm = _number(sensor / "in0_lcrit_alarm")
            return None if alarm is None else bool(alarm)
    return None


def _disk(folder: Path) -> os.statvfs_result | None:
    for place in (folder, *folder.parents):
        try:
            return os.statvfs(place)
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None


def _memory(proc: Path, wanted: str) -> int | None:
    for line in (_text(proc / "meminfo") or "").splitlines():
        name, _, rest = line.partition(":")
        if name == wanted and rest.split()[:1] and rest.split()[0].isdecimal():
            return int(rest.split()[0]) * 1024
    return None


def _number(path: Path) -> int | None:
    try:
        return int(_text(path) or "")
    except ValueError:
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
