"""Promise 1: any trigger to its relay needs no network, and an emergency does not wait for a disk that hangs."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.box.village import Village, at
from tests.promises.conftest import NewDaemon
from tests.promises.daemon import Daemon, until


def test_promise_1_the_fire_button_moves_its_relay_while_the_disk_hangs_and_is_recorded_later(daemon: Daemon) -> None:
    disk = sqlite3.connect(daemon.state / "journal.db", isolation_level=None)
    disk.execute("BEGIN IMMEDIATE")
    daemon.press("fire")
    daemon.wait_for_relay()
    assert daemon.outcomes("fire") == []
    daemon.press("silence")
    until(daemon.is_dark, "silence")
    disk.execute("ROLLBACK")
    disk.close()
    rows = until(lambda: [row for row in daemon.rows("activation") if row["outcome"] == "silenced"], "the record")
    assert daemon.outcomes("fire") == ["started", "silenced"]
    assert rows[0]["detail"]["undurable"] is True


@pytest.mark.skipif(shutil.which("unshare") is None, reason="no unshare")
def test_promise_1_a_machine_without_any_network_sounds(new_daemon: NewDaemon) -> None:
    daemon = new_daemon()
    daemon.before = ["unshare", "--net", "--"]
    daemon.start()
    daemon.press("fire")
    daemon.wait_for_relay()


def test_promise_1_an_alarm_on_a_good_disk_is_durable(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.hold("fire")
    village.hold("silence")
    last = village.rows("activation")[-1]
    assert last["outcome"] == "silenced"
    assert "undurable" not in last["detail"]  # type: ignore[operator]
