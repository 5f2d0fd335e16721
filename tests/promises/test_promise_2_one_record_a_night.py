"""Promise 2: a night has exactly one record per schedule, rung or missed with its reason, whatever happens at 22:00."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.box.village import SETTINGS, Village, at

TONIGHT = "2026-11-21"
RUNG = [(TONIGHT, "rung", None)]
EVENING = SETTINGS + 'schedules: [{id: nightly, signal: peace, at: "22:00", days: daily, grace: 2m}]\n'


@pytest.mark.parametrize("second", range(-2, 123))
def test_a_restart_at_any_second_of_the_gongs_minutes_leaves_one_record(ram: Path, second: int) -> None:
    village = Village(ram, at("21:59")).start()
    village.until_wall(at("22:00") + timedelta(seconds=second))
    village.kill()
    village.clock.pass_by(3.0)
    village.start()
    village.until_wall(at("22:02:40"))
    assert village.nights() == RUNG
    assert len(village.rings()) == 1
    assert not village.relays.on
    cut_off = 0 <= second < 29
    assert village.outcomes("peace") == ["started", "interrupted" if cut_off else "finished"]


@pytest.mark.parametrize("off_s", [60, 110, 125, 3600])
def test_a_power_cut_over_22_00_leaves_one_record(ram: Path, off_s: int) -> None:
    village = Village(ram, at("21:59:50")).start()
    village.cut_power(off_s)
    village.start()
    village.wait(1900)
    late = off_s > 125
    assert village.nights() == ([(TONIGHT, "missed", "no-power")] if off_s >= 131 or late else RUNG)


STEPS_H = [-48, -47, -24, -12, -1, -0.05, -0.02, 0.02, 0.05, 1, 12, 24, 24.01, 47, 48]


@pytest.mark.parametrize("before_s", [-10, 0, 31])
@pytest.mark.parametrize("hours", STEPS_H)
def test_a_clock_that_steps_and_is_put_right_leaves_one_record(ram: Path, hours: float, before_s: float) -> None:
    village = Village(ram, at("21:57")).start()
    village.until_wall(at("22:00") + timedelta(seconds=before_s))
    village.clock.set_by(hours * 3600)
    village.settle()
    village.wait(20)
    village.clock.set_by(-hours * 3600)
    village.settle()
    village.until_wall(at("22:40"))
    tonight = [night for night in village.nights() if night[0] == TONIGHT]
    assert len(tonight) == 1
    rings = [ring for ring in village.rings() if ring > 0]
    assert len(rings) <= 1
    assert (tonight[0][1] == "rung") == bool(rings)
    assert len({night[0] for night in village.nights()}) == len(village.nights())


@pytest.mark.parametrize("hours", STEPS_H[::2])
def test_a_clock_that_steps_for_good_leaves_one_record_of_every_night_that_it_tells_of(ram: Path, hours: float) -> None:
    village = Village(ram, at("21:59:30")).start()
    village.wait(10)
    village.clock.set_by(hours * 3600)
    village.settle()
    until = village.clock.wall.astimezone(at("22:00").tzinfo)
    next_ring = until.replace(hour=22, minute=0, second=0, microsecond=0)
    next_ring += timedelta(days=next_ring < until)
    village.until_wall(next_ring + timedelta(minutes=20))
    nights = [str(night[0]) for night in village.nights()]
    assert len(set(nights)) == len(nights)
    assert next_ring.date().isoformat() in nights
    assert len(village.rings()) <= 2


def test_a_ring_is_on_disk_before_it_sounds(ram: Path) -> None:
    village = Village(ram, at("21:59:50")).start()
    village.wait(9.5)
    seen: list[int] = []
    village.relays.heard = lambda: seen.append(len(village.nights()))
    village.wait(2)
    assert seen
    assert all(count == 1 for count in seen)


@pytest.mark.parametrize("dead_s", [3, 300])
def test_a_gong_that_was_silenced_while_it_waited_stays_silent_after_a_restart(ram: Path, dead_s: float) -> None:
    village = Village(ram, at("21:59:50")).start()
    village.ask("play", signal="fire", status="actual")
    village.until_wall(at("22:00:10"))
    assert village.outcomes("peace") == ["waiting"]
    village.ask("stop", by="trưởng thôn")
    village.kill()
    village.clock.pass_by(dead_s)
    village.start()
    village.until_wall(at("22:40"))
    assert village.outcomes("peace") == ["waiting", "silenced"]
    assert village.nights() == [(TONIGHT, "missed", "muted")]


def lose_power_and_journal(village: Village, off_s: float) -> None:
    """The first page of the journal is torn when the box comes back."""
    village.cut_power(off_s)
    with village.path.open("r+b") as file:
        file.write(bytes(4096))
    village.start()


@pytest.mark.parametrize(
    ("lost_at", "off_s", "told"),
    [
        ("21:59:55", 25, [(TONIGHT, "rung", None)]),
        ("21:59:59", 90, [(TONIGHT, "rung", None)]),
        ("21:59:59", 300, [(TONIGHT, "missed", "no-power")]),
    ],
)
def test_a_journal_that_is_lost_just_before_the_gong_leaves_no_night_without_a_record(
    ram: Path, lost_at: str, off_s: float, told: list[tuple[str, str, str | None]]
) -> None:
    village = Village(ram, at("21:50")).start()
    village.until_wall(at(lost_at))
    lose_power_and_journal(village, off_s)
    village.until_wall(at("22:40"))
    assert "journal-corrupt" in village.faults()
    assert village.nights() == told
    assert len(village.rings()) == (told[0][1] == "rung")


@pytest.mark.parametrize("off_s", [2, 25, 80])
def test_a_journal_that_is_lost_with_the_power_right_after_the_ring_lets_nothing_ring_twice(
    ram: Path, off_s: float
) -> None:
    village = Village(ram, at("21:59:50")).start()
    village.until_wall(at("22:00:31"))
    lose_power_and_journal(village, off_s)
    village.until_wall(at("22:30"))
    assert "journal-corrupt" in village.faults()
    assert len(village.rings()) == 1
    assert village.nights() == [(TONIGHT, "rung", None)]
