"""The machine under the box: clocks, disk, journal, power, heat, watchdog, versions."""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from gongd import __version__
from gongd.adapters.board import HOT_C
from gongd.adapters.board import read as read_board
from gongd.adapters.clock import hardware_clocks, kernel_clock
from gongd.adapters.journal import examine
from gongd.core.errors import JournalError
from gongd.core.fault import FaultCode
from gongd.core.history import line
from gongd.core.words import Text
from gongd.doctor.finding import Finding, Patient, fault, good, known, tell, warning
from gongd.settings.model import TrustedBy

FULL_BYTES = 50_000_000
"""The journal, its log and one more set of prints fit into this; below it the disk is as good as full."""
WATCHDOG_MOST_S = 15.0
"""A Raspberry Pi's watchdog counts no further: a longer RuntimeWatchdogSec gives none (traps.md)."""
LIBRARIES = ("apscheduler", "gpiozero", "PyYAML", "numpy", "pydub", "pillow")

CLOCK_GOOD = Text(
    "Đồng hồ: nhân hệ điều hành báo đã đồng bộ, sai không quá {error} giây",
    "Clock: the kernel says synchronised, within {error} s",
)
CLOCK_ASSUMED = Text(
    "Đồng hồ: được coi là đúng (clock.trust: assume)", "Clock: assumed to be right (clock.trust: assume)"
)
CLOCK_BENCH = Text(
    "Chỉ để thử: ở thôn phải là trust: kernel", "For a bench only: in a village it must be trust: kernel"
)
NOT_SYNCHRONISED = Text("nhân hệ điều hành báo chưa đồng bộ", "the kernel says not synchronised")
RTC_GOOD = Text("Đồng hồ pin (RTC) {name}: lệch {ahead} giây", "Hardware clock {name}: {ahead} s apart")
RTC_WRONG = Text("Đồng hồ pin (RTC) {name}: giờ sai hoặc không đọc được", "Hardware clock {name}: wrong or unreadable")
RTC_NONE = Text(
    "Không có đồng hồ pin (RTC): sau khi mất điện phải chờ mạng mới có giờ",
    "No hardware clock: after a power cut the time comes only with the network",
)
RTC_ADD = Text("Lắp mô-đun DS3231", "Add a DS3231 module")
RTC_SET = Text("Chạy: sudo gongd clock set", "Run: sudo gongd clock set")
DISK_GOOD = Text("Thẻ nhớ: ghi được, còn {free} trong {size}", "Memory card: writable, {free} of {size} left")
DISK_UNKNOWN = Text("Không xem được thẻ nhớ ở {folder}", "The disk of {folder} cannot be looked at")
DISK_LEFT = Text("còn {free}", "{free} left")
JOURNAL_GOOD = Text(
    "Nhật ký {id}: {n} dòng, còn nguyên. Cuối: {last}", "Journal {id}: {n} records, whole. Last: {last}"
)
JOURNAL_NONE = Text("Chưa có nhật ký ở {path}: gongd chưa chạy lần nào", "No journal at {path}: gongd has never run")
JOURNAL_SHUT = Text("Nhật ký: không có quyền đọc", "The journal: no permission to read it")
SUDO = Text("Chạy lại với sudo", "Run it again with sudo")
POWER_GOOD = Text("Nguồn điện: đủ", "Supply voltage: good")
POWER_UNKNOWN = Text("Nguồn điện: máy này không tự đo được", "Supply voltage: this machine does not tell")
HEAT_GOOD = Text("Nhiệt độ: {c} °C", "Temperature: {c} °C")
HEAT_UNKNOWN = Text("Nhiệt độ: máy này không tự đo được", "Temperature: this machine does not tell")
WATCHDOG_GOOD = Text(
    "Bộ canh treo máy (watchdog): máy tự khởi động lại nếu treo quá {s} giây",
    "Watchdog: the machine restarts when it hangs for {s} s",
)
WATCHDOG_NONE = Text(
    "Chưa có bộ canh treo máy (watchdog): máy treo thì không tự khởi động lại",
    "No watchdog: a machine that hangs stays so",
)
WATCHDOG_SET = Text(
    "Đặt RuntimeWatchdogSec=10 trong /etc/systemd/system.conf", "Set RuntimeWatchdogSec=10 in /etc/systemd/system.conf"
)
VERSIONS = Text("gongd {gongd}, Python {python}, {libraries}", "gongd {gongd}, Python {python}, {libraries}")
LACKING = Text("Thiếu thư viện Python: {names}", "Python libraries are missing: {names}")
REINSTALL = Text("Cài lại: sudo make install", "Install again: sudo make install")


def clock(patient: Patient) -> Iterator[Finding]:
    """Can the wall clock be believed?"""
    told = patient.report.get("clock") if patient.report else None
    if patient.settings and patient.settings.clock.trust is TrustedBy.ASSUME:
        yield warning("clock", CLOCK_ASSUMED, CLOCK_BENCH)
        return
    match told:
        case {"trusted": bool(trusted), "vi": str(vi), "en": str(en)}:
            yield good("clock", Text(vi, en)) if trusted else known(FaultCode.CLOCK_UNTRUSTED, Text(vi, en))
            return
    kernel = kernel_clock()
    if kernel.synchronised:
        yield good("clock", CLOCK_GOOD.fill(error=_decimal(kernel.max_error_s)))
    else:
        yield known(FaultCode.CLOCK_UNTRUSTED, NOT_SYNCHRONISED)


