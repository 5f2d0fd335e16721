"""Clock steps of -48 h to +48 h around 22:00: one record of every night, never two rings, never a late one."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.core.night_world import TONIGHT, World, at

HOURS = tuple(range(-48, 49))
ODD_SECONDS = (-172799, -86400, -3599, -119, -3, 3, 59, 119, 121, 3601, 86399, 172801)
INSTANTS = ("21:30:00", "22:00:00", "22:01:30", "22:02:01", "22:16:59")


def stepped(instant: str, by_s: float, back_after_s: float | None, trusted: bool = True) -> World:
    """A box whose clock is stepped at an instant, and put back after a while or never."""
    start = at(instant)
    world = World(start - timedelta(seconds=15)).run_until(start)
    world.trusted = trusted
    world.step(by_s)
    if back_after_s is not None:
        world.run_until(world.now_at + timedelta(seconds=back_after_s)).step(-by_s)
    world.trusted = True
    return world


def later(world: World, minutes: float) -> World:
    """The same world so many minutes on."""
    return world.run_until(world.now_at + timedelta(minutes=minutes))


def assert_sane(world: World) -> None:
    """`World` itself refuses a second record of a night and an untimely ring; here: never two rings close together."""
    rung = [rang for rang, _ in world.rings]
    assert len(rung) == sum(record.outcome == "rung" for record in world.nights().values())
    assert all(after - before >= timedelta(minutes=15) for before, after in pairwise(rung))


@pytest.mark.parametrize(("instant", "hours"), [("21:59:59", HOURS), ("22:00:01", HOURS[1::2])])
def test_a_step_of_any_hours_that_is_taken_back_leaves_one_record_and_one_ring(
    instant: str, hours: tuple[int, ...]
) -> None:
    for hour in hours:
        world = later(stepped(instant, hour * 3600.0, back_after_s=30), 3)
        assert_sane(world)
        assert list(world.nights()) == [("nightly", TONIGHT)], hour
        assert world.outcome() == "rung", hour
        assert len(world.rings) == 1, hour


@pytest.mark.parametrize(("instant", "hours"), [("21:59:59", HOURS[::2]), ("22:00:01", HOURS[1::2])])
def test_a_step_of_any_hours_that_stays_leaves_one_record_of_every_night(instant: str, hours: tuple[int, ...]) -> None:
    for hour in hours:
        world = later(stepped(instant, hour * 3600.0, back_after_s=None), 19)
        assert_sane(world)
        night = world.ledger.first["nightly"]
        assert night <= TONIGHT
        while at("22:00", night) < world.moment.wall - timedelta(minutes=18):
            assert world.outcome(night), (hour, night)
            night += timedelta(days=1)


@pytest.mark.parametrize("instant", INSTANTS)
def test_odd_steps_at_odd_instants_are_survived(instant: str) -> None:
    for by_s in ODD_SECONDS:
        assert_sane(later(stepped(instant, by_s, back_after_s=None), 4))
        assert_sane(later(stepped(instant, by_s, back_after_s=5), 4))


def test_a_forward_step_taken_back_in_time_does_not_suppress_the_real_night() -> None:
    for by_s in (2400.0, 3600.0, 7200.0, 86400.0, 172800.0):
        world = later(stepped("21:45:30", by_s, back_after_s=840), 3)
        assert [rang for rang, _ in world.rings][-1] >= at("22:00"), by_s
        assert world.outcome() == "rung", by_s


def test_steps_while_nobody_trusts_the_clock_ring_nothing_and_suppress_nothing() -> None:
    for hours in HOURS[::4]:
        world = later(stepped("21:57:00", hours * 3600.0, back_after_s=240, trusted=False), 2)
        assert world.outcome() == "rung", hours
        assert len(world.rings) == 1


def test_a_step_starts_the_quarter_of_an_hour_anew() -> None:
    world = World(at("21:50"), hindered="muted").run_until(at("22:10")).step(60).run_until(at("22:24:50"))
    assert world.outcome() is None
    assert world.run_until(at("22:25:20")).outcome() == "muted"


def test_a_glitch_onto_the_hour_of_another_day_does_not_ring() -> None:
    world = stepped("12:00:00", 34 * 3600.0, back_after_s=50).run_until(at("13:00"))
    assert world.rings == []


def test_a_correction_within_the_grace_still_rings() -> None:
    for clock in ("22:00:00", "22:01:00", "22:01:45"):
        world = World(at(clock) - timedelta(seconds=30), ahead_s=-3600.0).run_until(at(clock)).step(3600.0)
        assert later(world, 20).outcome() == "rung", clock
