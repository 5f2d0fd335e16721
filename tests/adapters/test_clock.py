"""The machine's clocks, as they are on the machine that runs this."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gongd.adapters.clock import SystemClock, boot_id, hardware_clocks, kernel_clock

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def a_chip(folder: Path, **files: str) -> Path:
    """A hardware clock as the kernel shows it."""
    chip = folder / "rtc0"
    chip.mkdir(parents=True)
    for name, text in files.items():
        (chip / name).write_text(text + "\n")
    return folder


def test_a_reading_has_an_aware_wall_and_a_monotonic_time_since_boot(tmp_path: Path) -> None:
    clock = SystemClock(ZONE, tmp_path)
    first, second = clock.read(), clock.read()
    assert first.wall.utcoffset() == ZONE.utcoffset(datetime(2026, 1, 1))  # noqa: DTZ001  a zone is asked with a naive time
    assert second.mono >= first.mono
    uptime_s = float(Path("/proc/uptime").read_text().split()[0])
    assert first.mono <= uptime_s + 1


def test_the_kernels_word_is_the_same_as_in_its_own_structure() -> None:
    said = kernel_clock()
    assert said.max_error_s >= 0
    assert not (said.synchronised and said.max_error_s >= 16)


def test_a_boot_has_one_identity() -> None:
    assert boot_id() == boot_id()
    assert len(boot_id()) == 36


def test_a_machine_without_a_hardware_clock_has_none(tmp_path: Path) -> None:
    assert hardware_clocks(tmp_path / "absent") == ()
    assert not SystemClock(ZONE, tmp_path).read().hardware_clock


def test_a_hardware_clock_that_agrees_with_the_system_is_believed(tmp_path: Path) -> None:
    a_chip(tmp_path, since_epoch=str(int(time.time())), hctosys="1")
    [chip] = hardware_clocks(tmp_path, tmp_path)
    assert chip.good
    assert chip.set_system
    assert chip.battery_low is None
    assert SystemClock(ZONE, tmp_path).read().hardware_clock


@pytest.mark.parametrize("shown", ["946684800", str(int(datetime(2025, 6, 1, tzinfo=UTC).timestamp())), "", "rubbish"])
def test_a_hardware_clock_without_a_battery_or_with_another_time_is_not(tmp_path: Path, shown: str) -> None:
    a_chip(tmp_path, since_epoch=shown, hctosys="1")
    assert not SystemClock(ZONE, tmp_path).read().hardware_clock


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_setting_the_clock_without_the_right_says_what_to_run() -> None:
    script = (
        "import os, datetime\n"
        "from gongd.adapters.clock import set_system_clock\n"
        "from gongd.core.errors import ClockError\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: set_system_clock(datetime.datetime.now(datetime.UTC))\n"
        "except ClockError as error: print(error.text.vi)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "sudo gongd clock set" in done.stdout
