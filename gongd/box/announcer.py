"""The announcer: plain speech that is no signal, such as the status report. Rendered when asked for, then sounded."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from gongd.box import records
from gongd.box.airtime import UNMADE
from gongd.box.equipment import Renderer
from gongd.box.programme import Programme
from gongd.core.activation import Activation, Outcome
from gongd.core.air import Cancelled, Requested, Silenced
from gongd.core.catalogue import Origin, Priority, Status
from gongd.core.job import SPEECH, Clip, House, Job, speech_job
from gongd.core.moment import Moment
from gongd.core.record import Record
from gongd.core.recording import UNREADABLE
from gongd.core.verdict import Accepted
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
AROUND_S = 20.0
"""What a drill or a test says before and after is not taken from the announcement's own time."""
CROWDED, VOICELESS = "crowded", "voice-missing"


@dataclass(frozen=True, slots=True)
class _Waiting:
    job: Job
    by: str | None
    origin: Origin
    until: float
    identity: str | None = None
    status: Status = Status.TEST
    cap_s: float = CAP_S


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
    _given_up: list[tuple[_Waiting, str]] = field(default_factory=list)

    def take_over(self, before: "Announcer") -> None:
        """New settings: what waits to be said is still said."""
        self._waiting, self._said, self._given_up = before._waiting, before._said, before._given_up

    def say(self, text: str, origin: Origin, by: str | None, now: Moment, patience_s: float = PATIENCE_S) -> None:
        """Have a text spoken as soon as it is rendered."""
        job = speech_job(text, VOLUME, self.house, self.language)
        self._wait(_Waiting(job, by, origin, now.mono + patience_s))

    def announce(self, said: str | Clip, identity: str, order: Accepted, volume: int, now: Moment) -> None:
        """Have an order's text spoken, or its recording played, to the village, under an id of the order."""
        status, at_most_s = order.claims.status, order.claims.at_most_s
        job = speech_job(said, volume, self.house, self.language, status)
        cap_s = CAP_S if status is Status.ACTUAL else CAP_S + AROUND_S
        by = order.claims.by or order.key
        self._wait(
            _Waiting(job, by, order.origin, now.mono + PATIENCE_S, identity, status, min(cap_s, at_most_s or cap_s))
        )

    def _wait(self, waiting: _Waiting) -> None:
        every = [*self._waiting, waiting]
        self._waiting = every[-MOST:]
        self._given_up += [(each, CROWDED) for each in every[:-MOST] if each.identity is not None]
        self.renderer.request(self.wanted)

    def given_up(self, now: Moment) -> list[Record]:
        """Orders whose text will not be spoken: recorded once."""
        given_up, self._given_up = self._given_up, []
        return [
            records.of_activation(self._activation(each, now), Outcome.FAILED, now, {}, why) for each, why in given_up
        ]

    def drop(self, why: Silenced | Cancelled, now: Moment) -> list[Record]:
        """Silence drops all that waits to be said, a cancel what it names: the ends of what was ordered."""
        dropped = [each for each in self._waiting if isinstance(why, Silenced) or each.identity in why.ids]
        self._waiting = [each for each in self._waiting if each not in dropped]
        ordered = (each for each in dropped if each.identity is not None)
        return [records.of_dropped(self._activation(each, now), why, now) for each in ordered]

    def unspoken(self, stems: Collection[str]) -> None:
        """Nobody can speak these, or read their recording: whoever waits for them waits no more."""
        for waiting in tuple(self._waiting):
            if waiting.job.stem in stems:
                self._waiting.remove(waiting)
                has_clip = any(speech.clips for speech in waiting.job.speeches)
                self._give_up(waiting, UNREADABLE if has_clip else VOICELESS)

    def _give_up(self, waiting: _Waiting, why: str) -> None:
        if waiting.identity is not None:
            self._given_up.append((waiting, why))

    @property
    def stems(self) -> frozenset[str]:
        """The prints of what waits to be said."""
        return frozenset(waiting.job.stem for waiting in self._waiting)

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
            if track is None:
                self._give_up(waiting, UNMADE)
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
            cap_s=waiting.cap_s,
            place=waiting.job.stem,  # two different texts are never one sound
            by=waiting.by,
            wait_until=waiting.until,
        )
