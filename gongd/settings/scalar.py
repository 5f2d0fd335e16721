"""What people type and what it means: ids, numbers, volumes, durations, telephone numbers."""

import re
import unicodedata
from functools import partial
from pathlib import Path

from gongd.core.words import Text
from gongd.settings.finding import clip_words, guess
from gongd.settings.kind import Scalar, Unfit
from gongd.settings.model import RESERVED_IDS, Turn

_RANGE = Text(vi="Phải từ {least} đến {most}", en="Must be {least} to {most}")
_RESERVED = Text(
    vi='Tên "{name}" dành riêng cho hệ thống: chọn tên khác', en='"{name}" is reserved: choose another name'
)


def fold(text: str) -> str:
    """Lower case, no diacritics, đ = d, single spaces: how words are compared."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────

_SLUG = r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"


def _slug(text: str, reserved: frozenset[str] = frozenset()) -> str:
    if not re.fullmatch(_SLUG, text):
        close = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:40].strip("-")
        raise Unfit(hint=Text(vi=f' Có phải "{close}"?', en=f' Did you mean "{close}"?') if close else None)
    if text in reserved:
        raise Unfit(_RESERVED.fill(name=text))
    return text


_SLUG_WORDS = Text(
    vi="tên gồm chữ thường không dấu, số và dấu - (ví dụ thon-3)",
    en="a name of small plain letters, digits and - (as thon-3)",
)
NAME = Scalar(_slug, _SLUG_WORDS, {"type": "string", "pattern": f"^{_SLUG}$"})
TOPIC_NAME = Scalar(
    partial(_slug, reserved=RESERVED_IDS),
    _SLUG_WORDS,
    {"type": "string", "pattern": f"^{_SLUG}$", "not": {"enum": sorted(RESERVED_IDS)}},
)
PLACE_OR_ALL = Scalar(_slug, _SLUG_WORDS, {"type": "string", "pattern": f"^{_SLUG}$"})


def _words(text: str, most: int = 200) -> str:
    flat = " ".join(text.split())
    if not flat or len(flat) > most:
        raise Unfit
    return flat


WORDS = Scalar(_words, Text(vi="vài chữ (nhiều nhất 200)", en="some words (at most 200 letters)"), {"type": "string"})


def _path(text: str) -> Path:
    if not text.startswith("/") or "\0" in text:
        raise Unfit
    return Path(text)


PATH = Scalar(
    _path, Text(vi="đường dẫn bắt đầu bằng /", en="a path that starts with /"), {"type": "string", "pattern": "^/"}
)


def _phone(text: str) -> str:
    plain = text.strip()
    if not re.fullmatch(r"\+?\d(?:[ .-]?\d){2,14}", plain):
        raise Unfit
    return plain


PHONE = Scalar(
    _phone,
    Text(vi="số điện thoại (ví dụ 0345 677 123)", en="a telephone number (as 0345 677 123)"),
    {"type": ["string", "integer"]},
)


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?", text):
        raise Unfit
    return text


HOST = Scalar(_host, Text(vi="tên máy chủ hoặc địa chỉ IP", en="a host name or an IP address"), {"type": "string"})


def _topic(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text):
        raise Unfit
    return text


TOPIC = Scalar(
    _topic,
    Text(vi="một từ không dấu, không có / + #", en="one plain word without / + #"),
    {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
)

# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def whole(least: int, most: int, vi: str = "số nguyên", en: str = "a whole number") -> Scalar[int]:
    """A whole number of a range."""

    def parse(text: str) -> int:
        plain = text.strip()
        if not re.fullmatch(r"[0-9]{1,9}", plain) or not least <= int(plain) <= most:
            raise Unfit
        return int(plain)

    expected = Text(vi=f"{vi} từ {least} đến {most}", en=f"{en} from {least} to {most}")
    return Scalar(parse, expected, {"type": "integer", "minimum": least, "maximum": most})


PIN = whole(0, 27, "chân BCM, số", "a BCM pin")
VOLUME = whole(0, 100, "âm lượng", "a volume")
_SWITCHES = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_MEANT = {"yes": "true", "on": "true", "co": "true", "1": "true", "no": "false", "off": "false", "khong": "false"}


def _switch(text: str) -> bool:
    if text not in _SWITCHES:
        raise Unfit(hint=guess(_MEANT.get(fold(text), text), ("true", "false")))
    return _SWITCHES[text]


SWITCH = Scalar(_switch, Text(vi="true hoặc false", en="true or false"), {"type": "boolean"})


def _turn(text: str) -> Turn:
    found = re.fullmatch(r"(\d)\s*(?:/|of|trên)\s*(\d)", " ".join(text.split()))
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise Unfit
    return Turn(int(found[1]), int(found[2]))


TURN = Scalar(_turn, Text(vi="lượt, ví dụ 1 of 2", en="a turn, as 1 of 2"), {"type": "string"})


def _repeat(text: str) -> int | None:
    plain = fold(text)
    if plain == "until-stopped":
        return None
    found = re.fullmatch(r"(\d{1,2})(?: (?:lan|times|x))?", plain)
    if plain == "once" or (found and int(found[1]) >= 1):
        return int(found[1]) if found else 1
    raise Unfit(hint=guess(plain, ("until-stopped", "once")))


REPEAT = Scalar(
    _repeat,
    Text(vi="until-stopped, once hoặc số lần (1 đến 99)", en="until-stopped, once or a number of times (1 to 99)"),
    {"anyOf": [{"enum": ["until-stopped", "once"]}, {"type": "integer", "minimum": 1, "maximum": 99}]},
)

# ── Durations ────────────────────────────────────────────────────────────────────────────────────────────────────

_UNITS_S = (
    (0.001, ("ms",)),
    (1.0, ("s", "giay", "sec", "second", "seconds")),
    (60.0, ("m", "phut", "min", "minute", "minutes")),
    (3600.0, ("h", "gio", "gio dong ho", "hour", "hours")),
    (86400.0, ("d", "ngay", "day", "days")),
)
_SECONDS_OF = {word: size_s for size_s, words in _UNITS_S for word in words}
_PIECE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]+(?: dong ho)?)\s*")
_NO_UNIT = Text(vi="Thiếu đơn vị sau {number}: {units}", en="No unit after {number}: {units}")
DURATION_PATTERN = r"^\s*(\d+([.,]\d+)?\s*[A-Za-zÀ-ỹ]+( đồng hồ)?\s*)+$"


def seconds(text: str) -> float:
    """`500ms`, `5m`, `1,5 giây`, `1m 30s`, `7d` in seconds. Raises Unfit."""
    plain = fold(text)
    total_s, at = 0.0, 0
    while at < len(plain):
        found = _PIECE.match(plain, at)
        if not found or found[2] not in _SECONDS_OF or len(found[1]) > 12:
            raise Unfit
        total_s += float(found[1].replace(",", ".")) * _SECONDS_OF[found[2]]
        at = found.end()
    return round(total_s, 6)


def spell_s(duration_s: float) -> str:
    """Seconds as the file writes them: `5m`, `500ms`."""
    for size_s, (word, *_) in reversed(_UNITS_S):
        count = round(duration_s / size_s, 6)
        if count >= 1 and count == int(count):
            return f"{int(count)}{word}"
    return f"{duration_s:g}s"


def duration(least_s: float, most_s: float) -> Scalar[float]:
    """A duration of a range, in seconds."""
    least, most = spell_s(least_s), spell_s(most_s)

    def parse(text: str) -> float:
        number = text.strip()
        if re.fullmatch(r"\d+([.,]\d+)?", number) and float(number.replace(",", ".")) != 0:
            units = Text(vi="ms, s (giây), m (phút), h (giờ) hoặc d (ngày)", en="ms, s, m, h or d")
            raise Unfit(_NO_UNIT.fill(number=clip_words(number), units=units))
        value_s = 0.0 if number == "0" else seconds(text)
        if not text.strip() or not least_s <= value_s <= most_s:
            raise Unfit(_RANGE.fill(least=least, most=most) if text.strip() else None)
        return value_s

    expected = Text(
        vi=f"thời gian từ {least} đến {most}, ví dụ {example(least_s, most_s)}",
        en=f"a duration from {least} to {most}, as {example(least_s, most_s)}",
    )
    shape = {"anyOf": [{"type": "string", "pattern": DURATION_PATTERN}, {"const": 0}]}
    return Scalar(parse, expected, shape)


def example(least_s: float, most_s: float) -> str:
    """A duration that a person could write within a range."""
    return next((word for word, size_s in _EXAMPLES if least_s <= size_s <= most_s), spell_s(most_s))


_EXAMPLES = (("2s", 2.0), ("500ms", 0.5), ("5m", 300.0), ("7d", 604800.0))
