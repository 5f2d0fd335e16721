"""Promise 2 with a real process: killed around its gong's minute, it leaves one record and rings once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.promises.conftest import NewDaemon
from tests.promises.daemon import AMPLIFIER, Daemon, relays_off, until

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def start_soon_before_its_gong(daemon: Daemon) -> None:
    """It runs, and its gong is due in a few seconds. What is written down after its hour begins with the next night."""
    daemon.start()
    due = datetime.now(ZONE) + timedelta(seconds=5)
    schedule = f'{{id: nightly, signal: peace, at: "{due:%H:%M:%S}", days: daily, grace: 2m}}'
    daemon.settings(more=f"schedules: [{schedule}]")
    assert daemon.ask("reload")["ok"]
    until(lambda: [row for row in daemon.rows("settings") if row["outcome"] == "adopted"], "the schedule")


def rings(daemon: Daemon) -> int:
    return len([level for _, _, level in daemon.edges(AMPLIFIER) if level])


@pytest.mark.parametrize("strokes", [0, 1, 3])
def test_promise_2_kill_9_around_the_gong_leaves_one_record_and_one_ring(new_daemon: NewDaemon, strokes: int) -> None:
    daemon = new_daemon()
    start_soon_before_its_gong(daemon)
    for _ in range(strokes):
        daemon.wait_for_relay()
    daemon.kill()
    relays_off(daemon)
    daemon.start()
    until(lambda: [row["outcome"] for row in daemon.rows("night")] == ["rung"], "the night's record")
    until(lambda: rings(daemon) == 1, "the gong")
    cut_off = ["interrupted"] if strokes else []
    until(lambda: daemon.outcomes("peace") == ["started", *cut_off], "its record")
    daemon.terminate()
    assert rings(daemon) == 1
    assert len(daemon.rows("night")) == 1


def test_promise_2_the_record_is_on_disk_when_the_first_relay_moves(new_daemon: NewDaemon) -> None:
    daemon = new_daemon()
    start_soon_before_its_gong(daemon)
    until(lambda: rings(daemon), "the gong")
    daemon.kill()
    assert [row["outcome"] for row in daemon.rows("night")] == ["rung"]
