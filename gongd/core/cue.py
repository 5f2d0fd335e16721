"""From a timeline to the moves of relays: what switches when. Every ON has its OFF.

A relay follows *stretches* in which it is on. Strokes and blasts give stretches in the head and in the loop; the loop's
are repeated lazily, so any window costs what it holds, hours in as well as at the start.
"""

import math
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gongd.core.pattern import Blast, Stroke
from gongd.core.relay import Relay, Role
from gongd.core.timeline import NOTHING, Passage, Timeline

STRIKER_REST_S = 0.03
"""Between two pulses a striker falls back: a pulse is cut short rather than run into the next stroke."""
STRIKER_LIMIT_S = 0.04
"""Strokes closer than this are one blow to an iron striker: the earlier of the two is left out."""

_DIGITS = 6

Stretch = tuple[float, float]
"""From when to when a relay is on, in seconds."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One move of one relay, at `at_s` seconds of the timeline's axis (0 is the first sound)."""

    at_s: float
    relay: str
    on: bool


@dataclass(frozen=True, slots=True)
class Steady:
    """A relay that is on, or blinks (`blink_s` is half a period), from `lead_s` before to `tail_s` after all sound."""

    relay: str
    lead_s: float
    tail_s: float
    blink_s: float | None


@dataclass(frozen=True, slots=True)
class Beaten:
    """A relay that follows strokes or blasts: its stretches in the head and in one pass of the loop, in order of time.

    `cut_at_turn`: a blast ends where the ending begins; a stroke's pulse, being short, is finished.
    """

    relay: str
    head: tuple[Stretch, ...]
    loop: tuple[Stretch, ...]
    cut_at_turn: bool


@dataclass(frozen=True, slots=True)
class CueSheet:
    """The moves of all relays that take part, for any end. Made by `cue_sheet`.

    `lead_s` and `tail_s` are the greatest of the activation relays; each switches by its own.
    """

    steady: tuple[Steady, ...]
    beaten: tuple[Beaten, ...]
    head_s: float
    loop_s: float | None

    @property
    def lead_s(self) -> float:
        """How long before the first sound the first relay moves."""
        return max((line.lead_s for line in self.steady), default=0.0)

    @property
    def tail_s(self) -> float:
        """How long after the last sound the last relay moves."""
        return max((line.tail_s for line in self.steady), default=0.0)

    @property
    def activation_relays(self) -> frozenset[str]:
        """The names of those that are on from before the first to after the last sound."""
        return frozenset(line.relay for line in self.steady)

    @property
    def lines(self) -> tuple[Steady | Beaten, ...]:
        """All that take part."""
        return (*self.steady, *self.beaten)

    @property
    def relays(self) -> frozenset[str]:
        """The names of all that take part."""
        return frozenset(line.relay for line in self.lines)


def cue_sheet(timeline: Timeline, relays: Sequence[Relay], names: Collection[str]) -> CueSheet:
    """The sheet of those of `relays` that `names` names. A relay of role fault follows no timeline and is left out."""
    taking_part = [relay for relay in relays if relay.name in names]
    loop = timeline.loop or NOTHING
    return CueSheet(
        steady=tuple(
            Steady(relay.name, relay.lead_s, relay.tail_s, relay.blink_s)
            for relay in taking_part
            if relay.on is Role.ACTIVATION
        ),
        beaten=tuple(
            _beaten(relay, timeline.head, loop) for relay in taking_part if relay.on in (Role.STROKE, Role.BLAST)
        ),
        head_s=timeline.head.duration_s,
        loop_s=loop.duration_s or None,
    )


def cues_between(sheet: CueSheet, start_s: float, stop_s: float, turn_s: float, end_s: float) -> tuple[Cue, ...]:
    """All cues with `start_s` <= at < `stop_s`, in order of time; where instants are equal, OFF before ON.

    The ending begins at `turn_s`: no stroke or blast begins there or later, and a blast ends there. All sound ends at
    `end_s`: strokes and blasts are off by then, each activation relay its own tail later. Then every relay gets an OFF,
    also one that is off by this reckoning, so that an end that was moved while a relay was on leaves none on. Windows
    laid end to end give every cue once. The window or the end must be finite.
    """
    moves = {(_all_off_s(line, end_s), False, line.relay) for line in sheet.lines}
    for line in sheet.lines:
        for on_s, off_s in _stretches(sheet, line, start_s, stop_s, turn_s, end_s):
            moves |= {(on_s, True, line.relay), (off_s, False, line.relay)}
    return tuple(Cue(at_s, relay, on) for at_s, on, relay in sorted(moves) if start_s <= at_s < stop_s)


def state_at(sheet: CueSheet, at_s: float, turn_s: float, end_s: float) -> Mapping[str, bool]:
    """For each relay that takes part: is it on at `at_s`, all cues of that very instant done?"""
    after_s = math.nextafter(at_s, math.inf)
    return {
        line.relay: any(on_s <= at_s < off_s for on_s, off_s in _stretches(sheet, line, at_s, after_s, turn_s, end_s))
        for line in sheet.lines
    }


