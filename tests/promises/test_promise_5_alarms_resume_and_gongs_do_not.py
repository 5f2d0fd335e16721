"""Promise 5: after the daemon's death an alarm resumes for its remainder, at most twice; a gong never."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.box.village import Village, at
from tests.promises.daemon import SOUNDING, Daemon, relays_off, until


def test_promise_5_an_alarm_resumes_twice_after_kill_9_its_attempt_committed_first(daemon: Daemon) -> None:
    daemon.press("fire")
    daemon.wait_for_relay()
    for attempt in (1, 2):
        daemon.kill()
        assert relays_off(daemon).returncode == 0
        edges = len(daemon.edges(17))
        daemon.launch()
        until(lambda before=edges: len(daemon.edges(17)) > before, "the alarm")  # type: ignore[misc]
        assert daemon.outcomes("fire") == ["started", *["resumed"] * attempt]
        until(daemon.try_status, "the daemon")
    daemon.kill()
    relays_off(daemon)
    daemon.start()
    until(lambda: daemon.outcomes("fire")[-1] == "failed", "the end")
    assert daemon.rows("activation")[-1]["reason"] == "restarted"
    assert daemon.sounding() is None
    assert daemon.is_dark()


def test_promise_5_a_gong_that_was_cut_off_is_interrupted_and_does_not_ring_again(daemon: Daemon) -> None:
    daemon.ask("play", signal="peace", status="actual")
    daemon.wait_for_relay()
    daemon.kill()
    relays_off(daemon)
    before = [edge for edge in daemon.edges() if edge[1] in SOUNDING]
    daemon.start()
    until(lambda: daemon.outcomes("peace") == ["started", "interrupted"], "the record")
    assert [edge for edge in daemon.edges() if edge[1] in SOUNDING] == before


def cut(ram: Path, off_s: float, wall_behind_s: float = 0.0, synchronised: bool = False) -> Village:
    """A fire alarm of a minute, cut off after ten seconds by a power cut."""
    village = Village(ram, at("02:00")).start()
    village.hold("fire")
    village.wait(10)
    wall = village.clock.wall + timedelta(seconds=off_s - wall_behind_s)
    village.cut_power(off_s, wall)
    village.clock.synchronised = synchronised
    village.clock.mono = 5.0
    return village.start()


def test_promise_5_after_a_power_cut_an_alarm_waits_for_a_clock_that_can_be_believed(ram: Path) -> None:
    village = cut(ram, off_s=10)
    village.wait(5)
    assert village.sounding is None
    village.clock.synchronised = True
    village.wait(2)
    assert village.sounding == "fire"
    village.wait(60)
    assert village.outcomes("fire") == ["started", "resumed", "finished"]


def test_promise_5_after_a_long_power_cut_the_alarm_is_over(ram: Path) -> None:
    village = cut(ram, off_s=300, synchronised=True)
    village.wait(5)
    assert village.outcomes("fire") == ["started", "failed"]
    assert village.rows("activation")[-1]["reason"] == "power"
    assert not village.relays.on


def test_promise_5_after_a_power_cut_no_alarm_comes_back_that_would_be_late_whatever_the_clock_says(ram: Path) -> None:
    village = cut(ram, off_s=300, wall_behind_s=295)
    village.wait(100)
    village.clock.synchronised = True
    village.wait(10)
    assert village.outcomes("fire") == ["started", "failed"]
    assert not village.relays.on


@pytest.mark.parametrize(
    ("ahead", "synchronised"),
    [(timedelta(0), False), (timedelta(seconds=290), False), (timedelta(days=4), False), (timedelta(days=4), True)],
    ids=["doubtful", "doubtful, and minutes ahead", "doubtful, and days ahead", "believed, and days ahead"],
)
def test_promise_5_after_a_power_cut_no_alarm_comes_back_whose_own_hour_cannot_be_believed(
    ram: Path, ahead: timedelta, synchronised: bool
) -> None:
    village = Village(ram, at("02:00") + ahead, synchronised=synchronised).start()
    village.hold("fire")
    village.wait(10)
    village.cut_power(300, village.clock.wall + timedelta(seconds=300) - ahead)
    village.clock.synchronised = True
    village.start()
    village.wait(5)
    assert village.outcomes("fire") == ["started", "failed"]
    assert village.rows("activation")[-1]["reason"] == "power"
    assert not village.relays.on


def test_promise_5_a_gong_that_a_power_cut_ended_is_interrupted(ram: Path) -> None:
    village = Village(ram, at("21:59:55")).start()
    village.wait(15)
    village.cut_power(20)
    village.start()
    village.wait(300)
    assert village.outcomes("peace") == ["started", "interrupted"]
    assert [night[1] for night in village.nights()] == ["rung"]
    assert len(village.rings()) == 1
