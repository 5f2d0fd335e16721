"""The ringers' own notation as values, the default tempi, and how a rhythm is laid out on the axis of time.

How it is written and read: gongd/core/notation.py. Tempi and meanings: language.md, section 6.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from gongd.core.pattern import Blast, Pattern, Stroke, Tone

MAX_STROKES = 99
MAX_ROLLS = 20
MAX_REPEATS = 100
MAX_DEPTH = 2
MAX_DURATION_S = 600.0
SHORTEST_S = 0.1
"""No sound lasts, and no stroke follows another, in less: a striker is driven for 80 ms and must fall back."""


class Pace(StrEnum):
    """How quickly strokes follow one another. SEPARATE (tiếng rời) is meant where nothing is said."""

    SEPARATE = "separate"
    SLOW = "slow"
    FAST = "fast"
    HURRIED = "hurried"


class Length(StrEnum):
    """How long a roll is, where no seconds are given."""

    USUAL = "usual"
    SHORT = "short"
    LONG = "long"


class Manner(StrEnum):
    """How an unbroken alarm is beaten: liên thanh, liên hồi (roll upon roll), ngũ liên (fives, again and again)."""

    UNBROKEN = "unbroken"
    ROLL_UPON_ROLL = "roll-upon-roll"
    FIVES = "fives"


def _count(name: str, count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise ValueError(f"{name} must be 1 to {most}, not {count}")


def _span(name: str, span_s: float, least_s: float = SHORTEST_S) -> None:
    if not (least_s <= span_s <= MAX_DURATION_S and span_s > 0):
        raise ValueError(f"{name} must be {least_s} to {MAX_DURATION_S:.0f} s, not {span_s}")


@dataclass(frozen=True, slots=True)
class Strokes:
    """`9 tiếng`: single strokes. `every` is a named pace or the seconds from stroke to stroke."""

    count: int
    every: Pace | float = Pace.SEPARATE

    def __post_init__(self) -> None:
        _count("strokes", self.count, MAX_STROKES)
        if not isinstance(self.every, Pace):
            _span("every", self.every)


@dataclass(frozen=True, slots=True)
class Rolls:
    """`1 hồi`: rolls, each from slow to fast, or `even` (hồi đều). `each` is a named length or seconds."""

    count: int
    each: Length | float = Length.USUAL
    even: bool = False

    def __post_init__(self) -> None:
        _count("rolls", self.count, MAX_ROLLS)
        if not isinstance(self.each, Length):
            _span("each", self.each)


@dataclass(frozen=True, slots=True)
class Groups:
    """`10 hồi, mỗi hồi 3 tiếng`: groups of quick strokes."""

    count: int
    strokes: int

    def __post_init__(self) -> None:
        _count("groups", self.count, MAX_ROLLS)
        _count("strokes", self.strokes, MAX_STROKES)


@dataclass(frozen=True, slots=True)
class Unbroken:
    """`liên thanh 20s`: beaten without a pause for `duration_s` seconds."""

    duration_s: float
    manner: Manner = Manner.UNBROKEN

    def __post_init__(self) -> None:
        _span("duration_s", self.duration_s)


@dataclass(frozen=True, slots=True)
class Blasts:
    """`5 hồi còi 30s cách 5s`: blasts of `each_s` seconds with `gap_s` of silence between; None is the default."""

    count: int
    each_s: float
    tone: Tone = Tone.STEADY
    gap_s: float | None = None

    def __post_init__(self) -> None:
        _count("blasts", self.count, MAX_ROLLS)
        _span("each_s", self.each_s)
        if self.gap_s is not None:
            _span("gap_s", self.gap_s)


@dataclass(frozen=True, slots=True)
class Rest:
    """`nghỉ 2s`: silence. It takes the place of the default silence after a roll, a group or several blasts."""

    duration_s: float

    def __post_init__(self) -> None:
        _span("duration_s", self.duration_s, least_s=0.0)


@dataclass(frozen=True, slots=True)
class Repeat:
    """`(...) x 10`: a series, again and again. A repeat may hold repeats, but those may not."""

    items: "tuple[Item, ...]"
    count: int

    def __post_init__(self) -> None:
        _count("repeats", self.count, MAX_REPEATS)
        if not self.items or depth(self.items) >= MAX_DEPTH:
            raise ValueError(f"a repeat holds something, and is at most {MAX_DEPTH} deep")


Sounding = Strokes | Rolls | Groups | Unbroken | Blasts
Item = Sounding | Rest | Repeat


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A series of items, played one after the other."""

    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Tempo:
    """What is meant where nothing is said, in seconds: language.md, section 6.

    Not from there, and proposals like all of it: `even_roll_gap_s` (as *nhanh*) and `blast_rest_s`, the silence
    between several blasts (Huế's siren code has 5 s between its blasts of 30 s).
    """

    stroke_gap_s: float = 1.5
    fast_gap_s: float = 0.5
    slow_gap_s: float = 2.5
    hurried_gap_s: float = 0.25
    unbroken_gap_s: float = 0.25
    roll_s: float = 10.0
    short_roll_s: float = 6.0
    long_roll_s: float = 15.0
    roll_first_gap_s: float = 1.2
    roll_last_gap_s: float = 0.15
    even_roll_gap_s: float = 0.5
    roll_rest_s: float = 2.0
    fives_rest_s: float = 0.6
    group_rest_s: float = 1.0
    blast_rest_s: float = 5.0

    def __post_init__(self) -> None:
        for field in fields(self):
            _span(field.name, getattr(self, field.name))

    def gap_s(self, every: Pace | float) -> float:
        """Seconds from stroke to stroke."""
        match every:
            case Pace.SEPARATE:
                return self.stroke_gap_s
            case Pace.SLOW:
                return self.slow_gap_s
            case Pace.FAST:
                return self.fast_gap_s
            case Pace.HURRIED:
                return self.hurried_gap_s
        return every

    def length_s(self, each: Length | float) -> float:
        """Seconds of one roll."""
        match each:
            case Length.USUAL:
                return self.roll_s
            case Length.SHORT:
                return self.short_roll_s
            case Length.LONG:
                return self.long_roll_s
        return each

    def blast_gap_s(self, blasts: Blasts) -> float:
        """The silence between blasts, and after the last of them. A lone blast has none unless it says so."""
        if blasts.gap_s is not None:
            return blasts.gap_s
        return self.blast_rest_s if blasts.count > 1 else 0.0


