"""Feeds outputs with the sound of one activation: proves it, paces it, and goes on after a loss."""

import logging
import select
import threading
import time
from dataclasses import dataclass
from typing import Protocol

from gongd.adapters.loudspeaker.wake import Wake
from gongd.core.errors import GongdError, SpeakerError
from gongd.core.pace import Pace, Pacing
from gongd.core.stream import FRAME_BYTES, Stream
from gongd.core.words import Text
from gongd.ports import Output, Track

RETRY_S = (0.1, 0.3, 1.0)
"""Pauses before a lost output is opened again; the last one repeats. A card that another program has just released
is back at the first."""
STALL_S = 1.5
"""An output that takes nothing for so long is lost: a card that hangs says nothing."""
PATIENCE_S = 1.0
"""So long beyond the lead a print may take to prove, on a slow memory card, before the spare sounds instead."""
FORMER_S = 0.5
"""So long a new activation waits for the former one's device to be given back."""
DRAIN_S = 2.0
PRIMER_FRAMES = 2
"""Silence that tells, by being taken, that the device is open."""
BROKEN = select.POLLERR | select.POLLHUP | select.POLLNVAL
PIECE_BYTES = 4096
"""PIPE_BUF on Linux: a pipe takes a piece of this size whole or not at all, so frames are never torn."""

