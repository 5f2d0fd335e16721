"""The bare rhythm: what sounds when there is no print. Needs no disk, no NumPy, no child and almost no time.

A handful of ready-made tones (`samples/`, made by `python -m gongd.studio.samples`) are laid end to end: each is cut,
softly, where the next begins. Nothing is copied; a track of five minutes takes a few kilobytes.
"""

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gongd.core.label import FRAME_BYTES, RATE
from gongd.core.pattern import Blast, Stroke, Tone
from gongd.core.timeline import Passage, Timeline

SAMPLES = Path(__file__).parent / "samples"
STRENGTHS = (0.5, 0.75, 1.0)
"""A stroke sounds as the nearest of these."""

CUT_FRAMES = round(0.004 * RATE)
EDGE_FRAMES = round(0.03 * RATE)
"""How long a stroke takes to be cut, and a blast to rise and fall."""


@dataclass(frozen=True, slots=True)
class _Bank:
    """The tones at one volume. Blasts are one turn that can be repeated for ever."""

    strokes: tuple[memoryview, ...]
    blasts: dict[Tone, memoryview]


def load() -> None:
    """Read the tones into memory: done at start, so that nothing has to be read later. Raises OSError."""
    _bank(100)


def bare_track(timeline: Timeline, volume: int = 100) -> "BareTrack":
    """The strokes and blasts of a timeline as a track. It sounds as loud as a print of that volume, 0 to 100."""
    bank = _bank(volume)
    return BareTrack(timeline, *(_strip(part, bank) for part in (timeline.head, timeline.loop, timeline.ending)))


class BareTrack:
    """Implements Track, in memory. `close` keeps it: it can be played again."""

    rate = RATE

    def __init__(self, timeline: Timeline, head: "_Strip", loop: "_Strip", ending: "_Strip") -> None:
        self.timeline = timeline
        self.head_frames, self.loop_frames, self.ending_frames = head.frames, loop.frames, ending.frames
        self._head, self._loop, self._ending = head, loop, ending

    def prove(self) -> None:
        """Nothing to compare: it was made in memory."""

    def read(self, start: int, count: int) -> bytes:
        """At most `count` frames of head and then loop from frame `start`; empty at the end of a head without loop."""
        parts = [self._head.read(start, count)] if start < self.head_frames else []
        start, count = _after(start, count, parts)
        while count > 0 and self.loop_frames:
            parts.append(self._loop.read((start - self.head_frames) % self.loop_frames, count))
            start, count = _after(start, count, parts)
        return b"".join(parts)

    def read_ending(self, start: int, count: int) -> bytes:
        """At most `count` frames of the ending."""
        return self._ending.read(start, count)

    def close(self) -> None:
        """Nothing to give back."""


def _after(start: int, count: int, parts: list[bytes]) -> tuple[int, int]:
    got = len(parts[-1]) // FRAME_BYTES if parts else 0
    return start + got, count - got


_Piece = memoryview | int
"""A stretch of PCM, or so many frames of silence."""


