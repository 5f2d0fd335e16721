"""What becomes of an alarm that the daemon's death cut off: it is never lost, never longer than its cap, never late."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.box.village import SETTINGS, Village, at


def sounded_s(village: Village, since: float = 0.0) -> float:
    """For how long the amplifier was on, up to now."""
    on_at, total = None, 0.0
    for moved_at, name, on in village.relays.moves:
        if name == "amplifier" and moved_at >= since:
            if on:
                on_at = moved_at
            elif on_at is not None:
                total, on_at = total + moved_at - on_at, None
    return total + (village.clock.mono - on_at if on_at is not None else 0.0)


@pytest.mark.parametrize("stretches", [(10, 20), (31, 27), (1, 1), (55, 58)])
def test_an_alarm_that_dies_twice_never_sounds_past_its_cap(ram: Path, stretches: tuple[float, float]) -> None:
    village = Village(ram, at("02:00")).start()
    village.wait(200)  # the box has long been quiet
    village.hold("fire")
    for seconds in stretches:
        village.wait(seconds)
        village.kill()
        village.clock.pass_by(1.0)
        village.start()
    village.wait(120)
    assert sounded_s(village) <= 60.5
    assert sounded_s(village) >= 60 - 2 * 4.5
    assert not village.relays.on
    assert village.sounding is None


def test_a_preempted_alarm_keeps_what_it_has_sounded_over_a_restart(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.hold("fire")
    village.wait(40)
    village.hold("security")
    village.wait(10)
    assert village.sounding == "security"
    village.kill()
    village.start()
    village.ask("stop")
    village.wait(5)
    begun = village.rows("activation")
    assert [row["signal"] for row in begun if row["outcome"] == "resumed"] == ["security"]
    village.hold("fire")
    assert village.sounding == "fire"


def test_a_preempted_alarm_resumes_for_its_remainder_only(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.hold("fire")
    village.wait(40)
    village.hold("security")
    village.wait(10)
    village.kill()
    village.clock.pass_by(1.0)
    village.start()
    fire = next(turn for turn in village.box.parts.airtime.air.turns if turn.activation.signal == "fire")
    assert fire.left_s < 22


def test_a_daemon_that_was_stopped_for_an_hour_does_not_bring_an_old_alarm_back(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.hold("fire")
    village.wait(10)
    village.kill()
    village.clock.pass_by(3600)
    village.start()
    village.wait(10)
    assert village.outcomes("fire") == ["started", "interrupted"]
    assert not village.relays.on


def test_a_flood_that_rests_between_two_soundings_goes_on_after_a_restart(ram: Path) -> None:
    again = SETTINGS + "  flood: {at_most: 60s, again: 10m, for: 2h}\n"
    village = Village(ram, at("02:00"), again).start()
    village.ask("play", signal="flood", status="actual")
    village.wait(120)
    assert village.sounding is None
    village.kill()
    village.clock.pass_by(60)
    village.start()
    village.wait(700)
    assert village.outcomes("flood").count("finished") >= 2


def test_an_alarm_whose_signal_is_gone_is_closed(ram: Path) -> None:
    village = Village(ram, at("02:00"), SETTINGS + '  thief: {priority: emergency, rhythm: "liên thanh 5s"}\n').start()
    village.ask("play", signal="thief", status="actual")
    village.wait(1)
    village.kill()
    village.write(SETTINGS)
    village.start()
    assert village.outcomes("thief") == ["started", "interrupted"]
    assert village.sounding is None


@pytest.mark.parametrize("column", ["origin", "status"])
def test_an_alarm_in_the_words_of_another_version_is_closed_and_the_box_starts(ram: Path, column: str) -> None:
    village = Village(ram, at("02:00")).start()
    village.ask("play", signal="fire", status="actual")
    village.wait(1)
    village.kill()
    with closing(sqlite3.connect(village.path)) as db:
        db.execute(f"UPDATE record SET {column} = 'unheard-of' WHERE activation IS NOT NULL")
        db.commit()
    village.start()
    assert village.outcomes("fire")[-1] == "interrupted"
    assert village.sounding is None
    village.hold("fire")
    assert village.sounding == "fire"


def test_an_all_clear_that_was_cut_off_never_comes_back(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.ask("play", signal="all-clear", status="actual")
    village.wait(2)
    village.kill()
    village.start()
    village.wait(2)
    assert village.sounding is None
    assert village.outcomes("all-clear") == ["started", "interrupted"]


def test_an_all_clear_that_a_new_alarm_cuts_off_never_comes_back(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.ask("play", signal="all-clear", status="actual")
    village.hold("fire")
    village.ask("stop")
    village.wait(5)
    assert village.outcomes("all-clear") == ["started", "preempted"]