INTERNAL = Text(vi="Lỗi bên trong phần phát loa: {error}", en="an error inside the loudspeaker's thread: {error}")
STALLED = Text(
    vi="Loa không phát được: bộ âm thanh không nhận tiếng. Rút ra cắm lại dây USB âm thanh",
    en="the sound device does not take any sound. Unplug it and plug it in again",
)
UNPROVEN = Text(
    vi="Chưa đọc xong bản âm thanh: thẻ nhớ chậm hoặc hỏng",
    en="the print could not be read in time: a slow memory card",
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What one activation is to play."""

    track: Track
    spare: Track | None
    lead_s: float
    skip_s: float
    trial: bool = False


class Owner(Protocol):
    """Where a feeder gets its output, and whom it tells how it fares."""

    def open(self, order: Order) -> Output: ...
    def pacing(self, output: Output) -> Pacing: ...
    def lost(self, error: SpeakerError, trial: bool) -> None: ...
    def back(self) -> None: ...
    def print_bad(self, track: Track, text: Text) -> None: ...


class Feeder:
    """Feeds outputs with one order until it has sounded or is stopped."""

    def __init__(self, order: Order, former_gone: threading.Event | None, speaker: Owner) -> None:
        self.gone = threading.Event()
        self._order = order
        self._former_gone = former_gone
        self._speaker = speaker
        self._rate = order.track.rate
        self._begun_at = self._moved_at = time.monotonic()
        self._stream = Stream(self._rate, round(order.lead_s * self._rate), round(order.skip_s * self._rate))
        self._wake = Wake()
        self._lock = threading.Lock()
        self._output: Output | None = None
        self._stopped_at: float | None = None
        self._end_asked: list[float | None] = []
        self._proof = threading.Thread(target=self._prove, name="proof", daemon=True)
        self._proven = False
        self._verdict: Text | None = None
        self._chosen: Track | None = None
        self._settled = False
        self._failures = 0
        self._told: Text | None = None

    def end(self, at_s: float | None) -> None:
        self._end_asked.append(at_s)
        self._wake.set()

    def stop(self) -> None:
        with self._lock:
            self._stopped_at = self._stopped_at or time.monotonic()
            output = self._output
        if output:
            output.kill()
        self._wake.set()

    # ── The feeder's own thread ──────────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Sound it all, in a thread of its own; then `gone` is set, and the tracks are closed."""
        try:
            if self._former_gone:
                self._former_gone.wait(FORMER_S)
            self._perform()
        except Exception as error:
            log.exception("the feeder has failed")
            self._tell(SpeakerError(INTERNAL.fill(error=repr(error))))
        finally:
            self._release()
            self.gone.set()
        if self._proof.ident:
            self._proof.join()
        self._wake.close()
        for track in (self._order.track, self._order.spare):
            if track:
                track.close()

    def _prove(self) -> None:
        try:
            self._order.track.prove()
        except Exception as error:  # noqa: BLE001  the outermost call of this thread
            self._verdict = _text(error)
        self._proven = True
        self._wake.set()

    def _perform(self) -> None:
        while self._stopped_at is None and not self._stream.done:
            try:
                self._sound()
                return
            except SpeakerError as error:
                self._release()
                if self._stopped_at is None:
                    self._tell(error)
            if self._order.trial:
                return
            self._rest()

    def _sound(self) -> None:
        try:
            output = self._speaker.open(self._order)
        finally:
            if not self._proof.ident:  # the child starts first, and is on its way while the print is read
                self._proof.start()
        with self._lock:
            self._output = output
        if self._stopped_at is not None:
            return
        pace = Pace(self._begun_at - output.latency_s, self._rate, self._speaker.pacing(output))
        if output.live:
            self._prime(output, pace)
        self._failures, self._told = 0, None
        self._speaker.back()
        self._feed(output, pace)
        if self._stopped_at is None:
            output.finish(DRAIN_S)

    def _prime(self, output: Output, pace: Pace) -> None:
        """Wait until the device is open, then stand where the axis is by now."""
        output.offer(bytes(PRIMER_FRAMES * FRAME_BYTES))
        until = time.monotonic() + STALL_S
        events = 0
        while self._stopped_at is None and not events & select.POLLOUT:
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise SpeakerError(STALLED)
            events = self._wake.wait(output.fileno(), True, left_s)
            if events & BROKEN:
                output.check()
        self._moved_at = time.monotonic()
        self._stream.seek(pace.frame_at(self._moved_at) + PRIMER_FRAMES)

    def _feed(self, output: Output, pace: Pace) -> None:
        pending = memoryview(b"")
        while not (self._stopped_at is not None and output.live):
            now = self._stopped_at or time.monotonic()
            self._obey(now)
            if pace.is_late(self._stream.position, now):
                self._stream.seek(pace.frame_at(now))
                pending = memoryview(b"")
            pending = pending or self._next(pace, now)
            taken = output.offer(pending[:PIECE_BYTES]) if pending else 0
            pending = pending[taken:]
            if not pending and (self._stream.done or (self._stopped_at == now and not taken)):
                return
            self._wait(output, pace, bool(pending), bool(taken))

    def _next(self, pace: Pace, now: float) -> memoryview:
        """What may be handed over now, at most a second of it."""
        count = min(pace.room(self._stream.position, now), self._rate)
        try:
            return memoryview(self._stream.read(count))
        except (OSError, ValueError) as error:
            self._spoil(_text(error))
            return memoryview(b"")

    def _wait(self, output: Output, pace: Pace, pending: bool, taken: bool) -> None:
        now = time.monotonic()
        if taken or not pending:
            self._moved_at = now
        room = output.fileno()
        if pending and room is None:
            return  # a file: the rest of a piece that is overdue goes at once
        timeout_s = self._moved_at + STALL_S - now if pending else pace.wait_s(self._stream.position, now)
        if pending and timeout_s <= 0:
            raise SpeakerError(STALLED)
        if self._wake.wait(room, pending, timeout_s) & BROKEN:
            output.check()

    def _rest(self) -> None:
        """Pause before the output is opened again; the axis goes on meanwhile."""
        until = time.monotonic() + RETRY_S[min(self._failures, len(RETRY_S) - 1)]
        self._failures += 1
        pace = Pace(self._begun_at, self._rate)
        while self._stopped_at is None and not self._stream.done:
            now = time.monotonic()
            self._stream.seek(pace.frame_at(now))
            self._obey(now)
            if now >= until:
                return
            self._wake.wait(None, False, until - now)

    def _obey(self, now: float) -> None:
        """Choose what sounds, as soon as that can be known, and turn to the ending when that was asked."""
        if not self._settled:
            self._choose(now)
        while self._end_asked:
            at_s = self._end_asked.pop(0)
            self._stream.end(None if at_s is None else round((self._order.lead_s + at_s) * self._rate))

    def _choose(self, now: float) -> None:
        late = now > self._begun_at + self._order.lead_s + PATIENCE_S
        if self._proven and self._verdict is None:
            self._use(self._order.track)
        elif self._proven or (late and self._order.spare):
            self._spoil(self._verdict or UNPROVEN)

    def _spoil(self, text: Text) -> None:
        """The track (or even the spare) cannot be used: the spare from the same instant, or silence."""
        self._speaker.print_bad(self._order.track, text)
        self._use(None if self._chosen is self._order.spare else self._order.spare)

    def _use(self, track: Track | None) -> None:
        self._settled = True
        self._chosen = track
        self._stream.choose(track)

    def _tell(self, error: SpeakerError) -> None:
        if error.text != self._told:
            self._told = error.text
            self._speaker.lost(error, self._order.trial)

    def _release(self) -> None:
        with self._lock:
            output, self._output = self._output, None
        if output:
            output.kill()
            output.close()


def _text(error: Exception) -> Text:
    return error.text if isinstance(error, GongdError) else Text(vi=str(error), en=str(error))
