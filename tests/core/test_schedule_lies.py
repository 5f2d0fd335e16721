"""A time server that lies for a while costs the nights of that while, and no other; who stays was right."""

from datetime import timedelta

import pytest

from gongd.core.adoption import Adopt
from gongd.core.night import Miss
from tests.core.night_world import TONIGHT, World, at

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
SIZES = (timedelta(minutes=25), HOUR, 5 * HOUR, DAY, 2 * DAY, 20 * DAY, 200 * DAY, 5 * YEAR)


def lied_to(begins: str, by: timedelta, lasts: timedelta) -> World:
    """A box that has rung for two nights, is told a false time for a while, and then the true one."""
    world = World(at("21:00")).idle_until(at(begins, TONIGHT + DAY))
    world.look()
    world.step(by.total_seconds()).look()
    world.idle_until(world.now_at + lasts).step(-by.total_seconds())
    return world


def rung_truly(world: World, days: int) -> list[int]:
    """Which nights are heard at their own true time, counted from the first."""
    world.idle_until(at("23:00") + days * DAY)
    heard = {rang.date() for rang, one in world.rings if one.due <= rang <= one.last_chance}
    return [n for n in range(days + 1) if TONIGHT + n * DAY in heard]


@pytest.mark.parametrize("by", SIZES)
@pytest.mark.parametrize("begins", ["09:00", "22:10"])
def test_nights_that_a_lie_leaps_over_ring_when_they_truly_come(begins: str, by: timedelta) -> None:
    world = lied_to(begins, by, 3 * HOUR)
    assert not [each for each in world.told if isinstance(each, Miss)]
    rang = rung_truly(world, 30)
    early = {one.night for when, one in world.rings if when < one.due}
    assert [n for n in range(31) if n not in rang and TONIGHT + n * DAY not in early] == []
    assert len(early) <= 1


@pytest.mark.parametrize("by", [2 * DAY, 20 * DAY, 5 * YEAR])
def test_a_lie_of_two_days_costs_only_the_nights_of_these_days(by: timedelta) -> None:
    world = lied_to("12:00", by + HOUR, 2 * DAY)
    lost = {1, 2} | {(one.night - TONIGHT).days for when, one in world.rings if when < one.due}
    assert set(range(31)) - set(rung_truly(world, 30)) <= lost


@pytest.mark.parametrize("lasts", [DAY, 10 * DAY, 30 * DAY])
def test_a_lie_of_some_hours_costs_only_the_nights_that_it_lasts_however_long(lasts: timedelta) -> None:
    world = lied_to("12:00", 30 * HOUR, lasts)
    lies = range(1, 1 + lasts.days)
    early = {(one.night - TONIGHT).days for when, one in world.rings if when < one.due}
    assert set(range(36)) - set(rung_truly(world, 35)) <= {*lies, *early}


def test_a_lie_that_the_daemon_or_the_power_dies_in_still_files_nothing_that_is_to_come() -> None:
    for dies in (World.restart, lambda world: world.cut_power().restore_power()):
        world = World(at("21:00")).idle_until(at("09:00", TONIGHT + DAY))
        world.step(20 * 86400.0).idle_until(world.now_at + HOUR)
        dies(world)
        world.idle_until(world.now_at + 5 * HOUR).step(-20 * 86400.0)
        assert rung_truly(world, 25) == list(range(26))


def test_a_box_that_dies_right_after_the_clock_has_leapt_has_not_seen_it_stand() -> None:
    world = World(at("21:00")).idle_until(at("09:00", TONIGHT + 3 * DAY)).step(86400.0)
    world.look()
    world.restart().idle_until(world.now_at + 5 * HOUR).step(-86400.0)
    assert rung_truly(world, 6) == list(range(7))


def test_a_box_that_wakes_to_a_lie_files_nothing_that_is_to_come() -> None:
    world = World(at("21:00")).idle_until(at("09:00", TONIGHT + DAY)).cut_power().idle_until(at("09:10", TONIGHT + DAY))
    world.step(20 * 86400.0).restore_power().idle_until(world.now_at + 5 * HOUR).step(-20 * 86400.0)
    assert rung_truly(world, 25) == list(range(26))


@pytest.mark.parametrize("by", [DAY, 20 * DAY, 5 * YEAR])
def test_a_lie_about_the_past_invents_no_nights(by: timedelta) -> None:
    world = lied_to("12:00", -by, 5 * HOUR)
    assert rung_truly(world, 10) == list(range(11))
    assert [each.first for each in world.told if isinstance(each, Adopt)] == [TONIGHT]
    assert sorted(night for _, night in world.nights()) == [TONIGHT + n * DAY for n in range(11)]


def test_a_lie_about_the_past_invents_no_nights_though_the_box_starts_again_before_and_after_its_end() -> None:
    world = World(at("21:00")).idle_until(at("12:00", TONIGHT + DAY))
    world.step(-400 * 86400.0).idle_until(world.now_at + HOUR)
    world.restart().idle_until(world.now_at + HOUR)
    world.cut_power().step(400 * 86400.0).restore_power()
    assert rung_truly(world, 10) == list(range(11))
    assert all(night >= TONIGHT for _, night in world.nights())


def test_a_schedule_taken_up_under_a_doubted_clock_counts_from_that_night_though_the_box_starts_again() -> None:
    world = World(at("12:00"), ahead_s=9 * 365 * 86400.0).idle_until(at("13:00")).step(-9 * 365 * 86400.0)
    world.hindered = "muted"
    world.idle_until(at("23:00")).restart().idle_until(at("12:00", TONIGHT + 3 * DAY))
    assert [world.outcome(TONIGHT + n * DAY) for n in range(3)] == ["clock-untrusted", "muted", "muted"]


def test_a_clock_that_leapt_is_believed_after_two_days_and_what_it_leapt_over_is_filed() -> None:
    world = World(at("21:00")).idle_until(at("12:00", TONIGHT + DAY)).step(20 * 86400.0)
    world.idle_until(world.now_at + 2 * DAY)
    assert len([each for each in world.told if isinstance(each, Miss)]) == 2
    world.idle_until(world.now_at + HOUR)
    assert len([each for each in world.told if isinstance(each, Miss)]) == 20


def test_a_clock_that_leapt_by_an_hour_is_believed_after_that_hour() -> None:
    world = World(at("20:00")).run_until(at("21:30")).step(3600.0).run_until(at("22:00"))
    assert world.outcome() is None
    assert world.run_until(at("22:05")).outcome() == "late"


def test_a_box_with_power_for_ten_hours_a_day_files_its_nights_within_a_week() -> None:
    world = World(at("06:00")).idle_until(at("16:00"))
    for n in range(1, 8):
        world.cut_power().idle_until(at("06:00", TONIGHT + n * DAY))
        world.restore_power().idle_until(at("16:00", TONIGHT + n * DAY))
    assert [world.outcome(TONIGHT + n * DAY) for n in range(2)] == ["no-power", "no-power"]
    assert all(record.reason == "no-power" for record in world.nights().values())


def test_an_outage_that_a_lie_made_long_is_no_reason_for_a_later_night() -> None:
    world = World(at("21:00")).idle_until(at("09:00", TONIGHT + DAY)).cut_power().idle_until(at("09:10", TONIGHT + DAY))
    world.step(20 * 86400.0).restore_power().idle_until(world.now_at + HOUR).step(-20 * 86400.0)
    world.stop_daemon().idle_until(at("23:00", TONIGHT + DAY))
    world.start_daemon().idle_until(at("12:00", TONIGHT + 3 * DAY))
    assert world.outcome(TONIGHT + DAY) == "clock-untrusted"
