"""The daemon as its people meet it: preemption at the pins, silence, the local socket, reloading, its end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongd.adapters.control import ask
from tests.promises.conftest import NewDaemon
from tests.promises.daemon import AMPLIFIER, FIRE_LAMP, ROOT, STRIKER, Daemon, until


def test_the_fire_button_takes_the_stage_from_the_gong(daemon: Daemon) -> None:
    daemon.ask("play", signal="peace", status="actual")
    daemon.wait_for_relay()
    daemon.press("fire")
    until(lambda: daemon.sounding() == "fire", "the alarm")
    until(lambda: daemon.outcomes("fire") == ["started"], "the record")
    assert daemon.outcomes("peace") == ["started", "preempted"]
    until(lambda: len(daemon.sounds()) == 2, "its sound")
    gong = daemon.sounds()[0]
    length = gong.stat().st_size
    for _ in range(5):
        daemon.wait_for_relay()
    assert gong.stat().st_size == length
    assert [level for _, _, level in daemon.edges(AMPLIFIER)] in ([0, 1], [1])
    daemon.press("silence")
    until(daemon.is_dark, "silence")
    until(lambda: daemon.outcomes("fire") == ["started", "silenced"], "the record")
    assert daemon.status()["waiting"] == []


def test_the_lamp_stays_lit_while_what_the_button_asked_for_sounds(daemon: Daemon) -> None:
    daemon.press("fire")
    until(lambda: daemon.level(FIRE_LAMP) == "1", "the lamp")
    daemon.wait_for_relay()
    assert daemon.level(FIRE_LAMP) == "1"
    daemon.press("silence")
    until(lambda: daemon.level(FIRE_LAMP) == "0", "darkness")


def test_an_all_clear_ends_every_alarm_and_speaks(daemon: Daemon) -> None:
    daemon.press("fire")
    daemon.wait_for_relay()
    daemon.press("all-clear")
    until(lambda: daemon.sounding() == "all-clear", "the all clear")
    until(lambda: daemon.outcomes("fire") == ["started", "cancelled"], "the record")


def test_a_patrol_checks_in(daemon: Daemon) -> None:
    daemon.press("patrol", 0.2)
    rows = until(lambda: daemon.rows("check-in"), "the record")
    assert rows[0]["detail"] == {"button": "patrol"}


def test_the_socket_answers_every_question_and_survives_nonsense(daemon: Daemon) -> None:
    assert daemon.ask("play", signal="nothing")["code"] == "unknown-signal"
    assert daemon.ask("play", signal="fire", status="loud")["code"] == "malformed"
    assert daemon.ask("play", signal="fire", status="exercise")["code"] in ("drill-needs-voice", "print-missing")
    assert daemon.ask("press", button="nobody")["ok"] is False
    assert daemon.ask("press", button="fire", for_s=-1)["ok"] is False
    assert daemon.ask("say", text="")["ok"] is False
    assert daemon.ask("dance")["code"] == "malformed"
    assert ask(daemon.state / "gongd.sock", {})["code"] == "malformed"
    played = daemon.ask("play", signal="fire")
    assert (played["ok"], played["outcome"]) == (True, "started")
    assert daemon.status()["sounding"]["status"] == "test"
    assert daemon.ask("stop") == {"ok": True}
    until(daemon.is_dark, "silence")
    assert daemon.status()["condition"] in ("quiescent", "fault")


def changes(daemon: Daemon) -> list[str]:
    """What became of each edit, as far as it is on the disk."""
    return [row["outcome"] for row in daemon.rows("settings") if not row["detail"].get("first")]


def test_a_bad_edit_keeps_the_running_settings_and_is_told(daemon: Daemon) -> None:
    good = daemon.config.read_text()
    daemon.config.write_text(good.replace("pin: 27", "pin: 99"))
    answer = daemon.ask("reload")
    assert (answer["ok"], answer["code"]) == (False, "settings-invalid")
    assert "settings-bad" in daemon.faults()
    daemon.press("fire")
    daemon.wait_for_relay()
    daemon.ask("stop")
    daemon.config.write_text(good)
    assert daemon.ask("reload")["ok"]
    assert "settings-bad" not in daemon.faults()
    until(lambda: changes(daemon)[1:], "the record of the good edit on the disk")
    assert changes(daemon) == ["refused", "applied"]


def test_new_settings_wait_for_silence(daemon: Daemon) -> None:
    daemon.press("fire")
    daemon.wait_for_relay()
    daemon.config.write_text(daemon.config.read_text().replace("thon-3", "thon-4"))
    assert daemon.process
    daemon.process.send_signal(signal.SIGHUP)
    until(lambda: daemon.status()["settings"]["waiting"], "the new settings")
    assert daemon.status()["box"] == "thon-3"
    assert daemon.sounding() == "fire"
    daemon.config.write_text("half: [an edit")
    daemon.press("silence")
    until(lambda: daemon.status()["box"] == "thon-4", "the new settings")
    assert "half" not in (daemon.state / "last-good.yaml").read_text()


def test_a_box_with_a_bad_file_starts_on_its_last_good_copy_and_says_so(daemon: Daemon) -> None:
    daemon.terminate()
    daemon.config.write_text(daemon.config.read_text() + "\nnonsense: 1\n")
    daemon.start()
    assert "settings-bad" in daemon.faults()
    daemon.press("fire")
    daemon.wait_for_relay()


def test_sigterm_is_silent_with_all_pins_off_and_exit_status_0(daemon: Daemon) -> None:
    daemon.press("fire")
    daemon.wait_for_relay()
    assert daemon.terminate() == 0
    assert daemon.is_dark()
    assert daemon.level(FIRE_LAMP) in "0-"
    assert not (daemon.state / "gongd.sock").exists()
    assert daemon.rows("boot")[-1]["outcome"] == "stopped"
    assert "Traceback" not in daemon.said()


def test_two_daemons_never_share_a_journal(daemon: Daemon) -> None:
    args = [sys.executable, "-m", "gongd", "run", "--dry", "--out", str(daemon.folder / "other")]
    other = subprocess.run(
        [*args, "--config", str(daemon.config)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert other.returncode == 1
    assert str(daemon.process and daemon.process.pid) in other.stderr
    assert "Traceback" not in other.stderr
    assert daemon.status()["ok"]


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """A real NOTIFY_SOCKET."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(40)
        yield listener


def test_systemd_hears_that_it_is_ready_lives_reloads_and_stops(new_daemon: NewDaemon, systemd: socket.socket) -> None:
    daemon = new_daemon()
    daemon.environment |= {"NOTIFY_SOCKET": str(systemd.getsockname()), "WATCHDOG_USEC": "400000"}
    daemon.launch()
    hear(systemd, "READY=1")
    hear(systemd, "WATCHDOG=1")
    hear(systemd, "WATCHDOG=1")
    assert daemon.process
    os.kill(daemon.process.pid, signal.SIGHUP)
    hear(systemd, "RELOADING=1")
    hear(systemd, "READY=1")
    os.kill(daemon.process.pid, signal.SIGTERM)
    hear(systemd, "STOPPING=1")
    assert daemon.process.wait(40) == 0


def hear(systemd: socket.socket, word: str) -> None:
    """Read on until that word comes."""
    while word not in systemd.recv(4096).decode().splitlines():
        pass


def test_gongd_press_holds_a_mock_button(daemon: Daemon) -> None:
    args = [sys.executable, "-m", "gongd", "press", "fire", "--for", "500ms", "--config", str(daemon.config)]
    done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    daemon.wait_for_relay(STRIKER)
