"""The machine's sensors, read from a tree of files as the kernel shows them."""

import time
from pathlib import Path

import pytest

from gongd.adapters.board import BoardReading, BoardWatch, read
from gongd.ports import BoardSeen


def put(root: Path, **files: str) -> None:
    """Files by their path, `__` for `/`."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")


def test_a_raspberry_pi_tells_everything(tmp_path: Path) -> None:
    put(tmp_path / "sys", class__thermal__thermal_zone0__temp="48312", class__thermal__thermal_zone1__temp="51000")
    put(tmp_path / "sys", class__hwmon__hwmon0__name="cpu_thermal", class__hwmon__hwmon0__in0_lcrit_alarm="1")
    put(tmp_path / "sys", class__hwmon__hwmon1__name="rpi_volt", class__hwmon__hwmon1__in0_lcrit_alarm="0")
    put(tmp_path / "proc", meminfo="MemTotal:  8000000 kB\nMemFree:  1 kB\nMemAvailable:   412345 kB")
    board = read(tmp_path, tmp_path / "sys", tmp_path / "proc")
    assert board.temperature_c == 51.0
    assert board.under_voltage is False
    assert (board.memory_free, board.memory_size) == (412345 * 1024, 8000000 * 1024)
    assert board.disk_free is not None
    assert board.disk_size is not None
    assert 0 < board.disk_free <= board.disk_size
    assert board.disk_read_only is False


def test_a_low_voltage_is_seen(tmp_path: Path) -> None:
    put(tmp_path, class__hwmon__hwmon3__name="rpi_volt", class__hwmon__hwmon3__in0_lcrit_alarm="1")
    assert read(tmp_path, tmp_path, tmp_path).under_voltage is True


def test_a_machine_without_sensors_tells_nothing_of_them(tmp_path: Path) -> None:
    board = read(tmp_path, tmp_path / "sys", tmp_path / "proc")
    assert (board.temperature_c, board.under_voltage, board.memory_free) == (None, None, None)


@pytest.mark.parametrize("text", ["", "rubbish", "-273150", "999999999", "4.2"])
def test_a_sensor_that_talks_nonsense_is_not_believed(tmp_path: Path, text: str) -> None:
    put(tmp_path, class__thermal__thermal_zone0__temp=text, meminfo=f"MemAvailable: {text or 'x'} kB\nbroken")
    put(tmp_path, class__hwmon__hwmon0__name="rpi_volt", class__hwmon__hwmon0__in0_lcrit_alarm="rubbish")
    board = read(tmp_path, tmp_path, tmp_path)
    assert board.temperature_c is None
    assert board.under_voltage is None


def test_a_folder_that_is_not_there_yet_is_on_the_disk_of_its_parent(tmp_path: Path) -> None:
    there, absent = read(tmp_path, tmp_path, tmp_path), read(tmp_path / "a" / "b", tmp_path, tmp_path)
    assert absent.disk_size == there.disk_size is not None


def test_a_disk_that_nobody_may_write_is_told() -> None:
    mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    shut = [Path(where) for _, where, _, options, *_ in mounts if "ro" in options.split(",") and Path(where).is_dir()]
    if not shut:
        pytest.skip("this machine has no read-only disk")
    assert read(shut[0]).disk_read_only is True


def test_this_machine_can_be_read_as_it_is(tmp_path: Path) -> None:
    board = read(tmp_path)
    assert isinstance(board, BoardReading)
    assert board.memory_free is not None


def test_the_watch_tells_only_what_is_news(tmp_path: Path) -> None:
    readings = iter([BoardReading(), BoardReading(temperature_c=85.0), BoardReading(temperature_c=86.0)])
    last = BoardReading(under_voltage=True)
    told: list[object] = []
    watch = BoardWatch(tmp_path, told.append, lambda _folder: next(readings, last), look_s=0.01)
    deadline = time.monotonic() + 10
    while len(told) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    watch.close()
    assert told == [BoardSeen(False, False), BoardSeen(True, False), BoardSeen(False, True)]
