"""The kinds of words on a command line: numbers, times, durations, choices."""

import re
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path

from gongd.cli.usage import Kind, Unfit
from gongd.core.words import Text

MOST_DAYS = 400
LONGEST_PRESS_S = 600.0
_UNITS_S = {"ms": 0.001, "s": 1.0, "giây": 1.0, "": 1.0, "m": 60.0, "phút": 60.0}


def _word(text: str) -> str:
    if not text.strip():
        raise Unfit
    return text


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise Unfit
    return Path(text)


def _days(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MOST_DAYS:
        raise Unfit
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < 1:
        raise Unfit
    return int(text)


def _years(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{1,4})?", text) or float(text.replace(",", ".")) <= 0:
        raise Unfit
    return float(text.replace(",", "."))


def _duration_s(text: str) -> float:
    found = re.fullmatch(r"(\d{1,6}(?:[.,]\d{1,6})?) ?(\D*)", text.strip())
    unit = _UNITS_S.get(found[2].strip()) if found else None
    if not found or unit is None:
        raise Unfit
    duration_s = float(found[1].replace(",", ".")) * unit
    if duration_s > LONGEST_PRESS_S:
        raise Unfit
    return duration_s


def _time(text: str) -> time:
    if not re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
        raise Unfit
    hour, minute, second = (int(part) for part in f"{text}:00".split(":")[:3])
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise Unfit from error


def _date(text: str) -> date:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise Unfit


def choice(options: type[StrEnum]) -> Kind:
    """One of an enum's values."""

    def read(text: str) -> StrEnum:
        try:
            return options(text)
        except ValueError as error:
            raise Unfit from error

    known = tuple(option.value for option in options)
    return Kind(read, Text(" | ".join(known), " | ".join(known)), known)


WORD = Kind(_word, Text("một từ", "a word"))
TEXT = Kind(_word, Text("vài chữ", "some words"))
FILE = Kind(_path, Text("đường dẫn tệp", "the path of a file"))
FOLDER = Kind(_path, Text("đường dẫn thư mục", "the path of a folder"))
DAYS = Kind(_days, Text(f"số ngày từ 1 đến {MOST_DAYS}", f"a number of days from 1 to {MOST_DAYS}"))
COUNT = Kind(_count, Text("một số từ 1", "a number from 1"))
YEARS = Kind(_years, Text("số năm, ví dụ 1 hoặc 0,1", "a number of years, as 1 or 0.1"))
DURATION = Kind(_duration_s, Text("thời gian đến 10 phút, ví dụ 2s", "a duration up to 10 minutes, as 2s"))
TIME = Kind(_time, Text("giờ, ví dụ 21:47", "a time, as 21:47"))
DATE = Kind(_date, Text("ngày, ví dụ 21/11/2026", "a date, as 21/11/2026"))
