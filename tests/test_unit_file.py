"""The files in systemd/: promise 7, and every line explained."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gongd import adopt
from gongd.cli.table import GONGD
from gongd.gongctl.table import GONGCTL

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
EXPLAINED = (FOLDER / "README.md").read_text(encoding="utf-8")
MOST_EXPOSED = 2.0
"""Issue of the box, part 12: hardening to at most 2.0."""


def _lines(unit: Path) -> list[tuple[str, str]]:
    """Every `Key=value` of a unit, in its order."""
    text = unit.read_text(encoding="utf-8")
    return [(key, value) for key, value in re.findall(r"^([A-Za-z]+)=(.*)$", text, re.MULTILINE)]


def _of(key: str, unit: str = "gongd.service") -> list[str]:
    return [value for name, value in _lines(FOLDER / unit) if name == key]


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is missing: make test installs it"
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_the_daemon_is_exposed_by_no_more_than_the_box_allows() -> None:
    done = _analyze("security", "--offline=true", "--no-pager", str(FOLDER / "gongd.service"))
    figure = re.search(r"exposure level for gongd\.service: ([0-9.]+)", done.stdout)
    assert figure, done.stderr
    assert float(figure[1]) <= MOST_EXPOSED


def test_systemd_has_nothing_to_say_about_the_units(tmp_path: Path) -> None:
    """Its only complaint here would be that nothing is installed at /opt/gongd."""
    for unit in UNITS:
        text = re.sub("/opt/gongd/bin/gong(d|ctl)", "/usr/bin/env", unit.read_text(encoding="utf-8"))
        name = unit.name.replace("@", "@sda1")
        (tmp_path / name).write_text(text, encoding="utf-8")
        done = _analyze("verify", "--man=no", str(tmp_path / name))
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_command_of_a_unit_is_one_that_gongd_has(unit: Path) -> None:
    book = GONGCTL if unit.name.startswith("gongctl") else GONGD
    program = f"/opt/gongd/bin/{book.program} "
    commands = [value for key, value in _lines(unit) if key.startswith("Exec") and program in value]
    assert commands
    for command in commands:
        words = command.split(program, 1)[1].split()
        named = [entry for entry in book.commands if entry.name == words[0]]
        assert named
        options = {option.name for entry in named for option in (*entry.options, *book.options)}
        assert {word.removeprefix("--") for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_line_of_a_unit_is_explained(unit: Path) -> None:
    missing = [key for key, _ in _lines(unit) if not re.search(rf"`{key}\b|\b{key}`", EXPLAINED)]
    assert missing == []


def test_every_file_in_the_folder_is_named_in_its_readme() -> None:
    names = {path.name for path in FOLDER.iterdir()} - {"README.md"}
    assert {name for name in names if f"`{name}`" not in EXPLAINED} == set()


# ── Promise 7 ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_promise_7_the_daemon_has_a_user_of_its_own_with_sound_and_pins() -> None:
    assert _of("User") == ["gongd"]
    members = (FOLDER / "gongd.sysusers").read_text(encoding="utf-8").splitlines()
    assert {"m gongd audio", "m gongd gpio"} <= set(members)


def test_promise_7_a_missing_group_does_not_keep_the_daemon_from_starting() -> None:
    assert _of("SupplementaryGroups") == []


def test_promise_7_the_daemon_says_when_it_is_ready_and_is_watched() -> None:
    assert _of("Type") == ["notify"]
    assert 5 <= int(_of("WatchdogSec")[0]) <= 30


def test_promise_7_the_daemon_comes_back_for_ever() -> None:
    assert _of("Restart") == ["always"]
    assert _of("RestartSec") == ["1"]
    assert _of("StartLimitIntervalSec") == ["0"]


def test_promise_7_the_clock_can_be_read() -> None:
    assert _of("ProtectClock") == []
    first, less, *more = _of("SystemCallFilter")
    assert (first, less) == ("@system-service", "~@privileged @resources")
    assert {"adjtimex", "clock_adjtime", "clock_adjtime64"} <= set(" ".join(more).split())


def test_a_forbidden_call_fails_and_does_not_kill() -> None:
    assert _of("SystemCallErrorNumber") == ["EPERM"]


def test_setpriv_may_start_the_children() -> None:
    """It drops capabilities first (capset); where it may not, neither aplay nor the studio ever starts."""
    assert "capset" in " ".join(_of("SystemCallFilter")).split()


def test_the_rendering_child_may_make_itself_nicer() -> None:
    assert "setpriority" in " ".join(_of("SystemCallFilter")).split()


def test_the_threads_between_an_order_and_its_relay_may_keep_to_one_core() -> None:
    assert "sched_setaffinity" in " ".join(_of("SystemCallFilter")).split()


def test_the_daemon_survives_a_rendering_child_that_takes_all_memory() -> None:
    assert _of("OOMPolicy") == ["continue"]


def test_only_named_devices_are_open() -> None:
    assert _of("DevicePolicy") == ["closed"]
    assert _of("DeviceAllow") == ["char-alsa rw", "char-gpiochip rw", "char-rtc r"]


def test_promise_8_relays_are_switched_off_by_a_file_that_needs_nothing_else() -> None:
    (command,) = _of("ExecStopPost")
    assert command == "/usr/bin/python3 -I -S /opt/gongd/relays_off.py"
    assert _of("RuntimeDirectoryPreserve") == ["restart"]
    assert _of("WorkingDirectory") == ["/run/gongd"]


def test_neither_network_nor_time_is_waited_for() -> None:
    waited = {
        word
        for unit in UNITS
        for key in ("After", "Requires", "Wants")
        for word in " ".join(_of(key, unit.name)).split()
    }
    assert waited <= {"gongd.service", "gongd-adopt.service"}


# ── Promise 9 ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_promise_9_the_boot_partition_is_looked_at_before_the_daemon_starts() -> None:
    assert _of("Before", "gongd-adopt.service") == ["gongd.service"]
    conditions = _of("ConditionPathExistsGlob", "gongd-adopt.service")
    looked_at = {condition.removeprefix("|").rsplit("/", 1)[0] for condition in conditions}
    assert looked_at == {str(partition / adopt.FOLDER) for partition in adopt.BOOT_PARTITIONS}
    assert all(Path(name).match("config.y*ml*") for name in adopt.NAMES)


def test_promise_9_nothing_on_a_stick_can_be_run() -> None:
    (mount,) = _of("ExecStartPre", "gongd-usb@.service")
    options = mount.split(" -o ")[1].split()[0].split(",")
    assert set(options) == {"ro", "noexec", "nosuid", "nodev"}


def test_promise_9_a_stick_is_looked_at_when_it_is_plugged_in() -> None:
    rules = (FOLDER / "60-gongd.rules").read_text(encoding="utf-8")
    (rule,) = [line for line in rules.splitlines() if "gongd-usb@" in line]
    assert 'ENV{ID_BUS}=="usb"' in rule
    assert 'ENV{SYSTEMD_WANTS}+="gongd-usb@%k.service"' in rule
    assert 'TAG+="systemd"' in rule
