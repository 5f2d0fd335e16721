"""Which bytes of sound come next: silence, the head, the loop for ever and, when asked, a short fade and the ending."""

import struct
from typing import Protocol

from gongd.core.timeline import Passage, Timeline

FRAME_BYTES = 2
FADE_S = 0.010
"""So long a ramp stands where sound is entered or left in its middle: short enough to be no change, long enough for
no click."""


SAMPLE = struct.Struct("<h")


class Reader(Protocol):
    """The part of a track that a stream reads: signed 16 bit little endian PCM, mono."""

    rate: int
    head_frames: int
    loop_frames: int
    ending_frames: int

    def read(self, start: int, count: int) -> bytes: ...
    def read_ending(self, start: int, count: int) -> bytes: ...


class Stream:
    """The sound of one activation, frame by frame.

    `position` counts on one axis: frame 0 is the instant of `begin`, the sound starts at `lead_frames`, and there it
    starts with frame `skip_frames` of the track. Until a reader is chosen, silence comes. Nothing here knows a clock:
    whoever reads decides when, and may `seek` to where the axis is by now.
    """

    def __init__(self, rate: int, lead_frames: int, skip_frames: int = 0) -> None:
        self.position = 0
        self._fade = max(1, round(rate * FADE_S))
        self._lead = lead_frames
        self._skip = skip_frames
        self._reader: Reader | None = None
        self._entered = lead_frames if skip_frames else None
        self._asked_turn: int | None = None
        self._cut = False

    @property
    def turn(self) -> int | None:
        """The frame on the axis where the ending begins; None while nobody knows."""
        marks = [mark for mark in (self._asked_turn, self._natural_turn) if mark is not None]
        return min(marks) if marks else None

    @property
    def done(self) -> bool:
        """Has everything been read, the ending too?"""
        turn = self.turn
        ending = self._reader.ending_frames if self._reader else 0
        return self._cut or (turn is not None and self.position >= turn + ending)

    def choose(self, reader: Reader | None) -> None:
        """Read this from now on, at the same place of the axis; None is silence."""
        self._reader = reader
        if self.position > self._lead:
            self._entered = self.position

    def end(self, at: int | None = None) -> None:
        """Turn to the ending at frame `at` of the axis, or as soon as a fade allows; too late once it has begun."""
        earliest = self.position if self.position < self._lead else self.position + self._fade
        turn = self.turn
        if turn is None or turn >= earliest:
            self._asked_turn = max(earliest, at if at is not None else earliest)

    def seek(self, frame: int) -> None:
        """Leave out (or repeat) what lies between: the next frame read is `frame` of the axis."""
        if frame == self.position:
            return
        self.position = frame
        if frame > self._lead:
            self._entered = frame

    def read(self, count: int) -> bytes:
        """The next frames: at most `count`, fewer at a border, none when all is done. Raises what the reader raises."""
        turn = self.turn
        if count <= 0 or self.done:
            return b""
        if turn is not None and self.position >= turn:
            piece = self._ending(turn, count)
        else:
            left = count if turn is None else min(count, turn - self.position)
            piece = self._before_turn(left)
        self.position += len(piece) // FRAME_BYTES
        return piece

    @property
    def _natural_turn(self) -> int | None:
        if self._reader is None or self._reader.loop_frames:
            return None
        return self._lead + max(0, self._reader.head_frames - self._skip)

    def _before_turn(self, count: int) -> bytes:
        if self.position < self._lead:
            return bytes(min(count, self._lead - self.position) * FRAME_BYTES)
        if self._reader is None:
            return bytes(count * FRAME_BYTES)
        piece = self._reader.read(self._skip + self.position - self._lead, count)
        if not piece:
            self._asked_turn = self.position
            return b"" if self.done else self._ending(self.position, count)
        return self._shade(piece)

    def _ending(self, turn: int, count: int) -> bytes:
        assert self._reader is not None  # without one there is no ending: `done` has seen to it
        start = self.position - turn
        piece = self._reader.read_ending(start, min(count, self._reader.ending_frames - start))
        self._cut = not piece
        return self._shade(piece)

    def _shade(self, piece: bytes) -> bytes:
        """Ramp up what was entered in its middle; ramp down what is left before its end."""
        leave = self._asked_turn if self.turn == self._asked_turn else None
        marks = [] if self._entered is None else [self._entered]
        marks += [] if leave is None else [leave - self._fade]
        shaded = bytearray(piece)
        for mark in marks:
            first = max(0, mark - self.position)
            last = min(len(piece) // FRAME_BYTES, mark + self._fade - self.position)
            for frame in range(first, last):
                (sample,) = SAMPLE.unpack_from(piece, frame * FRAME_BYTES)
                faded = int(sample * self._gain(self.position + frame, leave))
                SAMPLE.pack_into(shaded, frame * FRAME_BYTES, faded)
        return bytes(shaded)

    def _gain(self, frame: int, leave: int | None) -> float:
        steps = self._fade + 1
        since = steps if self._entered is None else frame - self._entered + 1
        until = steps if leave is None or frame >= leave else leave - frame
        return max(0, min(steps, since, until)) / steps


class Hush:
    """A track of a twentieth of a second of silence: what a trial of the loudspeaker plays."""

    rate = 48_000
    head_frames = 2_400
    loop_frames = 0
    ending_frames = 0
    timeline = Timeline(head=Passage((), (), (), 0.05))

    def prove(self) -> None:
        """Nothing to compare."""

    def read(self, start: int, count: int) -> bytes:
        """Silence."""
        return bytes(FRAME_BYTES * max(0, min(count, self.head_frames - start)))

    def read_ending(self, start: int, count: int) -> bytes:
        """There is none."""
        return b""

    def close(self) -> None:
        """Nothing to give back."""