DEFAULT_TEMPO = Tempo()

SOFTEST = 0.5
"""Strength of the first stroke of a roll; it swells to 1 at the last."""


@dataclass(frozen=True, slots=True)
class Part:
    """One sounding or silent piece, from its own instant 0 to `span_s`; every stroke owns the gap after it.

    `rest_s` is the default silence that follows unless a written rest takes its place.
    """

    strokes: tuple[Stroke, ...]
    blasts: tuple[Blast, ...]
    span_s: float
    rest_s: float = 0.0

    @property
    def silent(self) -> bool:
        """Is it a written rest?"""
        return not self.strokes and not self.blasts


def lay_out(rhythm: Rhythm, tempo: Tempo = DEFAULT_TEMPO) -> Pattern:
    """Every stroke and blast of one pass at its instant.

    The last stroke keeps its own gap and the default silence after it, so that passes laid end to end sound like
    one series: `9 tiếng` again and again stays even, `1 hồi` again and again has its 2 s of silence.
    """
    strokes: list[Stroke] = []
    blasts: list[Blast] = []
    end_s = 0.0
    for at_s, part in placed(rhythm, tempo):
        strokes += (Stroke(round(at_s + one.at_s, 6), one.strength) for one in part.strokes)
        blasts += (Blast(round(at_s + one.at_s, 6), one.duration_s, one.tone) for one in part.blasts)
        end_s = at_s + part.span_s + part.rest_s
    return Pattern(tuple(strokes), tuple(blasts), round(end_s, 6))


def sounding_s(rhythm: Rhythm, tempo: Tempo = DEFAULT_TEMPO) -> float:
    """Seconds until the last sound is over: its own gap counts, the silence that follows does not."""
    heard = (at_s + part.span_s for at_s, part in placed(rhythm, tempo) if not part.silent)
    return round(max(heard, default=0.0), 6)


def placed(rhythm: Rhythm, tempo: Tempo = DEFAULT_TEMPO) -> Iterator[tuple[float, Part]]:
    """Every part with the instant at which it begins, one at a time: the caller may stop when it is too long."""
    clock_s = rest_s = 0.0
    for part in _parts(rhythm.items, tempo):
        clock_s += 0.0 if part.silent else rest_s
        yield clock_s, part
        clock_s, rest_s = clock_s + part.span_s, part.rest_s


