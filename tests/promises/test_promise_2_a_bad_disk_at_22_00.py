"""Promise 2 on a bad disk: stalled, full, or with a daemon that dies meanwhile. One record, and never a lie in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gongd.core.air import Cancelled, Reach
from gongd.core.catalogue import Why
from gongd.core.words import Text
from gongd.ports import JournalFailed, JournalWell
from tests.box.village import Village, at

TONIGHT = "2026-11-21"


@contextmanager
def stalled(village: Village) -> Iterator[None]:
    """Another connection holds the journal's write lock: every commit waits."""
    other = sqlite3.connect(village.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    village.is_stalled, village.stride_s = True, 1.0
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
        village.is_stalled, village.stride_s = False, 0.001
        if not village.is_dead:
            village.flush()


def evening(ram: Path, clock: str = "21:59:50") -> Village:
    return Village(ram, at(clock)).start()


def test_a_gong_waits_for_its_record_and_rings_within_its_grace(ram: Path) -> None:
    village = evening(ram)
    with stalled(village):
        village.until_wall(at("22:00:05"))
        assert not village.relays.moves
        assert not village.speaker.told
    village.wait(60)
    assert village.nights() == [(TONIGHT, "rung", None)]
    assert village.outcomes("peace") == ["started", "finished"]


def test_a_gong_whose_record_does_not_come_within_the_grace_is_missed_and_no_record_says_that_it_rang(
    ram: Path,
) -> None:
    village = evening(ram)
    with stalled(village):
        village.until_wall(at("22:02:10"))
    village.until_wall(at("22:30"))
    assert not village.relays.moves
    assert village.outcomes("peace") == ["failed"]
    assert village.nights() == [(TONIGHT, "missed", "late")]


def test_a_gong_that_gives_way_to_an_alarm_before_its_record_is_written_is_missed(ram: Path) -> None:
    village = evening(ram)
    with stalled(village):
        village.until_wall(at("22:00:05"))
        village.hold("fire")
        assert village.sounding == "fire"
        village.hold("silence")
    village.until_wall(at("22:30"))
    assert village.nights() == [(TONIGHT, "missed", "preempted")]


def test_a_gong_that_is_silenced_before_its_record_is_written_is_missed(ram: Path) -> None:
    village = evening(ram)
    with stalled(village):
        village.until_wall(at("22:00:05"))
        village.hold("silence")
    village.until_wall(at("22:30"))
    assert not village.relays.moves
    assert village.nights() == [(TONIGHT, "missed", "muted")]


def test_a_clock_that_steps_away_while_the_gong_waits_for_its_record_rings_nothing(ram: Path) -> None:
    village = evening(ram)
    with stalled(village):
        village.until_wall(at("22:00:05"))
        village.clock.set_by(-6 * 3600)
        village.settle()
        village.wait(1)
    village.wait(30)
    assert not village.relays.moves
    assert village.nights() == []


def test_a_gong_on_a_broken_disk_rings_once_though_the_daemon_starts_again(ram: Path) -> None:
    village = evening(ram)
    with stalled(village):
        village.inbox.post(JournalFailed("disk-full", Text(vi="đầy", en="full")))
        village.until_wall(at("22:00:10"))
        assert village.relays.first_on() is not None
        village.kill_without_a_word()
    rings = len(village.rings())
    village.start()
    village.until_wall(at("22:30"))
    assert len(village.rings()) == rings
    assert [night[:2] for night in village.nights()] == [(TONIGHT, "rung")]


def test_a_broken_disk_that_heals_gets_the_record_and_says_that_it_came_late(ram: Path) -> None:
    village = evening(ram)
    with stalled(village):
        village.inbox.post(JournalFailed("disk-full", Text(vi="đầy", en="full")))
        village.until_wall(at("22:01:00"))
        assert "disk-full" in village.faults()
    village.inbox.post(JournalWell())
    village.wait(30)
    assert village.nights() == [(TONIGHT, "rung", None)]
    finished = [row for row in village.rows("activation") if row["outcome"] == "finished"]
    assert [row["detail"]["undurable"] for row in finished] == [True]  # type: ignore[index]
    assert "disk-full" not in village.faults()


def test_a_person_who_stops_everything_before_the_record_is_written_is_obeyed(ram: Path) -> None:
    village = evening(ram)
    with stalled(village):
        village.until_wall(at("22:00:05"))
        now = village.box.parts.timekeeper.now()
        village.box.parts.airtime.hear(Cancelled(Why.PAUSE, Reach.ALL), now)
    village.until_wall(at("22:30"))
    assert village.nights() == [(TONIGHT, "missed", "muted")]


def test_nobody_is_told_that_a_gong_sounds_while_it_waits_for_its_record(ram: Path) -> None:
    village = evening(ram)
    with stalled(village):
        village.until_wall(at("22:00:05"))
        assert village.ask("status")["sounding"] is None
    village.wait(1)
    assert village.sounding == "peace"


def test_a_gong_that_gives_way_after_a_look_at_the_clock_has_its_record_all_the_same(ram: Path) -> None:
    village = evening(ram, "21:30:00")
    with stalled(village):
        village.until_wall(at("22:00:05"))
        village.hold("fire")
        village.wait(70)
    village.until_wall(at("22:25"))
    assert village.nights() == [(TONIGHT, "missed", "preempted")]
