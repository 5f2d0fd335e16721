"""A whole activation on one axis of time: strokes, blasts and spoken words. What the studio renders and relays follow.

`compose` puts a signal's rhythm and its words in order:

| status | first | each further cycle | after a finite one | ending |
|---|---|---|---|---|
| actual, emergency | opening, full text, rhythm | short text, rhythm | short text | pause (until stopped) |
| actual, priority | full text, rhythm | short text, rhythm | short text | pause (until stopped) |
| actual, routine | rhythm | full text, rhythm | full text | none |
| exercise | drill-before, rhythm | drill-during, rhythm | drill-during | drill-after |
| test | test, rhythm | (one cycle) | | test |

Why so. The peace gong is known by its sound and by the instant at which it sounds: the words come after it. Every other
signal says what it is before a stroke can frighten (an all clear begins with "An toàn!"), and again after each cycle,
for those whom the strokes have woken. Only the opening of an emergency stands before its words: the alarm that
everybody knows. A drill has no opening. It is there to call people who expect nothing, and nobody may hear a drill
strike before "Diễn tập!" has been said (language.md: its words stand before, in place of and after the signal's).
"""

import json
import math
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from gongd.core.catalogue import Priority, Signal, Status
from gongd.core.pattern import Blast, Pattern, Stroke
from gongd.core.plain import from_plain, to_plain
from gongd.core.rhythm import DEFAULT_TEMPO, Rhythm, Strokes, Tempo, Unbroken, lay_out

OPENING = Rhythm((Unbroken(6.0),))
"""What every emergency opens with (signals.md): 6 s of liên thanh."""
ONE_STROKE = Rhythm((Strokes(1),))

QUIET_BEFORE_WORDS_S = 1.0
"""From the last stroke, or the end of a blast, to the first syllable: the gong rings down so far that it is heard."""
QUIET_AFTER_WORDS_S = 0.5
RING_OUT_S = 3.0
"""After the last stroke of a signal that ends by itself; also the least length of a loop, see `compose`."""

_ROUNDING_S = 1e-6

DRILL_WORDS = ("drill-before", "drill-during", "drill-after")


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken piece. `key` names it among the words of its print (`full`, `short`, `drill-before` ...)."""

    at_s: float
    duration_s: float
    key: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of time, from 0 to `duration_s`."""

    strokes: tuple[Stroke, ...]
    blasts: tuple[Blast, ...]
    words: tuple[Word, ...]
    duration_s: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """`head` once, then `loop` for ever (or not at all), then, before the cap or at the end, `ending`.

    Instant 0 is the first sound; relays with a lead move before it. An ending holds words only. Where there is a loop,
    the head ends with one whole pass of it, so that `loop` meets itself without a seam: see `compose`.
    """

    head: Passage
    loop: Passage | None = None
    ending: Passage | None = None


NOTHING = Passage((), (), (), 0.0)


@dataclass(frozen=True, slots=True)
class _Order:
    """Which words stand where. Each is a choice of keys: the first that can be spoken is."""

    opening: bool = False
    first: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()


_ACTUAL = {
    Priority.EMERGENCY: _Order(True, ("full", "short"), ("short", "full"), ("pause",)),
    Priority.PRIORITY: _Order(False, ("full", "short"), ("short", "full"), ("pause",)),
    Priority.ROUTINE: _Order(False, (), ("full", "short"), ()),
}
_EXERCISE = _Order(False, ("drill-before",), ("drill-during",), ("drill-after",))
_TEST = _Order(False, ("test",), (), ("test",))


# ── Composing ────────────────────────────────────────────────────────────────────────────────────────────────────


def drill_is_possible(spoken: Container[str]) -> bool:
    """A drill needs all of its words: without them people would take it for the real thing."""
    return all(key in spoken for key in DRILL_WORDS)


def compose(signal: Signal, status: Status, spoken_s: Mapping[str, float], tempo: Tempo = DEFAULT_TEMPO) -> Timeline:
    """The timeline of `signal`: see the table at the top of this file.

    `spoken_s` says how long each word lasts, in seconds: `full`, `short`, `drill-before`, `drill-during`,
    `drill-after`, `test`, `pause`. What is not there cannot be spoken and is left out; the rhythm sounds all the same.
    `full` and `short` stand in for each other. But what would be a false alarm is never made: a drill that cannot say
    so is silent (refuse it before: `drill_is_possible`), and a test of an alarm that cannot say so is one stroke.

    A signal until stopped has a loop of one cycle, or of as many as last RING_OUT_S, and its head ends with exactly
    that loop. What rings on at the end of the head is then what rings on at the end of each loop, and nobody hears
    where they meet. A signal that ends by itself is all head, its last sound ringing out inside; an actual one has
    no ending, for its words have been said.
    """
    match status:
        case Status.EXERCISE if not drill_is_possible(spoken_s):
            return Timeline(NOTHING)
        case Status.EXERCISE:
            return _in_order(_EXERCISE, signal.rhythm, signal.cycles, spoken_s, tempo)
        case Status.TEST:
            alarming = signal.priority is not Priority.ROUTINE and "test" not in spoken_s
            return _in_order(_TEST, ONE_STROKE if alarming else signal.rhythm, 1, spoken_s, tempo)
    order = _ACTUAL[signal.priority]
    if signal.cycles is not None:
        order = replace(order, ending=())
    return _in_order(order, signal.rhythm, signal.cycles, spoken_s, tempo)


