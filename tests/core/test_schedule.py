"""When a schedule is due, and what the clock says of it."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from gongd.core.moment import Moment
from gongd.core.schedule import Days, Entry, Occurrence, Verdict, is_excepted, preview, slots, verdict
from tests.core.night_world import NIGHTLY, TONIGHT, at, daily_after

DUE = Occurrence("nightly", "peace", TONIGHT, at("22:00"), 120.0)


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ("21:59:59.999999", Verdict.WAIT),
        ("22:00:00", Verdict.RING),
        ("22:02:00", Verdict.RING),
        ("22:02:00.000001", Verdict.MISS),
        ("23:59:59", Verdict.MISS),
    ],
)
def test_it_rings_from_its_time_until_its_grace_is_over(clock: str, said: Verdict) -> None:
    assert verdict(DUE, Moment(at(clock), 0.0, trusted=True)) is said


@pytest.mark.parametrize("clock", ["21:00", "22:00", "23:00"])
def test_nothing_is_decided_by_a_clock_that_nobody_trusts(clock: str) -> None:
    assert verdict(DUE, Moment(at(clock), 0.0, trusted=False)) is Verdict.UNDECIDED


def test_an_excepted_night_does_not_ring() -> None:
    assert verdict(replace(DUE, excepted=True), Moment(at("22:00"), 0.0, trusted=True)) is Verdict.MISS


def test_an_entry_with_one_time_keeps_its_name() -> None:
    assert slots(NIGHTLY) == (NIGHTLY,)


def test_each_of_several_times_is_a_schedule_of_its_own() -> None:
    entry = Entry("loa", "peace", (time(5), time(17, 30), time(17, 30, 15)))
    assert [slot.id for slot in slots(entry)] == ["loa@05:00", "loa@17:30", "loa@17:30:15"]
    assert [slot.at for slot in slots(entry)] == [(time(5),), (time(17, 30),), (time(17, 30, 15),)]


def test_exceptions_are_single_days_and_closed_ranges() -> None:
    days = Days(excepted=((date(2027, 2, 5), date(2027, 2, 8)), (date(2027, 3, 1), date(2027, 3, 1))))
    said = [is_excepted(days, date(2027, 2, day)) for day in (4, 5, 8, 9)]
    assert said == [False, True, True, False]
    assert is_excepted(days, date(2027, 3, 1))


def test_a_preview_shows_everything_in_order_and_marks_exceptions() -> None:
    morning = Entry("sang", "test", (time(5), time(6)))
    nightly = replace(NIGHTLY, days=Days(excepted=((TONIGHT, TONIGHT),)))
    shown = preview((nightly, morning), at("06:00"), 1.0, daily_after)
    assert [(each.schedule, each.signal, each.due, each.excepted) for each in shown] == [
        ("nightly", "peace", at("22:00"), True),
        ("sang@05:00", "test", at("05:00") + timedelta(days=1), False),
        ("sang@06:00", "test", at("06:00") + timedelta(days=1), False),
    ]
