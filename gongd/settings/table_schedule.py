"""The keys of one schedule."""

from datetime import date, timedelta
from functools import reduce

from gongd.core.schedule import Days, Entry
from gongd.core.words import Text
from gongd.settings.finding import Findings, Spoilt, Spot
from gongd.settings.kind import REQUIRED, Field, ListOf, Section, Values
from gongd.settings.scalar import NAME, duration
from gongd.settings.scalar_day import DATE, DATE_SPAN, TIME, WEEKDAYS

LONGEST_GRACE_S = 900.0
"""Ea Ô's ringer was telephoned at once after a late gong (signals.md): beyond minutes it is a false alarm."""

_BOTH = Text(
    vi='"dates" (ngày nhất định) không đi cùng "{key}": tách thành hai lịch',
    en='"dates" (single days) cannot stand with "{key}": make it two schedules',
)
_BACKWARDS = Text(vi='"until" đứng trước "from"', en='"until" comes before "from"')
_NO_TIME = Text(vi="Không có giờ nào", en="There is no time of day")
_NO_DAY = Text(vi="Không có ngày nào", en="There is no day")
_TWICE = Text(vi="Giờ {at} viết hai lần", en="The time {at} twice")


def _entry(values: Values, spot: Spot, findings: Findings) -> Entry:
    at = values["at"]
    if not at:
        findings.note(spot.at("at"), (*spot.path, "at"), _NO_TIME)
        raise Spoilt
    for moment in sorted({one for one in at if at.count(one) > 1}):
        text = _TWICE.fill(at=moment.strftime("%H:%M"))
        findings.note(spot.at("at"), (*spot.path, "at"), text)
    days = _one_off(values, spot, findings) if "dates" in values else _weekly(values, spot, findings)
    return Entry(values["id"], values["signal"], tuple(dict.fromkeys(at)), days, values["grace"])


def _one_off(values: Values, spot: Spot, findings: Findings) -> Days:
    for key in ("days", "from", "until"):
        if key in values:
            findings.note(spot.at(key), (*spot.path, key), _BOTH.fill(key=key))
            raise Spoilt
    dates = sorted({day for span in values["dates"] for day in _days_of(span)})
    if not dates:
        findings.note(spot.at("dates"), (*spot.path, "dates"), _NO_DAY)
        raise Spoilt
    return Days(dates=tuple(dates), excepted=values["except"])


def _weekly(values: Values, spot: Spot, findings: Findings) -> Days:
    first, last = values.get("from"), values.get("until")
    if first and last and last < first:
        findings.note(spot.at("until"), (*spot.path, "until"), _BACKWARDS)
        raise Spoilt
    weekdays = reduce(frozenset.union, values["days"], frozenset()) if "days" in values else frozenset(range(7))
    if not weekdays:
        findings.note(spot.at("days"), (*spot.path, "days"), _NO_DAY)
        raise Spoilt
    return Days(weekdays=weekdays, first=first, last=last, excepted=values["except"])


def _days_of(span: tuple[date, date]) -> tuple[date, ...]:
    first, last = span
    return tuple(first + timedelta(days=step) for step in range((last - first).days + 1))


SCHEDULE = Section(
    (
        Field(
            "id",
            NAME,
            Text(
                vi="Tên của lịch. Đổi tên là thành lịch mới trong nhật ký.",
                en="The schedule's name. A new name is a new schedule in the journal.",
            ),
            REQUIRED,
        ),
        Field("signal", NAME, Text(vi="Hiệu lệnh được phát.", en="The signal that sounds."), REQUIRED),
        Field(
            "at",
            ListOf(TIME, alone=True),
            Text(
                vi="Giờ trong ngày, có hoặc không có dấu nháy: 22:00. Nhiều giờ: [05:30, 22:00].",
                en="Time of day, with or without quotation marks: 22:00. Several: [05:30, 22:00].",
            ),
            REQUIRED,
        ),
        Field(
            "days",
            ListOf(WEEKDAYS, alone=True),
            Text(
                vi="Hằng ngày hoặc các ngày trong tuần, viết bằng tên: daily, monday, thứ hai, [sat, sun]. "
                "Không ghi: daily.",
                en="Every day or weekdays, by name: daily, monday, thứ hai, [sat, sun]. Left out: daily.",
            ),
        ),
        Field(
            "dates",
            ListOf(DATE_SPAN, alone=True),
            Text(
                vi="Chỉ những ngày này, thay cho days: [2026-11-21, 2026-12-01..2026-12-05].",
                en="On these days only, instead of days: [2026-11-21, 2026-12-01..2026-12-05].",
            ),
        ),
        Field("from", DATE, Text(vi="Từ ngày này.", en="From this day on.")),
        Field("until", DATE, Text(vi="Đến hết ngày này.", en="Until the end of this day.")),
        Field(
            "except",
            ListOf(DATE_SPAN, alone=True),
            Text(
                vi="Ngày nghỉ kẻng: [2026-02-16..2026-02-20].",
                en="Days on which it does not ring: [2026-02-16..2026-02-20].",
            ),
            (),
        ),
        Field(
            "grace",
            duration(1, LONGEST_GRACE_S),
            Text(
                vi="Cho phép trễ bao lâu; quá thì không đánh và ghi lý do. Không ghi: 2m.",
                en="How late it may still ring; later it is missed, with the reason. Left out: 2m.",
            ),
            120.0,
        ),
    ),
    _entry,
)