def hardware_clock(patient: Patient) -> Iterator[Finding]:
    """The clock with a battery."""
    found = hardware_clocks(patient.machine.sys / "class/rtc", patient.machine.dev)
    if not found:
        yield warning("hardware-clock", RTC_NONE, RTC_ADD)
    for rtc in found:
        if rtc.battery_low:
            yield known(FaultCode.CLOCK_BATTERY)
        elif not rtc.good or rtc.ahead_s is None:
            yield warning("hardware-clock", RTC_WRONG.fill(name=rtc.name), RTC_SET)
        else:
            yield good("hardware-clock", RTC_GOOD.fill(name=rtc.name, ahead=_decimal(abs(rtc.ahead_s))))


def disk(patient: Patient) -> Iterator[Finding]:
    """Where the journal lies."""
    board = read_board(patient.journal.parent, patient.machine.sys, patient.machine.proc)
    if board.disk_free is None or board.disk_size is None:
        yield warning("disk", DISK_UNKNOWN.fill(folder=patient.journal.parent))
    elif board.disk_read_only:
        yield known(FaultCode.DISK_READ_ONLY)
    elif board.disk_free < FULL_BYTES:
        yield known(FaultCode.DISK_FULL, DISK_LEFT.fill(free=_size(board.disk_free)))
    else:
        yield good("disk", DISK_GOOD.fill(free=_size(board.disk_free), size=_size(board.disk_size)))


def journal(patient: Patient) -> Iterator[Finding]:
    """The record: whole, and what it says last."""
    path = patient.journal
    if not os.access(path, os.R_OK):
        absent = os.access(path.parent, os.X_OK) or not os.access(path.parent, os.F_OK)
        absent = absent and not os.access(path, os.F_OK)
        yield warning("journal", JOURNAL_NONE.fill(path=path)) if absent else warning("journal", JOURNAL_SHUT, SUDO)
        return
    try:
        found = examine(path)
    except JournalError as error:
        yield known(FaultCode.JOURNAL_CORRUPT, error.text)
        return
    if found.trouble:
        yield known(FaultCode.JOURNAL_CORRUPT, Text(found.trouble, found.trouble))
        return
    last = line(found.last) if found.last else Text("–", "–")
    yield good("journal", JOURNAL_GOOD.fill(id=found.journal_id[:8], n=found.count, last=last))


def power(patient: Patient) -> Iterator[Finding]:
    """The supply, as a Raspberry Pi measures it."""
    low = read_board(patient.journal.parent, patient.machine.sys, patient.machine.proc).under_voltage
    if low is None:
        yield good("power", POWER_UNKNOWN)
    else:
        yield known(FaultCode.UNDER_VOLTAGE) if low else good("power", POWER_GOOD)


def heat(patient: Patient) -> Iterator[Finding]:
    """The processor's temperature."""
    celsius = read_board(patient.journal.parent, patient.machine.sys, patient.machine.proc).temperature_c
    if celsius is None:
        yield good("heat", HEAT_UNKNOWN)
        return
    told = HEAT_GOOD.fill(c=_decimal(celsius))
    yield known(FaultCode.TOO_HOT, told) if celsius >= HOT_C else good("heat", told)


def watchdog(patient: Patient) -> Iterator[Finding]:
    """Does the machine restart when it hangs?"""
    said = tell(["systemctl", "show", "--property=RuntimeWatchdogUSec", "--value"])
    span_s = _span_s(said[1]) if said and said[0] == 0 else 0.0
    if (patient.machine.dev / "watchdog").exists() and 0 < span_s <= WATCHDOG_MOST_S:
        yield good("watchdog", WATCHDOG_GOOD.fill(s=f"{span_s:g}"))
    else:
        yield warning("watchdog", WATCHDOG_NONE, WATCHDOG_SET)


def _span_s(text: str) -> float:
    """systemd's `10s` or `1min 30s`; 0 for what is off or not understood."""
    sizes = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
    total = 0.0
    for word in text.split():
        unit = word.lstrip("0123456789.")
        number = word.removesuffix(unit)
        if unit not in sizes or not number:
            return 0.0
        total += float(number) * sizes[unit]
    return total


def versions(patient: Patient) -> Iterator[Finding]:
    """Ours, Python's and the libraries'."""
    del patient
    found = {name: _version(name) for name in LIBRARIES}
    lacking = [name for name, one in found.items() if one is None]
    if lacking:
        yield fault("versions", LACKING.fill(names=", ".join(lacking)), REINSTALL)
    listed = ", ".join(f"{name} {one}" for name, one in found.items() if one)
    yield good("versions", VERSIONS.fill(gongd=__version__, python=platform.python_version(), libraries=listed))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _decimal(number: float) -> Text:
    shown = f"{number:.1f}"
    return Text(shown.replace(".", ","), shown)


def _size(count: int) -> Text:
    size, unit = (count / 1e9, "GB") if count >= 1e9 else (count / 1e6, "MB")
    told = _decimal(size)
    return Text(f"{told.vi} {unit}", f"{told.en} {unit}")
