"""Times of day, dates, weekdays and time zones, as people write them in Vietnamese and in English."""

import re
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from gongd.core.words import Text
from gongd.settings.finding import guess
from gongd.settings.kind import Scalar, Unfit
from gongd.settings.scalar import fold

_TIME = re.compile(r"(\d{1,2})(?::(\d\d)(?::(\d\d))?| ?(?:h|gio) ?(\d\d)?)")
_SEXAGESIMAL = Text(
    vi='Cần giờ như 22:00. "{typed}" có phải {hour:02d}:{minute:02d}?',
    en='Expected a time as 22:00. Did you mean {hour:02d}:{minute:02d} by "{typed}"?',
)


def _time(text: str) -> time:
    plain = fold(text)
    if re.fullmatch(r"\d{3,4}", plain):
        number = int(plain)
        hour, minute = divmod(number, 100) if number % 100 < 60 and number // 100 < 24 else divmod(number, 60)
        if hour < 24:
            raise Unfit(_SEXAGESIMAL.fill(typed=plain, hour=hour, minute=minute))
    found = _TIME.fullmatch(plain)
    if not found:
        raise Unfit
    try:
        return time(int(found[1]), int(found[2] or found[4] or 0), int(found[3] or 0))
    except ValueError as error:
        raise Unfit from error


TIME = Scalar(
    _time,
    Text(vi="giờ từ 00:00 đến 23:59, ví dụ 22:00", en="a time from 00:00 to 23:59, as 22:00"),
    {"type": "string", "pattern": r"^\s*\d{1,2}(:\d\d(:\d\d)?|\s?(h|giờ)\s?(\d\d)?)\s*$"},
)


def _date(text: str) -> date:
    plain = text.strip()
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", plain)
    year_first = (int(found[1]), int(found[2]), int(found[3])) if found else None
    found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", plain)
    parts = (int(found[3]), int(found[2]), int(found[1])) if found else year_first
    if parts is None or not 2000 <= parts[0] <= 2199:
        raise Unfit
    try:
        return date(*parts)
    except ValueError as error:
        raise Unfit(Text(vi=f"Không có ngày {plain}", en=f"There is no {plain}")) from error


_DATE_PATTERN = r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})"
DATE = Scalar(
    _date,
    Text(vi="ngày, ví dụ 2026-11-21 hoặc 21/11/2026", en="a date, as 2026-11-21 or 21/11/2026"),
    {"type": "string", "pattern": f"^\\s*{_DATE_PATTERN}\\s*$"},
)
_BACKWARDS = Text(vi="Ngày cuối đứng trước ngày đầu", en="The last day comes before the first")


def _span(text: str) -> tuple[date, date]:
    parts = re.split(r"\s*\.\.\s*|\s+(?:đến|den|to|-|–)\s+", text.strip())
    if len(parts) > 2:
        raise Unfit
    days = [_date(part) for part in parts]
    if days[-1] < days[0]:
        raise Unfit(_BACKWARDS)
    if days[-1] - days[0] > timedelta(days=366):
        raise Unfit(Text(vi="Khoảng dài hơn một năm", en="The range is over a year"))
    return days[0], days[-1]


DATE_SPAN = Scalar(
    _span,
    Text(
        vi="ngày hoặc khoảng ngày, ví dụ 2026-02-16 hoặc 2026-02-16..2026-02-20",
        en="a date or a range, as 2026-02-16 or 2026-02-16..2026-02-20",
    ),
    {"type": "string", "pattern": f"^\\s*{_DATE_PATTERN}(\\s*\\.\\.\\s*|\\s+(đến|to|-|–)\\s+|$)"},
)

_WEEKDAYS = (
    ("monday", "mon", "thu hai", "thu 2", "t2"),
    ("tuesday", "tue", "thu ba", "thu 3", "t3"),
    ("wednesday", "wed", "thu tu", "thu 4", "t4"),
    ("thursday", "thu", "thu nam", "thu 5", "t5"),
    ("friday", "fri", "thu sau", "thu 6", "t6"),
    ("saturday", "sat", "thu bay", "thu 7", "t7"),
    ("sunday", "sun", "chu nhat", "cn"),
)
_WEEKDAY = {word: number for number, words in enumerate(_WEEKDAYS) for word in words}
_DAILY = frozenset({"daily", "hang ngay", "hang dem", "moi ngay", "moi dem"})
_NO_NUMBERS = Text(
    vi="Ngày trong tuần viết bằng tên (thứ hai, monday), không bằng số; ngày trong tháng viết ở dates",
    en="Weekdays are written by name (monday, thứ hai), never as numbers; days of a month stand under dates",
)


def _weekdays(text: str) -> frozenset[int]:
    plain = fold(text)
    if plain in _DAILY:
        return frozenset(range(7))
    if re.match(r"\d", plain):
        raise Unfit(_NO_NUMBERS)
    parts = re.split(r"\s*\.\.\s*|\s+(?:den|to)\s+|\s*[-–]\s*", plain)
    numbers = [_WEEKDAY.get(part) for part in parts]
    if len(numbers) > 2 or None in numbers:
        raise Unfit(hint=guess(plain, [*_WEEKDAY, *_DAILY]))
    first, last = numbers[0] or 0, numbers[-1] or 0
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


WEEKDAYS = Scalar(
    _weekdays,
    Text(vi="daily hoặc tên ngày (thứ hai ... chủ nhật, monday)", en="daily or weekday names (monday, thứ hai)"),
    {"type": "string", "examples": ["daily", "monday", "saturday", "thứ hai", "chủ nhật", "monday..friday"]},
)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Unfit(hint=guess_zone(text)) from error


def guess_zone(text: str) -> Text:
    """The zone that was meant: Hà Nội and Saigon keep the time of Ho Chi Minh City."""
    typed = fold(text)
    if any(word in typed for word in ("noi", "hanoi", "saigon", "sai gon", "viet", "gmt+7", "utc+7", "+07")):
        return guess("Asia/Ho_Chi_Minh", ("Asia/Ho_Chi_Minh",))
    names = {name.casefold(): name for name in available_timezones()}
    close = guess(text, names)
    for low, name in names.items():
        close = Text(vi=close.vi.replace(f'"{low}"', f'"{name}"'), en=close.en.replace(f'"{low}"', f'"{name}"'))
    return close


TIMEZONE = Scalar(
    _zone,
    Text(vi="múi giờ, ví dụ Asia/Ho_Chi_Minh", en="a time zone, as Asia/Ho_Chi_Minh"),
    {"type": "string"},
)
