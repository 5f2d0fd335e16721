"""Every night has exactly one record per schedule: the hand-over, the reasons, restarts and power cuts."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from gongd.core.adoption import Adopt
from gongd.core.moment import Moment
from gongd.core.night import Ledger, Miss, Outage, Ring, Stepped, Withdraw, look, missed, rung, unrung
from gongd.core.schedule import Days, Entry, Occurrence
from tests.core.night_world import NIGHTLY, TONIGHT, World, at, daily_after

TOMORROW = TONIGHT + timedelta(days=1)
PEACE = Occurrence("nightly", "peace", TONIGHT, at("22:00"), 120.0)


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
    assert world.run_until(at("22:44")).outcome() is None
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
        assert len(world.records) - before < 32 or world.next_look_at - world.moment.mono <= 1.0
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
    assert world.ledger.noted == {}
    assert sum(isinstance(each, Ring) for each in world.told) == 1


def test_a_wrong_time_that_nobody_believes_does_not_forget_why_it_did_not_ring() -> None:
    world = World(at("21:50"), hindered="muted").run_until(at("22:01"))
    world.trusted = False
    world.step(-3600.0).run_until(at("22:05"))
    world.trusted = True
    world.step(3600.0).run_until(at("22:40"))
    assert world.outcome() == "muted"


def test_while_it_is_in_hand_nothing_more_is_said_until_its_grace_is_over() -> None:
    world = World(at("21:50"), begins=False).run_until(at("22:02"))
    assert [type(each) for each in world.told if not isinstance(each, Adopt)] == [Ring]
    world.run_until(at("22:02:02"))
    assert world.told[-1] == Withdraw(PEACE)
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


def test_it_begins_to_look_often_two_minutes_ahead() -> None:
    world = World(at("21:57:55"))
    world.look()
    assert world.next_look_at - world.moment.mono == 5.0


def test_it_rings_at_its_very_instant_whenever_it_looked_before() -> None:
    world = World(at("21:58") + timedelta(seconds=0.4)).run_until(at("22:01"))
    assert [rang for rang, _ in world.rings] == [at("22:00")]


def test_it_may_still_ring_at_the_last_instant_of_its_grace() -> None:
    world = evening().stop_daemon().run_until(at("22:02")).start_daemon().run_until(at("22:03"))
    assert [rang for rang, _ in world.rings] == [at("22:02")]


def test_a_schedule_that_is_not_due_or_never_again_stands_in_no_others_way() -> None:
    over = Entry("over", "test", (time(9),), Days(dates=(TONIGHT - timedelta(days=9),)))
    morning = Entry("sang", "test", (time(5),))
    world = World(at("21:58:30"), (over, morning, NIGHTLY))
    world.look()
    assert world.next_look_at - world.moment.mono <= 1.0
    assert world.run_until(at("22:01")).outcome() == "rung"


def test_two_schedules_that_are_missed_at_once_have_both_their_record() -> None:
    entries = (NIGHTLY, replace(NIGHTLY, id="other"))
    world = World(at("21:58"), entries, hindered="muted").run_until(at("22:20"))
    assert (world.outcome(), world.outcome(schedule="other")) == ("muted", "muted")


def test_a_schedule_is_adopted_once() -> None:
    assert [each for each in evening().told if isinstance(each, Adopt)] == [Adopt("nightly", TONIGHT)]


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
    ledger = rung(Ledger(first={"nightly": TONIGHT}), PEACE, World(at("22:00")).moment)
    back = unrung(ledger, PEACE, "muted")
    assert PEACE.key in ledger.recorded
    assert PEACE.key not in back.recorded
    assert "nightly" not in back.rang
    assert back.noted[PEACE.key] == (PEACE, "muted")
    settled = replace(ledger, settled={"nightly": at("22:15")})
    assert unrung(settled, PEACE, "muted").settled["nightly"] < PEACE.due
    before = replace(ledger, settled={"nightly": at("21:00")})
    assert unrung(before, PEACE, "muted").settled["nightly"] == at("21:00")


def test_what_has_rung_is_neither_in_hand_nor_noted_any_more_and_the_others_are() -> None:
    other = replace(PEACE, schedule="loa")
    both = {PEACE.key: PEACE, other.key: other}
    ledger = Ledger(in_hand=both, noted={key: (each, "muted") for key, each in both.items()})
    ledger = rung(ledger, PEACE, World(at("22:00")).moment)
    assert (ledger.in_hand, ledger.noted) == ({other.key: other}, {other.key: (other, "muted")})


def test_a_schedule_whose_only_day_is_over_owes_nothing() -> None:
    over = replace(NIGHTLY, days=Days(dates=(TONIGHT - timedelta(days=9),)))
    world = World(at("21:50"), (over,)).run_until(at("22:40"))
    assert world.nights() == {}


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"outages": (Outage(at("21:30"), at("22:10")),)}, "no-power"),
        ({"outages": (Outage(at("22:00"), at("22:10")),)}, "late"),
        ({"outages": (Outage(at("21:30"), at("22:00")),)}, "late"),
        ({"began": 3600.0}, "late"),
        ({"trusted_from": 3720.0}, "late"),
        ({"trusted_from": 3721.0}, "clock-untrusted"),
        ({"began": 3601.0}, "unknown"),
        ({"began": 3601.0, "seen_at": at("21:59:59")}, "late"),
        ({"began": 3601.0, "seen_at": at("22:00")}, "clock-untrusted"),
        ({"began": 3601.0, "seen_at": at("22:00:01")}, "clock-untrusted"),
    ],
)
def test_why_a_night_was_not_rung_is_told_by_what_is_known(known: dict[str, object], reason: str) -> None:
    """Monotonic seconds count from 21:00."""
    book = Ledger(first={"nightly": TONIGHT}, woken=True, began=0.0, trusted_from=0.0, calm_from=0.0)
    book = replace(book, last=Moment(at("22:29"), 5340.0, trusted=True), **known)  # type: ignore[arg-type]
    seen = look(book, (NIGHTLY,), Moment(at("22:30"), 5400.0, trusted=True), daily_after)
    assert seen.decisions == (Miss(PEACE, reason),)


def test_a_box_that_was_held_up_over_the_hour_is_late() -> None:
    world = evening()
    world.now_at = at("22:05")
    assert world.run_until(at("22:30")).outcome() == "late"


def test_a_clock_that_was_set_is_told_by_how_much() -> None:
    def told(by_s: float) -> list[float]:
        world = World(at("12:00")).run_until(at("12:01")).step(by_s).run_until(at("12:02"))
        return [each.by_s for each in world.told if isinstance(each, Stepped)]

    assert told(-7200.0) == [-7200.0]
    assert told(2.5) == [2.5]
    assert told(2.0) == told(-2.0) == []


def test_a_second_look_at_the_very_instant_rings_no_second_time() -> None:
    world = World(at("21:58"), hindered="muted").run_until(at("22:00"))
    world.look()
    assert [each for each in world.told if isinstance(each, Ring)] == [Ring(PEACE)]


def test_a_machine_that_was_off_for_no_time_had_no_outage() -> None:
    world = evening()
    world.look()
    world.cut_power().restore_power().run_until(at("22:10"))
    assert not any(isinstance(each, Outage) for each in world.told)
    assert world.outcome() == "rung"


def test_a_schedule_that_is_new_within_its_grace_begins_with_the_next_night() -> None:
    assert World(at("22:00:30")).run_until(at("22:20")).rings == []
    only = replace(NIGHTLY, days=Days(dates=(TONIGHT,)))
    assert World(at("22:00:30"), (only,)).run_until(at("22:20")).rings == []


def test_a_schedule_that_was_there_before_its_hour_rings_when_the_time_becomes_known_within_the_grace() -> None:
    world = World(at("21:59:00"), trusted=False).run_until(at("22:00:20"))
    world.trusted = True
    assert world.run_until(at("22:20")).outcome() == "rung"
    late = World(at("21:00:00"), trusted=False).run_until(at("22:02:30"))
    late.trusted = True
    assert late.run_until(at("22:40")).outcome() is None


def test_a_schedule_that_is_written_down_within_its_grace_begins_with_the_next_night_whenever_the_box_began() -> None:
    world = World(at("21:00:00"), ()).run_until(at("22:00:30"))
    world.entries = (NIGHTLY,)
    assert world.run_until(at("22:20")).rings == []
    world.entries = ()
    tomorrow = TONIGHT + timedelta(days=1)
    world.run_until(at("22:00:30", tomorrow))
    world.entries = (NIGHTLY,)
    assert world.run_until(at("22:20", tomorrow)).rings == []


def test_a_schedule_adopted_under_a_clock_ahead_rings_though_it_is_put_right_within_the_grace() -> None:
    world = World(at("21:00"), ahead_s=5400.0).run_until(at("22:00:20")).step(-5400.0)
    assert world.run_until(at("22:20")).outcome() == "rung"


def test_the_next_night_is_not_rung_so_soon_after_the_last_whatever_the_clock_says() -> None:
    world = World(at("21:40")).run_until(at("22:00:05")).step(86400.0).run_until(at("22:10"))
    assert len(world.rings) == 1


@pytest.mark.parametrize(
    ("set_at", "grace_s", "rings_at"), [("22:00", 60.0, "22:00:30"), ("22:01:57", 120.0, "22:01:57")]
)
def test_a_clock_that_was_just_set_is_believed_after_half_the_grace_or_at_its_last_moment(
    set_at: str, grace_s: float, rings_at: str
) -> None:
    nightly = replace(NIGHTLY, grace_s=grace_s)
    world = World(at("21:50"), (nightly,), ahead_s=-3600.0).run_until(at(set_at)).step(3600.0)
    world.look()
    world.run_until(at("22:10"))
    assert [rang for rang, _ in world.rings] == [at(rings_at)]


def test_a_night_is_filed_though_the_clock_was_days_ahead_before() -> None:
    world = World(at("20:50"), ahead_s=3 * 86400.0 + 3600.0).run_until(at("21:20")).step(-3 * 86400.0 - 3600.0)
    world.hindered = "muted"
    assert world.run_until(at("22:20")).outcome() == "muted"


def test_a_night_that_was_filed_as_missed_does_not_ring_when_its_hour_comes_again() -> None:
    world = World(at("21:50"), hindered="muted").run_until(at("22:20"))
    world.hindered = None
    world.step(-3600.0).run_until(at("23:30"))
    assert (world.outcome(), world.rings) == ("muted", [])
