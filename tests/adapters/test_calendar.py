"""Occurrences of schedules, through the real triggers."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.adapters.calendar import TriggerCalendar
from gongd.core.schedule import Days, Entry, preview

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = (time(22),)


def dues(entry: Entry, start: datetime, days: float) -> list[datetime]:
    """When it is due, in the zone of `start`."""
    assert start.tzinfo is not None
    calendar = TriggerCalendar(start.tzinfo)
    return [occurrence.due for occurrence in preview((entry,), start, days, calendar.next_after)]


def test_daily_is_every_night_at_its_time() -> None:
    found = dues(Entry("n", "peace", NIGHT), datetime(2026, 12, 30, tzinfo=VIETNAM), 3)
    assert found == [datetime(2026, 12, day, 22, tzinfo=VIETNAM) for day in (30, 31)] + [
        datetime(2027, 1, 1, 22, tzinfo=VIETNAM)
    ]


def test_the_next_one_is_strictly_later() -> None:
    calendar = TriggerCalendar(VIETNAM)
    entry = Entry("n", "peace", NIGHT)
    due = datetime(2026, 11, 21, 22, tzinfo=VIETNAM)
    assert calendar.next_after(entry, due) == due + timedelta(days=1)
    assert calendar.next_after(entry, due - timedelta(microseconds=1)) == due
    assert calendar.next_after(entry, (due - timedelta(seconds=1)).astimezone(UTC)) == due


@pytest.mark.parametrize("number", range(7))
def test_weekdays_are_counted_from_monday(number: int) -> None:
    entry = Entry("n", "peace", NIGHT, Days(weekdays=frozenset({number})))
    found = dues(entry, datetime(2026, 11, 1, tzinfo=VIETNAM), 21)
    assert [due.weekday() for due in found] == [number] * 3


def test_first_and_last_days_are_both_included() -> None:
    entry = Entry("n", "peace", NIGHT, Days(first=date(2026, 11, 10), last=date(2026, 11, 12)))
    found = dues(entry, datetime(2026, 11, 1, tzinfo=VIETNAM), 30)
    assert [due.day for due in found] == [10, 11, 12]


def test_one_off_dates_come_in_order_and_end() -> None:
    entry = Entry("n", "peace", NIGHT, Days(dates=(date(2027, 2, 5), date(2026, 12, 24))))
    assert [due.date() for due in dues(entry, datetime(2026, 11, 1, tzinfo=VIETNAM), 300)] == [
        date(2026, 12, 24),
        date(2027, 2, 5),
    ]
    assert TriggerCalendar(VIETNAM).next_after(entry, datetime(2027, 3, 1, tzinfo=VIETNAM)) is None


def test_exceptions_are_left_in() -> None:
    excepted = ((date(2026, 11, 22), date(2026, 11, 23)),)
    found = dues(Entry("n", "peace", NIGHT, Days(excepted=excepted)), datetime(2026, 11, 21, tzinfo=VIETNAM), 4)
    assert [due.day for due in found] == [21, 22, 23, 24]


def test_no_weekday_at_all_is_never() -> None:
    entry = Entry("n", "peace", NIGHT, Days(weekdays=frozenset()))
    assert TriggerCalendar(VIETNAM).next_after(entry, datetime(2026, 11, 1, tzinfo=VIETNAM)) is None


def test_several_times_a_day_come_in_order() -> None:
    entry = Entry("n", "peace", (time(17, 30), time(5)))
    calendar = TriggerCalendar(VIETNAM)
    first = calendar.next_after(entry, datetime(2026, 11, 21, tzinfo=VIETNAM))
    assert first == datetime(2026, 11, 21, 5, tzinfo=VIETNAM)
    assert calendar.next_after(entry, first) == datetime(2026, 11, 21, 17, 30, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("zone", "face", "start"),
    [
        ("Europe/Berlin", time(2, 30), date(2026, 3, 27)),
        ("Europe/Berlin", time(2, 30), date(2026, 10, 23)),
        ("Europe/Berlin", time(2), date(2026, 10, 23)),
        ("America/Nuuk", time(23, 30), date(2025, 3, 27)),
        ("America/Nuuk", time(22, 30), date(2024, 3, 28)),
        ("Australia/Lord_Howe", time(2, 15), date(2026, 10, 2)),
        ("Africa/Cairo", time(0, 30), date(2026, 4, 22)),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_rings_once_on_its_date(zone: str, face: time, start: date) -> None:
    begin = datetime.combine(start, time.min, ZoneInfo(zone))
    found = dues(Entry("n", "peace", (face,)), begin, 5)
    assert [due.date() for due in found] == [start + timedelta(days=n) for n in range(5)]
    assert found == sorted(found, key=lambda due: due.astimezone(UTC))


def test_a_day_that_a_zone_skips_altogether_has_no_night() -> None:
    found = dues(Entry("n", "peace", NIGHT), datetime(2011, 12, 29, tzinfo=ZoneInfo("Pacific/Apia")), 3.99)
    assert [due.day for due in found] == [29, 31, 1]


@settings(max_examples=60, deadline=None)
@given(
    minutes=st.lists(st.integers(0, 60 * 24 * 400), min_size=1, max_size=6),
    zone=st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin"]),
)
def test_what_was_asked_before_never_changes_the_answer(minutes: list[int], zone: str) -> None:
    entry = Entry("n", "peace", (time(2, 30), time(22)))
    asked_often = TriggerCalendar(ZoneInfo(zone))
    for minute in minutes:
        after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
        assert asked_often.next_after(entry, after) == TriggerCalendar(ZoneInfo(zone)).next_after(entry, after)
