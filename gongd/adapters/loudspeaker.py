"""The Speaker port: feeds an output with the sound of one activation at a time and keeps it on the axis of time.

Every activation has a thread of its own, the feeder, so no call of the port waits for a device, a child process or a
disk. The feeder opens the output, and opens it again when it is lost, at the place where the sound should be by then.
"""

import logging
import os
import select
import threading
import time
from dataclasses import dataclass

from gongd.core.errors import GongdError, NoSpeakerError, SpeakerError
from gongd.core.pace import KEPT, Pace, Pacing
from gongd.core.stream import FRAME_BYTES, Hush, Stream
from gongd.core.words import Text
from gongd.ports import OpenOutput, Output, Post, PrintBad, SpeakerBack, SpeakerLost, Track

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
CLOSE_S = 0.5
PROBE_S = 4.0
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
SILENT = Text(vi="Bộ âm thanh không trả lời", en="the sound device does not answer")

log = logging.getLogger(__name__)


class _Wake:
    """Wakes a thread that waits for a descriptor."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fd: int | None = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def set(self) -> None:
        with self._lock:
            if self._fd is not None:
                os.eventfd_write(self._fd, 1)

    def wait(self, other: int | None, for_room: bool, timeout_s: float) -> int:
        """Until woken, until `other` has room (if that is wanted) or breaks, or `timeout_s`. What `other` polls."""
        assert self._fd is not None
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        if other is not None:
            poll.register(other, select.POLLOUT if for_room else 0)
        ready = dict(poll.poll(max(0, round(timeout_s * 1000 + 0.5))))
        if ready.pop(self._fd, 0):
            os.eventfd_read(self._fd)
        return ready.get(other, 0) if other is not None else 0

    def close(self) -> None:
        with self._lock:
            fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


@dataclass(frozen=True, slots=True)
class _Order:
    """What one activation is to play."""

    track: Track
    spare: Track | None
    lead_s: float
    skip_s: float
    trial: bool = False


class Loudspeaker:
    """Plays one track at a time through outputs that `open_output` opens. Implements Speaker.

    A track and its spare belong to the loudspeaker from `begin` on: it closes them after the last read. The spare
    has the rate of the track.
    """

    def __init__(self, open_output: OpenOutput, post: Post, pacing: Pacing = Pacing()) -> None:  # noqa: B008
        self._open_output = open_output
        self._post = post
        self._pacing = pacing
        self._lock = threading.Lock()
        self._feeder: _Feeder | None = None
        self._trouble: Text | None = None

    def begin(self, track: Track, spare: Track | None, lead_s: float, skip_s: float = 0.0) -> None:
        """Play `lead_s` of silence, then the track from `skip_s` on. Stops what plays. Returns at once."""
        self._start(_Order(track, spare, lead_s, skip_s))

    def end(self, at_s: float | None = None) -> None:
        """Turn to the ending now, or exactly `at_s` after the first sound when that is told early enough."""
        feeder = self._feeder
        if feeder:
            feeder.end(at_s)

    def stop(self) -> None:
        """Silence at once."""
        feeder = self._feeder
        if feeder:
            feeder.stop()

    def close(self) -> None:
        """Silence, and wait at most half a second until the device is given back."""
        feeder = self._feeder
        if feeder:
            feeder.stop()
            feeder.gone.wait(CLOSE_S)

    def probe(self) -> Text | None:
        """Try the device with a moment of silence: what is wrong, or None. Waits at most a few seconds.

        While something sounds, nothing is tried: what is known is told. Changes are posted too. An alarm that
        begins meanwhile goes first.
        """
        feeder = self._start(_Order(Hush(), None, 0.0, 0.0, trial=True))
        if feeder and not feeder.gone.wait(PROBE_S):
            feeder.stop()
            self._lost(SpeakerError(SILENT), again=False)
        return self._trouble

    def _start(self, order: _Order) -> "_Feeder | None":
        """Start an order in place of what plays; a trial only where nothing plays."""
        with self._lock:
            former = self._feeder
            if former and order.trial and not former.gone.is_set():
                return None
            if former:
                former.stop()
            self._feeder = feeder = _Feeder(order, former.gone if former else None, self)
        feeder.start()
        return feeder

    # ── Called by the feeder ─────────────────────────────────────────────────────────────────────────────────────

    def open(self, order: _Order) -> Output:
        """Open the output for one order."""
        stem = None if order.trial else str(getattr(order.track, "stem", "") or "sound")
        return self._open_output(order.track.rate, stem)

    def pacing(self, output: Output) -> Pacing:
        """How close to the clock this output is fed."""
        return self._pacing if output.live else KEPT

    def lost(self, error: SpeakerError, trial: bool) -> None:
        """The output is lost. A trial tells it only when that is news."""
        self._lost(error, again=not trial)

    def back(self) -> None:
        """The output takes sound."""
        with self._lock:
            was, self._trouble = self._trouble, None
        if was:
            self._post(SpeakerBack())

    def print_bad(self, track: Track, text: Text) -> None:
        """The print of a track cannot be used."""
        self._post(PrintBad(str(getattr(track, "stem", "")), text))

    def _lost(self, error: SpeakerError, again: bool) -> None:
        with self._lock:
            was, self._trouble = self._trouble, error.text
        if again or was != error.text:
            self._post(SpeakerLost(error.text, missing=isinstance(error, NoSpeakerError)))


class _Feeder:
    """Feeds outputs with one order until it has sounded or is stopped."""

    def __init__(self, order: _Order, former_gone: threading.Event | None, speaker: Loudspeaker) -> None:
        self.gone = threading.Event()
        self._order = order
        self._former_gone = former_gone
        self._speaker = speaker
        self._rate = order.track.rate
        self._begun_at = self._moved_at = time.monotonic()
        self._stream = Stream(self._rate, round(order.lead_s * self._rate), round(order.skip_s * self._rate))
        self._wake = _Wake()
        self._lock = threading.Lock()
        self._output: Output | None = None
        self._stopped_at: float | None = None
        self._end_asked: list[float | None] = []
        self._proven = False
        self._verdict: Text | None = None
        self._chosen: Track | None = None
        self._settled = False
        self._failures = 0
        self._told: Text | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="feeder", daemon=True).start()

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

    def _run(self) -> None:
        proof = threading.Thread(target=self._prove, name="proof", daemon=True)
        try:
            proof.start()
            if self._former_gone:
                self._former_gone.wait(FORMER_S)
            self._perform()
        except Exception as error:
            log.exception("the feeder has failed")
            self._tell(SpeakerError(INTERNAL.fill(error=repr(error))))
        finally:
            self._release()
            self.gone.set()
        proof.join()
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
        output = self._speaker.open(self._order)
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
        timeout_s = self._moved_at + STALL_S - now if pending else pace.wait_s(self._stream.position, now)
        if pending and timeout_s <= 0:
            raise SpeakerError(STALLED)
        if self._wake.wait(output.fileno(), pending, timeout_s) & BROKEN:
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