# ── Stretches on the whole axis ──────────────────────────────────────────────────────────────────────────────────────


def _all_off_s(line: Steady | Beaten, end_s: float) -> float:
    return end_s + line.tail_s if isinstance(line, Steady) else end_s


def _stretches(
    sheet: CueSheet, line: Steady | Beaten, start_s: float, stop_s: float, turn_s: float, end_s: float
) -> Iterator[Stretch]:
    """The stretches of a relay that touch the window [start_s, stop_s], cut to the end."""
    match line:
        case Steady():
            off_s, begins_before_s = _all_off_s(line, end_s), math.inf
            whole = _blinking(line, start_s, min(stop_s, off_s))
        case Beaten():
            begins_before_s = min(turn_s, end_s)
            off_s = begins_before_s if line.cut_at_turn else end_s
            whole = _repeated(sheet, line, start_s, min(stop_s, begins_before_s))
    for on_s, whole_off_s in whole:
        cut = (_tidy(on_s), min(_tidy(whole_off_s), off_s))
        if cut[0] < min(begins_before_s, cut[1]):
            yield cut


def _blinking(line: Steady, start_s: float, stop_s: float) -> Iterator[Stretch]:
    if line.blink_s is None:
        yield -line.lead_s, math.inf
        return
    period_s = 2 * line.blink_s
    first = max(0, math.floor((max(start_s, -line.lead_s) + line.lead_s) / period_s) - 1)
    last = math.ceil((stop_s + line.lead_s) / period_s)
    for number in range(first, last + 1):
        on_s = number * period_s - line.lead_s
        yield on_s, on_s + line.blink_s


def _repeated(sheet: CueSheet, line: Beaten, start_s: float, stop_s: float) -> Iterator[Stretch]:
    yield from _touching(line.head, 0.0, start_s, stop_s)
    if not sheet.loop_s or not line.loop:
        return
    first = max(0, math.floor((max(start_s, 0.0) - sheet.head_s) / sheet.loop_s) - 1)
    last = math.ceil((stop_s - sheet.head_s) / sheet.loop_s)
    for number in range(first, last + 1):
        yield from _touching(line.loop, sheet.head_s + number * sheet.loop_s, start_s, stop_s)


def _touching(stretches: tuple[Stretch, ...], shift_s: float, start_s: float, stop_s: float) -> Iterator[Stretch]:
    """Stretches moved by `shift_s` that touch the window. They do not overlap, so their OFFs are in order as well."""
    index = bisect_left(stretches, start_s - shift_s - _SLACK_S, key=lambda stretch: stretch[1])
    while index < len(stretches) and stretches[index][0] + shift_s <= stop_s + _SLACK_S:
        yield stretches[index][0] + shift_s, stretches[index][1] + shift_s
        index += 1


_SLACK_S = 1e-5


def _tidy(instant_s: float) -> float:
    """Whole microseconds, without a negative zero."""
    return round(instant_s, _DIGITS) + 0.0


# ── Stretches of one passage ─────────────────────────────────────────────────────────────────────────────────────────


def _beaten(relay: Relay, head: Passage, loop: Passage) -> Beaten:
    if relay.on is Role.BLAST:
        return Beaten(relay.name, _blast_stretches(head.blasts), _blast_stretches(loop.blasts), cut_at_turn=True)
    first_of_loop_s = loop.strokes[0].at_s if loop.strokes else math.inf
    return Beaten(
        relay.name,
        _pulses(head.strokes, head.duration_s + first_of_loop_s, relay.pulse_s),
        _pulses(loop.strokes, loop.duration_s + first_of_loop_s, relay.pulse_s),
        cut_at_turn=False,
    )


def _pulses(strokes: Sequence[Stroke], next_s: float, pulse_s: float) -> tuple[Stretch, ...]:
    """A pulse for each stroke; `next_s` is the stroke that follows the last. Cut short, it still has half the gap."""
    pulses = []
    for at_s, following_s in pairwise([*(stroke.at_s for stroke in strokes), next_s]):
        gap_s = following_s - at_s
        if gap_s >= STRIKER_LIMIT_S:
            pulses.append((at_s, at_s + min(pulse_s, max(gap_s - STRIKER_REST_S, gap_s / 2))))
    return tuple(pulses)


def _blast_stretches(blasts: Sequence[Blast]) -> tuple[Stretch, ...]:
    """A stretch for each blast; those that touch or overlap are one, for a relay must not chatter."""
    stretches: list[Stretch] = []
    for blast in blasts:
        on_s, off_s = blast.at_s, blast.at_s + blast.duration_s
        if stretches and on_s <= stretches[-1][1]:
            on_s, off_s = stretches[-1][0], max(off_s, stretches.pop()[1])
        stretches.append((on_s, off_s))
    return tuple(stretches)
