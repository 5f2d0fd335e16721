"""The command line beside a real daemon on mock pins: what a technician types on the first evening."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.box import gongd, write_settings

DEADLINE_S = 30.0


def wait_for(look: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not look():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Path]:
    """The settings file of a box that runs."""
    config = write_settings(tmp_path)
    words = [sys.executable, "-m", "gongd", "run", "--dry", "--out", str(tmp_path / "out"), "--config", str(config)]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(words, stdout=log, stderr=log) as daemon:
        try:
            wait_for(lambda: (tmp_path / "gongd.sock").exists() or daemon.poll() is not None)
            assert daemon.poll() is None, (tmp_path / "log").read_text(encoding="utf-8")
            yield config
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(DEADLINE_S)


def test_a_first_evening(box: Path) -> None:
    status = gongd("status", "--config", box)
    assert status.returncode == 0, status.stderr
    assert status.stdout.startswith("Kêu được: Thôn 3")
    played = gongd("play", "peace", "--config", box)
    assert played.stdout == "Kẻng bình yên (thử loa): bắt đầu phát (đã ra lệnh phát)\n", played.stderr
    assert gongd("press", "fire", "--for", "500ms", "--config", box).returncode == 0
    wait_for(lambda: "Đang phát: Báo cháy (thật, bấm nút)" in gongd("status", "--config", box).stdout)
    assert gongd("stop", "--config", box).returncode == 0
    assert gongd("reload", "--config", box).returncode == 0
    wait_for(lambda: "có người tắt tiếng tại chỗ" in gongd("history", "--config", box).stdout)
    lines = [json.loads(line) for line in gongd("history", "--json", "--config", box).stdout.splitlines()]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    told = json.loads(gongd("doctor", "--json", "--config", box).stdout)
    found = {one["code"]: one["level"] for one in told["findings"]}
    assert (found["daemon"], found["pins"], found["journal"]) == ("good", "good", "good")


def test_a_second_daemon_is_refused_in_one_line(box: Path) -> None:
    second = gongd("run", "--dry", "--out", box.parent / "other", "--config", box)
    assert second.returncode == 1
    assert "Traceback" not in second.stderr
    assert "sudo systemctl stop gongd" in second.stderr
