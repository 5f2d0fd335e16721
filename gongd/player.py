"""The stage: the one thread that owns relays and speaker, and plays a compiled timeline to its end by itself.

It knows no disk, no journal and no network. It holds the cap of what it plays, and drops everything when the
deciding thread has not renewed its lease: a stalled memory card or a bug never leaves a striker or a siren on.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from gongd.bell import Bell, Latch
from gongd.core.cue import Cue, CueSheet, cues_between
from gongd.core.errors import PinsError
from gongd.core.performance import Span
from gongd.core.words import Text
from gongd.one_core import stay_together
from gongd.ports import Post, Relays, Speaker, Track

LEASE_S = 2.0
"""Without a word from the deciding thread for so long, everything is switched off (house.md, the flow)."""
LOOK_AHEAD_S = 2.0
ROUNDING_S = 1e-6
TURN_EARLY_S = 0.3
"""So long before the turn the speaker is told of it, so that it can turn on the very sample."""
GIVE_WAY_S = 0.005
"""Whoever begins something stands aside until its first relay has moved, at most so long: Python's threads share one
lock, and what the deciding thread does next would hold up the edge by a third of a millisecond."""
ANSWER_S = 5.0
"""A stage that has not answered a call for so long is not alive."""


@dataclass(frozen=True, slots=True)
class Performance:
    """One activation made ready: its sound, the spare that needs no disk, and the moves of its relays."""

    activation: str
    track: Track
    spare: Track | None
    sheet: CueSheet
    span: Span
    run: int = 0


@dataclass(frozen=True, slots=True)
class Began:
    """The first relay has moved and the speaker has its sound. `driven` names the relays that were read back on."""

    activation: str
    at_mono: float
    driven: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A performance has come to its own end. `run` is that of the last word about it; `dropped`: the lease ran out."""

    activation: str
    sounded_s: float
    run: int
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class RelayTrouble:
    """A relay did not obey, or could not be commanded at all (`text`)."""

    relay: str
    text: Text | None


@dataclass(frozen=True, slots=True)
class RelayFine:
    """A relay that was in trouble obeys again."""

    relay: str


@dataclass(frozen=True, slots=True)
class StageBroken:
    """The stage's own thread has failed and switched everything off."""

    text: str


@dataclass(slots=True)
class _Running:
    performance: Performance
    began_at: float
    first_sound_at: float
    upcoming: deque[Cue]
    filled_s: float
    turned: bool = False
    ended: bool = False


