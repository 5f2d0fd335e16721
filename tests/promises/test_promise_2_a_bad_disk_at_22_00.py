"""Promise 2 on a bad disk: stalled, full, or with a daemon that dies meanwhile. One record, and never a lie in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from gongd.adapters.journal.queue import Pledge
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


# ── A gong on a journal that is known to be broken ───────────────────────────────────────────────────────────────


FULL = JournalFailed("disk-full", Text(vi="đầy", en="full"))


@contextmanager
def noting(village: Village, is_noted: bool) -> Iterator[None]:
    """Every commit waits, the box knows it, and what rings is noted or is not."""
    door = mock.patch.object(Pledge, "is_noted", new_callable=mock.PropertyMock, return_value=is_noted)
    with stalled(village), door:
        village.stride_s = 0.001
        village.inbox.post(FULL)
        village.settle()
        yield


def sounds(village: Village) -> bool:
    """Has the stage been given something?"""
    return "amplifier" in village.relays.on


def test_a_gong_that_is_noted_rings_at_once_though_no_disk_takes_its_record(ram: Path) -> None:
    village = evening(ram, "21:59:59")
    with noting(village, True):
        village.until_wall(at("22:00:00") + timedelta(seconds=0.1))
        assert sounds(village)


def test_a_gong_that_cannot_be_noted_rings_two_seconds_late(ram: Path) -> None:
    village = evening(ram, "21:59:59")
    with noting(village, False):
        village.until_wall(at("22:00:01") + timedelta(seconds=0.9))
        assert not sounds(village)
        village.until_wall(at("22:00:02") + timedelta(seconds=0.1))
        assert sounds(village)


@pytest.mark.parametrize("left_s", [2.5, 1.5, 0.5])
def test_no_disk_silences_a_gong_whose_grace_is_nearly_over(ram: Path, left_s: float) -> None:
    village = evening(ram, "21:59:57.800000")
    village.hold("fire")  # for a minute; the gong waits for it
    with noting(village, False):
        village.until_wall(at("22:00:58") - timedelta(seconds=left_s))
        village.hold("fire")  # and for another minute
        village.until_wall(at("22:02:00"))
        assert village.ask("status")["sounding"]["signal"] == "peace"  # type: ignore[index]


def test_an_alarm_waits_for_no_note_and_takes_the_place_of_the_gong_that_does(ram: Path) -> None:
    village = evening(ram, "21:59:58")
    with noting(village, False):
        village.until_wall(at("21:59:59"))
        pressed_at = village.clock.mono
        village.hold("fire", 2.1)
        [began_at] = [moved_at for moved_at, name, on in village.relays.moves if on and name == "amplifier"]
        assert 2.0 <= began_at - pressed_at <= 2.1
    village.hold("silence")
    village.until_wall(at("22:30"))
    assert village.nights() == [(TONIGHT, "missed", "preempted")]


def test_a_sound_that_is_no_gong_waits_for_no_note(ram: Path) -> None:
    village = evening(ram, "12:00:00")
    with noting(village, False):
        assert village.ask("play", signal="peace")["ok"]
        village.wait(0.1)
        assert sounds(village)