def _in_order(
    order: _Order, rhythm: Rhythm, cycles: int | None, spoken_s: Mapping[str, float], tempo: Tempo
) -> Timeline:
    first, again = _say(order.first, spoken_s), _say(order.again, spoken_s)
    beaten = _beaten(lay_out(rhythm, tempo))
    cycle = _quiet_before_words(beaten) if again.words else beaten
    opening = _beaten(lay_out(OPENING, tempo)) if order.opening else NOTHING
    start = _join(_quiet_before_words(opening) if first.words else opening, first, cycle)
    ending = _ending(order, spoken_s)
    if cycles is None:
        loop = _long_enough(_join(again, cycle))
        return Timeline(_join(start, loop), loop, ending)
    further = _join(*[again, cycle] * (cycles - 1), again)
    return Timeline(_ringing_out(_join(start, further)), None, ending)


def _say(keys: tuple[str, ...], spoken_s: Mapping[str, float]) -> Passage:
    for key in keys:
        if key in spoken_s:
            word = Word(0.0, spoken_s[key], key)
            return Passage((), (), (word,), word.duration_s + QUIET_AFTER_WORDS_S)
    return NOTHING


def _ending(order: _Order, spoken_s: Mapping[str, float]) -> Passage | None:
    said = _say(order.ending, spoken_s)
    return _join(replace(NOTHING, duration_s=QUIET_BEFORE_WORDS_S), said) if said.words else None


def _beaten(pattern: Pattern) -> Passage:
    return Passage(pattern.strokes, pattern.blasts, (), pattern.duration_s)


def _join(*passages: Passage) -> Passage:
    return reduce(_then, passages, NOTHING)


def _then(before: Passage, after: Passage) -> Passage:
    by_s = before.duration_s
    return Passage(
        before.strokes + tuple(replace(one, at_s=_tidy(one.at_s + by_s)) for one in after.strokes),
        before.blasts + tuple(replace(one, at_s=_tidy(one.at_s + by_s)) for one in after.blasts),
        before.words + tuple(replace(one, at_s=_tidy(one.at_s + by_s)) for one in after.words),
        _tidy(by_s + after.duration_s),
    )


def _tidy(instant_s: float) -> float:
    """Whole microseconds: sums of floats stay readable, and equal passages stay equal."""
    return round(instant_s, 6)


def _quiet_before_words(passage: Passage) -> Passage:
    last_s = max(_stroke_ends_s(passage) + _blast_ends_s(passage), default=-QUIET_BEFORE_WORDS_S)
    return _at_least(passage, last_s + QUIET_BEFORE_WORDS_S)


def _ringing_out(passage: Passage) -> Passage:
    rung_s = [stroke_s + RING_OUT_S for stroke_s in _stroke_ends_s(passage)]
    return _at_least(passage, max(rung_s + _blast_ends_s(passage), default=0.0))


def _long_enough(cycle: Passage) -> Passage:
    times = max(1, math.ceil(RING_OUT_S / cycle.duration_s)) if cycle.duration_s else 1
    return _join(*[cycle] * times)


def _stroke_ends_s(passage: Passage) -> list[float]:
    return [stroke.at_s for stroke in passage.strokes[-1:]]


def _blast_ends_s(passage: Passage) -> list[float]:
    return [blast.at_s + blast.duration_s for blast in passage.blasts[-1:]]


def _at_least(passage: Passage, duration_s: float) -> Passage:
    return replace(passage, duration_s=_tidy(max(passage.duration_s, duration_s)))


# ── To and from JSON ─────────────────────────────────────────────────────────────────────────────────────────────


def to_json(timeline: Timeline) -> str:
    """One line of ASCII that `from_json` reads back to the same value."""
    return json.dumps(to_plain(timeline), separators=(",", ":"))


def from_json(text: str | bytes) -> Timeline:
    """The timeline that `to_json` wrote. Raises ValueError, and nothing else, for anything that is not one."""
    try:
        return sensible(from_plain(Timeline, json.loads(text)))
    except RecursionError as error:
        raise ValueError("not a timeline: nested too deep") from error


def sensible(timeline: Timeline) -> Timeline:
    """The same timeline. Raises ValueError where a sound is out of order or outside its passage, or a loop is empty."""
    for passage in (timeline.head, timeline.loop, timeline.ending):
        if passage and not _is_sensible(passage):
            raise ValueError("not a timeline: a sound is out of order or outside its passage")
    if timeline.loop and timeline.loop.duration_s <= 0:
        raise ValueError("not a timeline: a loop that takes no time")
    return timeline


def _is_sensible(passage: Passage) -> bool:
    sounds = (
        [(one.at_s, one.at_s) for one in passage.strokes],
        [(one.at_s, one.at_s + one.duration_s) for one in passage.blasts],
        [(one.at_s, one.at_s + one.duration_s) for one in passage.words],
    )
    inside = all(0 <= on_s <= off_s <= passage.duration_s + _ROUNDING_S for spans in sounds for on_s, off_s in spans)
    return inside and all(spans == sorted(spans) for spans in sounds)