def depth(items: tuple[Item, ...]) -> int:
    """How many repeats stand inside one another."""
    return max((1 + depth(item.items) for item in items if isinstance(item, Repeat)), default=0)


def pieces(items: tuple[Item, ...]) -> int:
    """How many items one pass plays, repeats counted out."""
    return sum(item.count * pieces(item.items) if isinstance(item, Repeat) else 1 for item in items)


def _parts(items: tuple[Item, ...], tempo: Tempo) -> Iterator[Part]:
    for item in items:
        match item:
            case Repeat(inner, count):
                for _ in range(count):
                    yield from _parts(inner, tempo)
            case Rest(duration_s):
                yield Part((), (), duration_s)
            case Rolls(count, each, even):
                yield from [_roll(tempo.length_s(each), even, tempo, tempo.roll_rest_s)] * count
            case Groups(count, strokes):
                yield from [_evenly(strokes, tempo.fast_gap_s, tempo.group_rest_s)] * count
            case Strokes(count, every):
                yield _evenly(count, tempo.gap_s(every))
            case Blasts(count, each_s, tone):
                blast = Blast(0.0, each_s, tone)
                yield from [Part((), (blast,), each_s, tempo.blast_gap_s(item))] * count
            case Unbroken():
                yield from _unbroken(item, tempo)


def _evenly(count: int, gap_s: float, rest_s: float = 0.0) -> Part:
    return Part(tuple(Stroke(i * gap_s) for i in range(count)), (), count * gap_s, rest_s)


def _filling(span_s: float, gap_s: float) -> Part:
    """Even strokes that fill `span_s` exactly; the gap gives a little."""
    count = max(1, round(span_s / gap_s))
    return _evenly(count, span_s / count)


def _roll(span_s: float, even: bool, tempo: Tempo, rest_s: float) -> Part:
    part = _filling(span_s, tempo.even_roll_gap_s) if even else _swelling(span_s, tempo)
    return Part(part.strokes, (), span_s, rest_s)


def _swelling(span_s: float, tempo: Tempo) -> Part:
    """Strokes from the first gap to the last, each gap the same fraction of the one before; they fill `span_s`."""
    first_s, last_s = tempo.roll_first_gap_s, tempo.roll_last_gap_s
    mean_s = first_s if first_s == last_s else (first_s - last_s) / math.log(first_s / last_s)
    count = max(1, round(1 + (span_s - (first_s + last_s) / 2) / mean_s))
    whole = max(1, count - 1)
    gaps = [first_s * (last_s / first_s) ** (i / whole) for i in range(count)]
    scale = span_s / sum(gaps)
    swell = (1 - SOFTEST) / whole
    strokes, at_s = [], 0.0
    for i, gap_s in enumerate(gaps):
        strokes.append(Stroke(at_s, 1 - swell * (count - 1 - i)))
        at_s += gap_s * scale
    return Part(tuple(strokes), (), span_s)


def _unbroken(item: Unbroken, tempo: Tempo) -> Iterator[Part]:
    """Whole rolls and whole fives only: the tempo gives a little so that they fill the time exactly."""
    match item.manner:
        case Manner.UNBROKEN:
            yield _filling(item.duration_s, tempo.unbroken_gap_s)
        case Manner.ROLL_UPON_ROLL:
            count = max(1, round(item.duration_s / tempo.roll_s))
            yield from [_roll(item.duration_s / count, even=False, tempo=tempo, rest_s=0.0)] * count
        case Manner.FIVES:
            yield from _fives(item.duration_s, tempo)


def _fives(span_s: float, tempo: Tempo) -> Iterator[Part]:
    usual_s = 5 * tempo.hurried_gap_s + tempo.fives_rest_s
    count = max(1, round(span_s / usual_s))
    each_s = span_s / count
    gap_s = max(SHORTEST_S, tempo.hurried_gap_s * each_s / usual_s)
    strokes = tuple(Stroke(i * gap_s) for i in range(5) if i == 0 or (i + 1) * gap_s <= each_s + 1e-9)
    yield from [Part(strokes, (), each_s)] * count