class Player:
    """Plays one Performance at a time. Every public call returns at once, `begin` within GIVE_WAY_S.

    It has a thread of its own, unless `threaded` is false: then whoever drives the clock calls `turn`.
    """

    def __init__(
        self,
        relays: Relays,
        speaker: Speaker,
        post: Post,
        now: Callable[[], float] = time.monotonic,
        threaded: bool = True,
    ) -> None:
        self._relays = relays
        self._speaker = speaker
        self._post = post
        self._now = now
        self._bell = Bell()
        self._commands: deque[Callable[[], None]] = deque()
        self._running: _Running | None = None
        self._troubled: dict[str, bool] = {}
        self._leased_at = now()
        self._called_at = self._answered_at = now()
        self._closing = False
        self._thread = threading.Thread(target=self._guard, name="stage", daemon=True) if threaded else None
        if self._thread:
            self._thread.start()

    # ── Called by the deciding thread ────────────────────────────────────────────────────────────────────────────

    def begin(self, performance: Performance) -> None:
        """Play it now, instead of whatever plays."""
        moved = Latch()
        self._command(lambda: self._begin(performance, moved.open))
        if self._thread is not None:
            moved.wait(GIVE_WAY_S)

    def stop(self, activation: str) -> None:
        """Everything off at once, if this one is playing."""
        self._command(lambda: self._stop(activation))

    def extend(self, activation: str, span: Span, run: int) -> None:
        """A new end for what is playing, unless its ending has begun."""
        self._command(lambda: self._extend(activation, span, run))

    def hold(self, relay: str, on: bool) -> None:
        """Switch a relay that follows no timeline (role fault)."""
        self._command(lambda: self._hold(Cue(0.0, relay, on)))

    def try_out(self, relay: str) -> None:
        """While the stage is empty, close and open a relay that makes no noise: does it obey again?"""
        self._command(lambda: self._try_out(relay))

    def renew(self) -> None:
        """The lease: the deciding thread is alive."""
        self._leased_at = self._now()

    def call(self) -> None:
        """Ask for a sign of life; `alive` tells whether it came."""
        if self._answered_at >= self._called_at:
            self._called_at = self._now()
        self._command(self._answer)

    def alive(self) -> bool:
        """Has the stage answered the last call, or is that call still young?"""
        answered = self._answered_at >= self._called_at
        lives = self._thread is None or self._thread.is_alive()
        return lives and (answered or self._now() - self._called_at < ANSWER_S)

    def close(self, timeout_s: float = 1.0) -> None:
        """Everything off, and the thread ended."""
        self._closing = True
        self._bell.ring()
        if self._thread:
            self._thread.join(timeout_s)
        else:
            self._everything_off()

    # ── The stage's own thread ───────────────────────────────────────────────────────────────────────────────────

    def _command(self, command: Callable[[], None]) -> None:
        self._commands.append(command)
        self._bell.ring()

    def _guard(self) -> None:
        stay_together()
        try:
            self._loop()
        except Exception as error:
            self._post(StageBroken(f"{type(error).__name__}: {error}"))
            raise
        finally:
            self._everything_off()

    def _loop(self) -> None:
        while not self._closing:
            wake_at = self.turn()
            self._bell.wait(None if wake_at is None else wake_at - self._now())

    def turn(self) -> float | None:
        """Obey what was asked and do what is due; the instant of the next thing to do, None when the stage is empty."""
        while self._commands:
            self._commands.popleft()()
        return self._play()

    def _hold(self, cue: Cue) -> None:
        self._switch(cue)

    def _try_out(self, relay: str) -> None:
        for on in (True, False) if self._running is None else ():
            self._switch(Cue(0.0, relay, on))

    def _answer(self) -> None:
        self._answered_at = self._now()

    def _begin(self, performance: Performance, moved: Callable[[], None]) -> None:
        keep = performance.sheet.activation_relays if self._running else frozenset()
        self._clear(keep=keep)
        now = self._now()
        lead_s = performance.sheet.lead_s
        running = _Running(performance, now, now + lead_s, deque(), -lead_s)
        self._running = running
        self._leased_at = max(self._leased_at, now)
        driven = self._move(running, now)
        moved()
        self._speaker.begin(performance.track, performance.spare, lead_s)
        self._post(Began(performance.activation, now, driven))

    def _stop(self, activation: str) -> None:
        if self._running and self._running.performance.activation == activation:
            self._clear()

    def _extend(self, activation: str, span: Span, run: int) -> None:
        running = self._running
        if running and not running.turned and running.performance.activation == activation:
            running.performance = replace(running.performance, span=span, run=run)
            running.filled_s = self._now() - running.first_sound_at
            running.upcoming.clear()

    def _play(self) -> float | None:
        """Do what is due; the instant of the next thing to do, or None when the stage is empty."""
        running = self._running
        if running is None:
            return None
        now = self._now()
        if now - self._leased_at > LEASE_S:
            self._finish(running, now, dropped=True)
            return None
        self._move(running, now)
        axis_s = now - running.first_sound_at
        span = running.performance.span
        if not running.turned and axis_s >= span.turn_s - TURN_EARLY_S:
            running.turned = True
            self._speaker.end(span.turn_s)
        if not running.ended and axis_s >= span.end_s:
            running.ended = True
            self._speaker.stop()
        if running.ended and axis_s >= span.end_s + running.performance.sheet.tail_s:
            self._finish(running, now)
            return None
        return min(running.first_sound_at + self._next_s(running, axis_s), self._leased_at + LEASE_S + 0.01)

    def _next_s(self, running: _Running, axis_s: float) -> float:
        span, tail_s = running.performance.span, running.performance.sheet.tail_s
        cue_s = running.upcoming[0].at_s if running.upcoming else running.filled_s
        marks = (span.turn_s - TURN_EARLY_S, span.end_s, span.end_s + tail_s)
        return min([cue_s, *[mark for mark in marks if mark > axis_s]])

    def _move(self, running: _Running, now: float) -> tuple[str, ...]:
        """Switch every relay whose cue is due; a pulse that is wholly past is left out. The names read back on."""
        axis_s = now - running.first_sound_at
        self._fill(running, axis_s)
        due: dict[str, Cue] = {}
        while running.upcoming and running.upcoming[0].at_s <= axis_s + ROUNDING_S:
            cue = running.upcoming.popleft()
            due[cue.relay] = cue
        return tuple(cue.relay for cue in due.values() if self._switch(cue) and cue.on)

    def _fill(self, running: _Running, axis_s: float) -> None:
        if running.upcoming or running.filled_s > axis_s + LOOK_AHEAD_S / 2:
            return
        until_s = max(axis_s, running.filled_s) + LOOK_AHEAD_S
        span = running.performance.span
        sheet = running.performance.sheet
        running.upcoming.extend(cues_between(sheet, running.filled_s, until_s, span.turn_s, span.end_s))
        running.filled_s = until_s

    def _switch(self, cue: Cue) -> bool:
        """Command one relay; False, and a report, when it does not obey. The sound goes on whatever happens.

        A relay that would not close is well only when it closes again: that it opens proves nothing, nor the reverse.
        """
        try:
            obeyed = self._relays.switch(cue.relay, cue.on) == cue.on
            text = None
        except PinsError as error:
            obeyed, text = False, error.text
        if obeyed:
            self._recover(cue)
        else:
            self._complain(cue, text)
        return obeyed

    def _complain(self, cue: Cue, text: Text | None) -> None:
        if cue.relay not in self._troubled:
            self._post(RelayTrouble(cue.relay, text))
        self._troubled[cue.relay] = cue.on

    def _recover(self, cue: Cue) -> None:
        if self._troubled.get(cue.relay) is cue.on:
            del self._troubled[cue.relay]
            self._post(RelayFine(cue.relay))

    def _finish(self, running: _Running, now: float, dropped: bool = False) -> None:
        self._clear()
        performance = running.performance
        sounded_s = max(0.0, min(now - running.first_sound_at, performance.span.end_s))
        self._post(Ended(performance.activation, sounded_s, performance.run, dropped))

    def _clear(self, keep: frozenset[str] = frozenset()) -> None:
        """Silence, and every relay of the running performance off but those in `keep`."""
        running, self._running = self._running, None
        if running is None:
            return
        for relay in sorted(running.performance.sheet.relays - keep):
            self._switch(Cue(0.0, relay, False))
        self._speaker.stop()

    def _everything_off(self) -> None:
        try:
            self._relays.all_off()
        finally:
            self._speaker.stop()
