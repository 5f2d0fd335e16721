"""A rhythm in its canonical text: digits, Vietnamese with diacritics, `, ` between items, `1.5s`."""

from decimal import Decimal

from gongd.core.pattern import Tone
from gongd.core.rhythm import Blasts, Groups, Item, Length, Manner, Pace, Repeat, Rest, Rhythm, Rolls, Strokes, Unbroken

_PACES = {Pace.SEPARATE: "", Pace.SLOW: " chậm", Pace.FAST: " nhanh", Pace.HURRIED: " dồn dập"}
_LENGTHS = {Length.USUAL: "", Length.SHORT: " ngắn", Length.LONG: " dài"}
_MANNERS = {Manner.UNBROKEN: "liên thanh", Manner.ROLL_UPON_ROLL: "liên hồi", Manner.FIVES: "ngũ liên"}
_TONES = {Tone.STEADY: "", Tone.WAILING: " hú"}


def format_rhythm(rhythm: Rhythm) -> str:
    """The canonical text; `parse` reads the same rhythm from it."""
    return _series(rhythm.items)


def _series(items: tuple[Item, ...]) -> str:
    return ", ".join(_item(item) for item in items)


def _item(item: Item) -> str:
    match item:
        case Strokes(count, every):
            return f"{count} tiếng" + (_PACES[every] if isinstance(every, Pace) else f" mỗi {_seconds(every)}")
        case Rolls(count, each, even):
            length, seconds = (_LENGTHS[each], "") if isinstance(each, Length) else ("", f" {_seconds(each)}")
            return f"{count} hồi{length}{' đều' if even else ''}{seconds}"
        case Groups(count, strokes):
            return f"{count} hồi, mỗi hồi {strokes} tiếng"
        case Unbroken(duration_s, manner):
            return f"{_MANNERS[manner]} {_seconds(duration_s)}"
        case Blasts():
            return _blasts(item)
        case Rest(duration_s):
            return f"nghỉ {_seconds(duration_s)}"
        case Repeat(items, count):
            return f"({_series(items)}) x {count}"


def _blasts(blasts: Blasts) -> str:
    lone = blasts.count == 1 and blasts.gap_s is None
    head = "còi" if lone else f"{blasts.count} hồi còi"
    gap = "" if blasts.gap_s is None else f" cách {_seconds(blasts.gap_s)}"
    return f"{head}{_TONES[blasts.tone]} {_seconds(blasts.each_s)}{gap}"


def _seconds(span_s: float) -> str:
    """Every digit that the number has, and no exponent: reading it gives the same number."""
    return format(Decimal(repr(float(span_s))), "f").rstrip("0").rstrip(".") + "s"
