"""The announcer: plain speech that is no signal, such as the status report. Rendered when asked for, then sounded."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gongd.box import records
from gongd.box.equipment import Renderer
from gongd.box.programme import Programme
from gongd.core.activation import Activation, Outcome
from gongd.core.air import Requested
from gongd.core.catalogue import Origin, Priority, Status
from gongd.core.job import SPEECH, House, Job, speech_job
from gongd.core.moment import Moment
from gongd.core.record import Record
from gongd.core.words import Language
from gongd.ports import Prints

VOLUME = 35
"""Technicians' words are spoken at low volume (language.md, 1)."""
CAP_S = 60.0
PATIENCE_S = 60.0
"""What could not be spoken by then is not said any more."""
START_PATIENCE_S = 600.0
"""What is to be said at start waits behind the alarms' prints, which new settings want made anew: minutes on a Pi."""
MOST = 8


@dataclass(frozen=True, slots=True)
class _Waiting:
    job: Job
    by: str | None
    origin: Origin
    until: float
    identity: str | None = None
    status: Status = Status.TEST


@dataclass(slots=True)
class Announcer:
    """Keeps what waits for its print. `standing` are the jobs of the signals, which go on being wanted."""

    house: House
    language: Language
    prints: Prints
    renderer: Renderer
    standing: Sequence[Job]
    _waiting: list[_Waiting] = field(default_factory=list)
    _said: int = 0
    _given_up: list[_Waiting] = field(default_factory=list)

    def take_over(self, before: "Announcer") -> None:
        """New settings: what waits to be said is still said."""
        self._waiting, self._said, self._given_up = before._waiting, before._said, before._given_up

    def say(self, text: str, origin: Origin, by: str | None, now: Moment, patience_s: float = PATIENCE_S) -> None:
        """Have a text spoken as soon as it is rendered."""
        job = speech_job(text, VOLUME, self.house, self.language)
        self._wait(_Waiting(job, by, origin, now.mono + patience_s))

    def announce(
        self, text: str, identity: str, origin: Origin, status: Status, by: str | None, volume: int, now: Moment
    ) -> None:
        """Have an order's text spoken to the village, under the order's own id."""
        job = speech_job(text, volume, self.house, self.language)
        self._wait(_Waiting(job, by, origin, now.mono + PATIENCE_S, identity, status))

    def _wait(self, waiting: _Waiting) -> None:
        every = [*self._waiting, waiting]
        self._waiting = every[-MOST:]
        self._given_up += [each for each in every[:-MOST] if each.identity is not None]
        self.renderer.request(self.wanted)

    def given_up(self, now: Moment) -> list[Record]:
        """Orders whose text will not be spoken: recorded once."""
        given_up, self._given_up = self._given_up, []
        failed = [self._activation(each, now) for each in given_up]
        return [records.of_activation(each, Outcome.FAILED, now, {}, "print-missing") for each in failed]

    @property
    def wanted(self) -> list[Job]:
        """All prints that are wanted now, what waits to be said first."""
        return [waiting.job for waiting in self._waiting] + list(self.standing)

    @property
    def is_waiting(self) -> bool:
        """Does a text wait for its print?"""
        return bool(self._waiting)

    def awaits(self, identity: str) -> bool:
        """Does this order's text wait for its print?"""
        return any(waiting.identity == identity for waiting in self._waiting)

    def ready(self, programme: Programme, now: Moment) -> list[Requested]:
        """What can be spoken now, as requests of the lowest rank."""
        asked: list[Requested] = []
        for waiting in tuple(self._waiting):
            track = self.prints.take(waiting.job.stem)
            if track is None and now.mono < waiting.until:
                continue
            self._waiting.remove(waiting)
            if track is None and waiting.identity is not None:
                self._given_up.append(waiting)
            if track is not None:
                self._said += 1
                activation = self._activation(waiting, now)
                programme.speak(activation.id, track)
                asked.append(Requested(activation))
        return asked

    def _activation(self, waiting: _Waiting, now: Moment) -> Activation:
        return Activation(
            id=waiting.identity or f"{SPEECH}-{now.wall:%Y%m%d%H%M%S}-{self._said}",
            signal=SPEECH,
            priority=Priority.ROUTINE,
            origin=waiting.origin,
            status=waiting.status,
            sent_at=now.wall,
            cap_s=CAP_S,
            place=waiting.job.stem,  # two different texts are never one sound
            by=waiting.by,
            wait_until=waiting.until,
        )
