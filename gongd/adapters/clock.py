"""The machine's clocks: wall, monotonic, what the kernel says of its synchronisation, and the hardware clock.

`struct timex`, STA_UNSYNC, TIME_ERROR: adjtimex(2). The files of a hardware clock: Linux, Documentation/ABI/testing/
sysfs-class-rtc. RTC_VL_READ: linux/rtc.h.
"""

import ctypes
import fcntl
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from gongd.core.errors import ClockError
from gongd.core.words import Text
from gongd.ports import ClockReading

MAX_ERROR_US = 16_000_000
"""The kernel's own limit of what it calls synchronised (traps.md)."""
_STA_UNSYNC = 0x0040
_TIME_ERROR = 5
_RTC_VL_READ = 0x80047013
_RTC_VL_LOW = 0b111
_RTC_AGREES_S = 5.0
_RTC_EPOCH = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
_RTC_EVERY_S = 60.0
_HWCLOCK_TIMEOUT_S = 20.0
_RTC_CLASS = Path("/sys/class/rtc")
_LIBC = ctypes.PyDLL(None, use_errno=True)
"""Its calls return at once, so the interpreter is kept: given away, it would have to be waited for at every look."""


class _Timex(ctypes.Structure):
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    )


@dataclass(frozen=True, slots=True)
class KernelClock:
    """The kernel's own opinion: `max_error_s` grows by 500 ppm while nobody corrects it."""

    synchronised: bool
    max_error_s: float


@dataclass(frozen=True, slots=True)
class HardwareClock:
    """A hardware clock (RTC). `ahead_s` is how far it is ahead of the system's clock, None when it cannot be read.

    `battery_low` is None where that cannot be known (no right to open the device, or the chip does not tell).
    """

    name: str
    ahead_s: float | None
    set_system: bool
    battery_low: bool | None

    @property
    def good(self) -> bool:
        """Does it agree with the system's clock, so that the system's clock can be from nowhere worse?"""
        return self.ahead_s is not None and abs(self.ahead_s) <= _RTC_AGREES_S and not self.battery_low


class SystemClock:
    """The port `Clock`. Reads only; nothing here needs a privilege."""

    def __init__(self, zone: tzinfo, rtc_class: Path = _RTC_CLASS) -> None:
        self._zone = zone
        self._rtc_class = rtc_class
        self._rtc_good = False
        self._rtc_looked_at = float("-inf")

    def read(self) -> ClockReading:
        """One reading. A good hardware clock is not asked again: later steps show in the reading itself."""
        mono = time.clock_gettime(time.CLOCK_BOOTTIME)
        wall = datetime.now(self._zone)
        if not self._rtc_good and mono - self._rtc_looked_at >= _RTC_EVERY_S:
            self._rtc_looked_at = mono
            self._rtc_good = any(rtc.good for rtc in hardware_clocks(self._rtc_class))
        return ClockReading(wall, mono, kernel_clock().synchronised, self._rtc_good)


def kernel_clock() -> KernelClock:
    """Ask adjtimex(2), changing nothing. Where the call is not allowed the clock counts as not synchronised."""
    timex = _Timex()
    state = _LIBC.adjtimex(ctypes.byref(timex))
    sane = state not in (-1, _TIME_ERROR) and not timex.status & _STA_UNSYNC
    return KernelClock(sane and timex.maxerror < MAX_ERROR_US, timex.maxerror / 1e6)


def boot_id() -> str:
    """The identity of this boot: what the monotonic clock belongs to."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def hardware_clocks(rtc_class: Path = _RTC_CLASS, devices: Path = Path("/dev")) -> tuple[HardwareClock, ...]:
    """Every hardware clock of the machine, none where there is none."""
    found = sorted(rtc_class.glob("rtc*")) if rtc_class.is_dir() else []
    return tuple(_examine(each, devices / each.name) for each in found)


def _examine(rtc: Path, device: Path) -> HardwareClock:
    shown = _number(rtc / "since_epoch")
    plausible = shown is not None and shown >= _RTC_EPOCH
    ahead_s = shown - time.time() if plausible and shown is not None else None
    return HardwareClock(rtc.name, ahead_s, _number(rtc / "hctosys") == 1, _battery_low(device))


def _number(path: Path) -> float | None:
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _battery_low(device: Path) -> bool | None:
    try:
        handle = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        answer = fcntl.ioctl(handle, _RTC_VL_READ, b"\0" * 4)
    except OSError:
        return None
    finally:
        os.close(handle)
    return bool(int.from_bytes(answer, "little") & _RTC_VL_LOW)


def set_system_clock(wall: datetime) -> bool:
    """Set the system's clock (root only), and the hardware clock where there is one: True when that was set too.

    Raises ClockError.
    """
    try:
        time.clock_settime(time.CLOCK_REALTIME, wall.timestamp())
    except PermissionError as error:
        raise ClockError(
            Text(
                vi="Không được phép đặt giờ. Chạy: sudo gongd clock set HH:MM",
                en="Not permitted to set the clock. Run: sudo gongd clock set HH:MM",
            )
        ) from error
    except (OSError, ValueError, OverflowError) as error:
        raise ClockError(Text(vi=f"Không đặt được giờ: {error}", en=f"The clock cannot be set: {error}")) from error
    return save_to_hardware()


def save_to_hardware() -> bool:
    """Write the system's clock into the hardware clock, where there is one. True when it was."""
    program = shutil.which("hwclock", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None or not hardware_clocks():
        return False
    try:
        done = subprocess.run(
            [program, "--systohc", "--utc"], check=False, capture_output=True, timeout=_HWCLOCK_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
