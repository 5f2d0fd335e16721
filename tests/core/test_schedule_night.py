"""Every night has exactly one record per schedule: the hand-over, the reasons, restarts and power cuts."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from gongd.core.night import Adopt, Ledger, Miss, Outage, Ring, Withdraw, look, missed, rung, unrung
from gongd.core.schedule import Days, Entry, Occurrence
from tests.core.night_world import NIGHTLY, TONIGHT, World, at, daily_after

TOMORROW = TONIGHT + timedelta(days=1)


def evening() -> World:
    return World(at("21:58")).run_until(at("21:59"))


def test_it_rings_at_its_very_instant_and_is_recorded_once() -> None:
    world = evening().run_until(at("23:00"))
    assert [rang for rang, _ in world.rings] == [at("22:00")]
    assert world.outcome() == "rung"


def test_a_restart_at_every_second_of_the_gongs_minute_leaves_one_record_and_one_ring() -> None:
    for second in range(60):
        moment = at(f"22:00:{second:02}")
        world = World(at("21:59:50")).run_until(moment).restart().run_until(at("22:01:05"))
        assert len(world.rings) == 1, second
        assert world.outcome() == "rung", second


def test_a_box_that_starts_too_late_does_not_ring_and_says_why() -> None:
    world = evening().cut_power().run_until(at("22:03")).restore_power()
    assert world.run_until(at("22:17")).outcome() is None
    assert world.run_until(at("22:20")).outcome() == "no-power"
    assert world.rings == []


def test_a_daemon_that_was_down_at_its_time_is_late_though_the_power_was_on() -> None:
    world = evening().stop_daemon().run_until(at("22:05")).start_daemon().run_until(at("22:30"))
    assert world.outcome() == "late"


def test_a_short_power_cut_before_the_grace_is_over_still_lets_it_ring() -> None:
    world = evening().cut_power().run_until(at("22:01")).restore_power().run_until(at("22:30"))
    assert world.outcome() == "rung"
    assert [rang for rang, _ in world.rings] == [at("22:01:30")]


def test_nights_without_power_are_filled_in_when_trust_returns() -> None:
    world = evening().cut_power().run_until(at("08:00") + timedelta(days=4))
    world.trusted = False
    world.restore_power().run_until(world.now_at + timedelta(hours=1))
    assert world.nights() == {}
    world.trusted = True
    world.run_until(world.now_at + timedelta(minutes=16))
    assert [world.outcome(TONIGHT + timedelta(days=n)) for n in range(4)] == ["no-power"] * 4
    assert [each for each in world.told if isinstance(each, Outage)] == [
        Outage(at("21:59"), at("08:00") + timedelta(days=4))
    ]


def test_an_outage_is_remembered_though_the_power_fails_again_before_it_is_filed() -> None:
    world = evening().cut_power().run_until(at("08:00") + timedelta(days=1)).restore_power()
    world.run_until(world.now_at + timedelta(minutes=5)).cut_power()
    world.run_until(world.now_at + timedelta(minutes=30)).restore_power()
    assert world.run_until(world.now_at + timedelta(minutes=20)).outcome() == "no-power"


def test_a_night_under_an_untrusted_clock_is_silent_and_says_so() -> None:
    world = evening()
    world.trusted = False
    world.run_until(at("22:30"))
    assert world.nights() == {}
    world.trusted = True
    assert world.run_until(at("22:46")).outcome() == "clock-untrusted"
    assert world.rings == []


def test_no_night_is_filled_from_before_the_schedule_was_there() -> None:
    world = World(at("22:30")).run_until(at("22:31")).stop_daemon().run_until(at("21:50") + timedelta(days=1))
    world.start_daemon().run_until(at("22:10") + timedelta(days=1))
    assert [night for _, night in world.nights()] == [TOMORROW]


def test_a_schedule_taken_away_and_brought_back_owes_nothing_for_the_time_between() -> None:
    world = evening().run_until(at("22:01"))
    world.entries = ()
    world.run_until(at("22:02")).stop_daemon().run_until(at("21:59") + timedelta(days=3))
    world.entries = (NIGHTLY,)
    world.start_daemon().run_until(at("22:19") + timedelta(days=3))
    assert sorted(night for _, night in world.nights()) == [TONIGHT, TONIGHT + timedelta(days=3)]


def test_filling_is_bounded_to_four_hundred_nights_and_to_a_few_at_each_look() -> None:
    world = evening().cut_power().run_until(at("12:00") + timedelta(days=900)).restore_power()
    most = 0
    end = world.now_at + timedelta(minutes=20)
    while world.now_at < end:
        before = len(world.records)
        world.now_at = world.boot_at + timedelta(seconds=world.next_look_at)
        world.look()
        most = max(most, len(world.records) - before)
    assert len(world.nights()) == 400
    assert most <= 32


def test_an_excepted_night_has_its_one_record() -> None:
    nightly = replace(NIGHTLY, days=Days(excepted=((TONIGHT, TONIGHT),)))
    world = World(at("21:58"), entries=(nightly,)).run_until(at("22:30"))
    assert world.outcome() == "excepted"
    assert world.rings == []


@pytest.mark.parametrize("reason", ["disabled", "muted", "speaker-failed"])
def test_what_the_box_will_not_ring_is_filed_with_its_reason_after_a_quarter_of_an_hour(reason: str) -> None:
    world = World(at("21:50"), hindered=reason).run_until(at("22:16:50"))
    assert world.outcome() is None
    assert world.run_until(at("22:17:10")).outcome() == reason
    assert sum(isinstance(each, Ring) for each in world.told) == 1


def test_while_it_is_in_hand_nothing_more_is_said_until_its_grace_is_over() -> None:
    world = World(at("21:50"), begins=False).run_until(at("22:02"))
    assert [type(each) for each in world.told if not isinstance(each, Adopt)] == [Ring]
    world.run_until(at("22:02:02"))
    assert isinstance(world.told[-1], Withdraw)
    assert world.run_until(at("22:18")).outcome() == "preempted"


def test_what_is_in_hand_is_withdrawn_when_the_clock_loses_its_trust() -> None:
    world = World(at("21:50"), begins=False).run_until(at("22:00:30"))
    world.trusted = False
    world.run_until(at("22:00:40"))
    assert isinstance(world.told[-1], Withdraw)
    world.trusted, world.begins = True, True
    assert world.run_until(at("22:01")).outcome() == "rung"


def test_a_night_given_up_under_a_wrong_clock_rings_at_the_real_time() -> None:
    world = World(at("20:00"), hindered="muted").run_until(at("20:01")).step(7140).run_until(at("20:05"))
    world.hindered = None
    world.step(-7140).run_until(at("22:30"))
    assert [rang for rang, _ in world.rings] == [at("22:00")]


def test_several_times_a_day_are_kept_apart() -> None:
    entry = Entry("loa", "peace", (time(21, 59, 30), time(22)))
    world = World(at("21:58"), entries=(entry,)).run_until(at("22:30"))
    assert sorted(schedule for schedule, _ in world.nights()) == ["loa@21:59:30", "loa@22:00"]
    assert len(world.rings) == 2


def test_a_one_off_rings_once_and_is_forgotten() -> None:
    entry = replace(NIGHTLY, days=Days(dates=(TONIGHT,)))
    world = World(at("21:58"), entries=(entry,)).run_until(at("22:01")).stop_daemon()
    world.run_until(at("21:58") + timedelta(days=2)).start_daemon().run_until(at("22:20") + timedelta(days=2))
    assert list(world.nights()) == [("nightly", TONIGHT)]


def test_giving_up_a_night_that_has_its_record_changes_nothing() -> None:
    world = evening().run_until(at("22:01"))
    [(_, occurrence)] = world.rings
    assert missed(world.ledger, occurrence, "late") == world.ledger


def test_it_looks_at_least_once_a_second_while_something_is_near_and_seldom_otherwise() -> None:
    world = World(at("12:00"))
    world.look()
    assert world.next_look_at - world.moment.mono == 10.0
    world.run_until(at("21:58:30"))
    assert world.next_look_at - world.moment.mono <= 1.0


def test_an_empty_settings_file_has_no_nights() -> None:
    seen = look(Ledger(), (), World(at("22:00")).moment, daily_after)
    assert seen.decisions == ()


def test_a_schedule_adopted_under_a_clock_far_ahead_rings_when_the_clock_is_put_right() -> None:
    world = World(at("12:00"), ahead_s=9 * 365 * 86400.0).run_until(at("12:20"))
    world.step(-world.ahead_s).run_until(at("22:30"))
    assert world.outcome() == "rung"
    assert not any(isinstance(each, Miss) for each in world.told)
    assert all(night.year == 2026 for _, night in world.nights())


def test_a_ring_whose_record_was_withdrawn_before_it_sounded_is_missed_after_all() -> None:
    occurrence = Occurrence("nightly", "peace", TONIGHT, at("22:00"), 120.0)
    ledger = rung(Ledger(first={"nightly": TONIGHT}), occurrence, World(at("22:00")).moment)
    back = unrung(ledger, occurrence, "muted")
    assert occurrence.key in ledger.recorded
    assert occurrence.key not in back.recorded
    assert "nightly" not in back.rang
    assert back.noted[occurrence.key] == (occurrence, "muted")
    settled = replace(ledger, settled={"nightly": at("22:15")})
    assert unrung(settled, occurrence, "muted").settled["nightly"] < occurrence.due
    before = replace(ledger, settled={"nightly": at("21:00")})
    assert unrung(before, occurrence, "muted").settled["nightly"] == at("21:00")


def test_a_schedule_whose_only_day_is_over_owes_nothing() -> None:
    over = replace(NIGHTLY, days=Days(dates=(TONIGHT - timedelta(days=9),)))
    world = World(at("21:50"), (over,)).run_until(at("22:40"))
    assert world.nights() == {}
