"""A journal that is lost takes the first night of every schedule along: the next one goes on where it left off."""

from datetime import time, timedelta

import pytest

from gongd.core.adoption import Adopt
from gongd.core.schedule import Entry
from tests.core.night_world import NIGHTLY, TONIGHT, World, at

DAY, YEAR = timedelta(days=1), timedelta(days=365)


def lost(when: str, world: World | None = None) -> World:
    """The power goes, and with it a journal of a week."""
    world = world or World(at("12:00", TONIGHT - 7 * DAY))
    return world.idle_until(at(when) - timedelta(minutes=20)).run_until(at(when)).cut_power().lose_journal()


def back(world: World, when: str, day: int = 0) -> World:
    """It boots, and a time server answers."""
    return world.run_until(at(when, TONIGHT + day * DAY)).restore_power()


def test_a_gong_whose_journal_is_lost_just_before_it_rings_within_its_grace() -> None:
    world = back(lost("21:59:50"), "22:00:20").run_until(at("23:00"))
    assert world.outcome() == "rung"
    [rang] = [rang for rang, one in world.rings if one.night == TONIGHT]
    assert at("22:00:20") < rang <= at("22:02:00")


@pytest.mark.parametrize("when", ["22:00:01", "22:00:30", "22:10:00"])
def test_a_gong_that_has_rung_does_not_ring_again_for_a_lost_journal(when: str) -> None:
    world = back(lost(when), when.replace(":00:", ":01:")).run_until(at("23:00"))
    assert world.outcome() == "rung"
    assert [one.night for _, one in world.rings].count(TONIGHT) == 1


def test_nights_without_power_are_filled_in_though_the_journal_was_lost_meanwhile() -> None:
    world = back(lost("21:49"), "17:00", day=3).run_until(at("17:30", TONIGHT + 3 * DAY))
    assert [world.outcome(TONIGHT + n * DAY) for n in range(-1, 4)] == ["rung", *3 * ["no-power"], None]


@pytest.mark.parametrize("when", ["22:10:00", "22:16:30"])
def test_a_night_that_was_missed_and_not_filed_yet_is_filed_by_the_next_journal(when: str) -> None:
    world = back(lost(when, World(at("12:00"), hindered="preempted")), "22:16:50")
    assert world.run_until(at("23:00")).outcome() is not None


def test_no_night_from_before_the_loss_is_filed_anew() -> None:
    world = back(lost("12:00", World(at("12:00", TONIGHT - 7 * DAY))), "12:01").run_until(at("13:00"))
    assert set(world.nights()) == {("nightly", TONIGHT - DAY)}
    assert [one.first for one in world.told if isinstance(one, Adopt)][-1] == TONIGHT


def test_a_time_far_in_the_past_that_was_told_just_before_the_loss_makes_no_years_of_misses() -> None:
    world = World(at("12:00", TONIGHT - 2 * DAY)).idle_until(at("12:00"))
    world.step(-(5 * YEAR).total_seconds()).look()
    world.run_until(at("12:30")).cut_power().lose_journal().step((5 * YEAR).total_seconds())
    world = back(world, "12:40").run_until(at("13:00"))
    assert set(world.nights()) == {("nightly", TONIGHT - DAY)}


def test_a_schedule_that_comes_later_counts_from_then_on() -> None:
    world = back(lost("12:00"), "12:01").run_until(at("12:30"))
    noon = Entry("noon", "peace", (time(11, 55),))
    world.entries = (NIGHTLY, noon)
    world.run_until(at("13:30"))
    assert world.outcome(schedule="noon") is None
    assert [one.first for one in world.told if isinstance(one, Adopt) and one.schedule == "noon"] == [TONIGHT + DAY]