class _Strip:
    """Pieces laid end to end, read as one."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        self._pieces = pieces
        self._starts, self.frames = [], 0
        for piece in pieces:
            self._starts.append(self.frames)
            self.frames += _length(piece)

    def read(self, start: int, count: int) -> bytes:
        end = min(start + count, self.frames)
        parts: list[bytes | memoryview] = []
        at = max(0, bisect_right(self._starts, start) - 1)
        while start < end:
            piece, into = self._pieces[at], start - self._starts[at]
            got = min(_length(piece) - into, end - start)
            parts.append(bytes(got * FRAME_BYTES) if isinstance(piece, int) else _frames(piece, into, into + got))
            start, at = start + got, at + 1
        return b"".join(parts)


def _length(piece: _Piece) -> int:
    return piece if isinstance(piece, int) else len(piece) // FRAME_BYTES


def _frames(pcm: memoryview, first: int, last: int) -> memoryview:
    return pcm[first * FRAME_BYTES : last * FRAME_BYTES]


# ── Laying tones end to end ──────────────────────────────────────────────────────────────────────────────────────


def _strip(passage: Passage | None, bank: _Bank) -> _Strip:
    return _Strip([piece for piece in _pieces(passage, bank) if _length(piece)] if passage else [])


def _pieces(passage: Passage, bank: _Bank) -> Iterator[_Piece]:
    """Silence and tones in turn, exactly as long as the passage."""
    end = round(passage.duration_s * RATE)
    both: list[Stroke | Blast] = [*passage.strokes, *passage.blasts]
    tones = sorted(both, key=lambda tone: tone.at_s)
    starts = [min(end, round(tone.at_s * RATE)) for tone in tones]
    at = 0
    for tone, start, cut in zip(tones, starts, [*starts, end][1:], strict=True):
        yield max(0, start - at)
        laid = tuple(_tone(tone, cut - start, bank))
        yield from laid
        at = max(at, start) + sum(_length(piece) for piece in laid)
    yield max(0, end - at)


def _tone(tone: Stroke | Blast, room: int, bank: _Bank) -> Iterator[_Piece]:
    match tone:
        case Stroke(_, strength):
            nearest = min(range(len(STRENGTHS)), key=lambda number: abs(STRENGTHS[number] - strength))
            yield from _cut(bank.strokes[nearest], room)
        case Blast(_, duration_s, kind):
            yield from _held(bank.blasts[kind], min(room, round(duration_s * RATE)))


def _cut(tone: memoryview, room: int) -> Iterator[_Piece]:
    """As much of a tone as there is room for, faded where it is cut."""
    if room >= _length(tone):
        yield tone
        return
    fade = min(CUT_FRAMES, room)
    yield _frames(tone, 0, room - fade)
    yield _ramp(_frames(tone, room - fade, room), 1.0, 0.0)


def _held(turn: memoryview, room: int) -> Iterator[_Piece]:
    """A tone repeated for as long as there is room, with soft edges."""
    edge = min(EDGE_FRAMES, room // 2)
    yield _ramp(_frames(turn, 0, edge), 0.0, 1.0)
    at = edge
    while at < room - edge:
        into = at % _length(turn)
        got = min(_length(turn) - into, room - edge - at)
        yield _frames(turn, into, into + got)
        at += got
    last = [turn[place % _length(turn) * FRAME_BYTES :][:FRAME_BYTES] for place in range(at, room)]
    yield _ramp(memoryview(b"".join(last)), 1.0, 0.0)


def _ramp(pcm: memoryview, first: float, last: float) -> memoryview:
    samples = _numbers(pcm)
    slope = (last - first) / max(1, len(samples))
    return _plain(array("h", (int(one * (first + slope * at)) for at, one in enumerate(samples))))


# ── The tones themselves ─────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4)
def _bank(volume: int) -> _Bank:
    strokes = tuple(_scaled(f"stroke-{round(100 * strength)}", volume) for strength in STRENGTHS)
    return _Bank(strokes, {tone: _scaled(tone.value, volume) for tone in Tone})


def _scaled(name: str, volume: int) -> memoryview:
    """A tone at a volume, by the law of the prints: the square of v / 100."""
    pcm = _raw(name)
    gain = (volume / 100) ** 2
    return pcm if volume == 100 else _plain(array("h", (int(one * gain) for one in _numbers(pcm))))


@lru_cache(maxsize=8)
def _raw(name: str) -> memoryview:
    return memoryview((SAMPLES / f"{name}.pcm").read_bytes())


def _numbers(pcm: memoryview) -> "array[int]":
    samples = array("h", bytes(pcm))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _plain(samples: "array[int]") -> memoryview:
    if sys.byteorder == "big":
        samples.byteswap()
    return memoryview(samples.tobytes())
