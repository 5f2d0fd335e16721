"""`gongd clock set`: what a person means, and what is done with it. The machine's own clock is never set here."""

import os
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gongd.cli.clock import meaning
from tests.cli.box import ALL_LOADED, Run, answering

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 21, 23, 50, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("said", "day", "meant"),
    [
        (time(23, 55), None, datetime(2026, 11, 21, 23, 55, tzinfo=ZONE)),
        (time(0, 5), None, datetime(2026, 11, 22, 0, 5, tzinfo=ZONE)),
        (time(21, 47), None, datetime(2026, 11, 21, 21, 47, tzinfo=ZONE)),
        (time(21, 47), date(2026, 12, 1), datetime(2026, 12, 1, 21, 47, tzinfo=ZONE)),
    ],
)
def test_a_time_means_the_day_that_brings_it_nearest(said: time, day: date | None, meant: datetime) -> None:
    assert meaning(said, day, NOW) == meant


def test_a_right_clock_is_only_vouched_for(run: Run, config: Path, tmp_path: Path) -> None:
    now = datetime.now(ZONE)
    answer = {"ok": True, "wall": now.isoformat(), "trusted": True}
    with answering(tmp_path, vouch=answer) as box:
        said = run("clock", "set", f"{now:%H:%M}", "--vouch-only", "--config", config)
    assert said.status == 0
    assert said.out.startswith("Đã xác nhận giờ: cụm loa tin đồng hồ")
    assert box.asked == [{"do": "vouch", "at": f"{now:%H:%M}:00"}]


def test_a_clock_that_is_wrong_is_not_vouched_for_as_if_it_were_right(run: Run, config: Path, tmp_path: Path) -> None:
    other = datetime.now(ZONE) + timedelta(hours=3)
    with answering(tmp_path, vouch={"ok": True}) as box:
        said = run("clock", "set", f"{other:%H:%M}", "--vouch-only", "--config", config)
    assert said.status == 1
    assert f"sudo gongd clock set {other:%H:%M}" in said.err
    assert box.asked == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_who_is_not_root_is_told_to_use_sudo() -> None:
    script = (
        f"{ALL_LOADED}\nimport os, sys\n"
        "from gongd.cli import main\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "sys.exit(main(['clock', 'set', '21:47', '--config', '/nonexistent']))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "sudo gongd clock set 21:47" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="as root a clock that is right already is left as it is")
def test_root_leaves_a_clock_alone_that_is_right_already(run: Run, config: Path, tmp_path: Path) -> None:
    now = datetime.now(ZONE)
    with answering(tmp_path, status={"ok": True}, vouch={"ok": True, "wall": now.isoformat()}) as box:
        said = run("clock", "set", f"{now:%H:%M}", "--config", config)
    assert said.status == 0
    assert said.out.startswith("Giờ của máy đã đúng")
    assert [asked["do"] for asked in box.asked] == ["status", "vouch"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can set the clock, and must not here")
def test_a_box_on_a_bench_never_moves_the_machines_clock(run: Run, config: Path, tmp_path: Path) -> None:
    other = datetime.now(ZONE) + timedelta(hours=3)
    with answering(tmp_path, status={"ok": True, "dry": True}) as box:
        said = run("clock", "set", f"{other:%H:%M}", "--config", config)
    assert said.status == 1
    assert "--dry" in said.err
    assert box.asked == [{"do": "status"}]
