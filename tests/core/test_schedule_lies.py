"""A time server that lies by more than three days for a while costs the nights of that while, and no other. A smaller
lie is believed like a technician's correction: after 15 minutes what it leapt over is filed."""

from datetime import time, timedelta

import pytest

from gongd.core.adoption import Adopt
from gongd.core.night import Miss
from gongd.core.schedule import Entry
from tests.core.night_world import TONIGHT, World, at

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
SIZES = (3 * DAY + HOUR, 20 * DAY, 200 * DAY, 5 * YEAR)


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


@pytest.mark.parametrize("lasts", [HOUR, DAY, 47 * HOUR])
@pytest.mark.parametrize("by", [20 * DAY, 20 * DAY + HOUR, 5 * YEAR])
def test_a_lie_of_up_to_two_days_costs_only_the_nights_of_these_days(by: timedelta, lasts: timedelta) -> None:
    world = lied_to("12:00", by, lasts)
    within = {n for n in (1, 2) if at("12:00", TONIGHT + DAY) + lasts > at("22:00", TONIGHT + n * DAY)}
    early = {(one.night - TONIGHT).days for when, one in world.rings if when < one.due}
    assert set(range(31)) - set(rung_truly(world, 30)) <= within | early
    assert len(early) <= len(within)
    nights = [one.night for _, one in world.rings]
    assert len(nights) == len(set(nights)), "no gong rings twice"


def test_a_lie_of_a_day_is_believed_after_a_quarter_of_an_hour_as_a_technician_would_be() -> None:
    world = World(at("21:00")).idle_until(at("12:00", TONIGHT + DAY)).step(86400.0)
    assert world.idle_until(world.now_at + timedelta(minutes=14)).outcome(TONIGHT + DAY) is None
    assert world.idle_until(world.now_at + timedelta(minutes=12)).outcome(TONIGHT + DAY) == "late"


def test_a_lie_that_the_daemon_dies_in_still_files_nothing_that_is_to_come() -> None:
    world = World(at("21:00")).idle_until(at("09:00", TONIGHT + DAY))
    world.step(20 * 86400.0).idle_until(world.now_at + HOUR)
    world.restart().idle_until(world.now_at + 5 * HOUR).step(-20 * 86400.0)
    assert rung_truly(world, 25) == list(range(26))


def test_a_box_that_dies_right_after_the_clock_has_leapt_has_not_seen_it_stand() -> None:
    world = World(at("21:00")).idle_until(at("09:00", TONIGHT + 3 * DAY)).step(20 * 86400.0)
    world.restart().idle_until(world.now_at + 5 * HOUR).step(-20 * 86400.0)
    assert rung_truly(world, 25) == list(range(26))


def test_a_box_that_wakes_to_a_lie_believes_it_for_it_may_have_been_dark_so_long() -> None:
    world = World(at("21:00")).idle_until(at("09:00", TONIGHT + DAY)).cut_power().idle_until(at("09:10", TONIGHT + DAY))
    world.step(20 * 86400.0).restore_power().idle_until(world.now_at + HOUR)
    assert [world.outcome(TONIGHT + n * DAY) for n in range(1, 21)] == ["no-power"] * 20


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


def test_a_box_that_wakes_to_a_lie_about_the_past_invents_no_nights_either() -> None:
    world = World(at("21:00")).idle_until(at("12:00", TONIGHT + DAY)).cut_power()
    world.step(-400 * 86400.0).restore_power().idle_until(world.now_at + HOUR).step(400 * 86400.0)
    assert rung_truly(world, 10) == list(range(11))
    assert all(night >= TONIGHT for _, night in world.nights())


def test_a_schedule_taken_up_under_a_doubted_clock_counts_from_that_night_though_the_box_starts_again() -> None:
    world = World(at("12:00"), ahead_s=9 * 365 * 86400.0).idle_until(at("13:00")).step(-9 * 365 * 86400.0)
    world.hindered = "muted"
    world.idle_until(at("23:00")).restart().idle_until(at("12:00", TONIGHT + 3 * DAY))
    assert [world.outcome(TONIGHT + n * DAY) for n in range(3)] == ["muted"] * 3


def test_a_clock_that_leapt_is_believed_after_two_days_and_what_it_leapt_over_is_filed() -> None:
    world = World(at("21:00")).idle_until(at("12:00", TONIGHT + DAY)).step(20 * 86400.0)
    world.idle_until(world.now_at + 2 * DAY)
    assert len([each for each in world.told if isinstance(each, Miss)]) == 2
    world.idle_until(world.now_at + HOUR)
    assert len([each for each in world.told if isinstance(each, Miss)]) == 20


def test_a_night_without_power_is_filled_in_though_its_first_night_is_only_taken_up() -> None:
    world = World(at("12:00"), ahead_s=9 * 365 * 86400.0).idle_until(at("13:00")).step(-9 * 365 * 86400.0)
    world.idle_until(at("21:00")).cut_power().idle_until(at("08:00", TONIGHT + 5 * DAY)).restore_power()
    world.idle_until(world.now_at + timedelta(minutes=31))
    assert [world.outcome(TONIGHT + n * DAY) for n in range(5)] == ["no-power"] * 5


@pytest.mark.parametrize("by", [-200 * DAY, 200 * DAY])
def test_a_schedule_that_is_met_under_a_lie_counts_from_the_truth(by: timedelta) -> None:
    world = World(at("12:00")).idle_until(at("12:10")).step(by.total_seconds()).idle_until(at("12:20"))
    world.entries = (*world.entries, Entry("morning", "peace", (time(5),)))
    world.idle_until(at("13:00")).step(-by.total_seconds()).idle_until(at("12:00", TONIGHT + 2 * DAY))
    assert sorted(night for schedule, night in world.nights() if schedule == "morning") == [
        TONIGHT + DAY,
        TONIGHT + 2 * DAY,
    ]


def test_an_outage_that_a_lie_made_long_is_no_reason_for_a_later_night() -> None:
    world = World(at("21:00")).idle_until(at("09:00", TONIGHT + DAY)).cut_power().idle_until(at("09:10", TONIGHT + DAY))
    world.step(20 * 86400.0).restore_power().idle_until(world.now_at + HOUR / 6).step(-20 * 86400.0)
    world.stop_daemon().idle_until(at("23:00", TONIGHT + DAY))
    world.start_daemon().idle_until(at("12:00", TONIGHT + 3 * DAY))
    assert world.outcome(TONIGHT + DAY) == "clock-untrusted"
