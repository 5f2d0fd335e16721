"""The programme: from "sound this" to a performance made ready, out of the shelf of prints or without it.

Everything that can be made ahead of time is made when the settings are read, so that a trigger finds it ready.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gongd.core.activation import Activation
from gongd.core.catalogue import Signal, Status
from gongd.core.cue import CueSheet, cue_sheet
from gongd.core.job import Job
from gongd.core.performance import span
from gongd.core.relay import Relay
from gongd.core.rhythm import Tempo
from gongd.core.timeline import Timeline, compose
from gongd.player import Performance
from gongd.ports import Prints, Track

Wanted = tuple[str, Status, str | None]
"""Signal, status, place: what a print is of."""


@dataclass(frozen=True, slots=True)
class Bare:
    """What sounds where there is no print: the rhythm alone, held in memory."""

    timeline: Timeline
    track: Track
    sheet: CueSheet


class Programme:
    """All performances that the settings in force can ask for."""

    def __init__(
        self,
        signals: Mapping[str, Signal],
        relays: tuple[Relay, ...],
        tempo: Tempo,
        jobs: tuple[Job, ...],
        prints: Prints,
        bare_track: Callable[[Timeline], Track],
    ) -> None:
        self._signals = signals
        self._relays = relays
        self._tempo = tempo
        self._prints = prints
        self._bare_track = bare_track
        self._stems = {(job.signal, job.status, job.place): job.stem for job in jobs}
        self._bare: dict[tuple[str, Status], Bare] = {}
        for signal in signals.values():
            if signal.opens_with_alarm:
                self._bare[signal.name, Status.ACTUAL] = self._make_bare(signal, Status.ACTUAL)

    def printed(self, signal: str, status: Status, place: str | None) -> Track | None:
        """The print for it, opened; None where there is none (yet)."""
        stem = self._stems.get((signal, status, place)) or self._stems.get((signal, status, None))
        return self._prints.take(stem) if stem else None

    def missing(self) -> tuple[Wanted, ...]:
        """What has no print on the shelf."""
        return tuple(wanted for wanted, stem in self._stems.items() if not self._has(stem))

    def perform(self, activation: Activation, cap_s: float, run: int) -> Performance:
        """The performance of an activation that may last `cap_s`."""
        signal = self._signals[activation.signal]
        spare = self._spare(signal, activation.status)
        track = self.printed(activation.signal, activation.status, activation.place)
        if track is None:
            track, sheet = spare.track, spare.sheet
        else:
            sheet = cue_sheet(track.timeline, self._relays, signal.relays)
        return Performance(
            activation=activation.id,
            track=track,
            spare=spare.track,
            sheet=sheet,
            span=span(track.timeline, cap_s, sheet.lead_s, sheet.tail_s),
        )

    def perform_speech(self, activation: Activation, track: Track) -> Performance:
        """Speech that is no signal: the amplifier's relay and the words."""
        speakers = tuple(relay.name for relay in self._relays if relay.lead_s or relay.tail_s)
        sheet = cue_sheet(track.timeline, self._relays, speakers)
        return Performance(
            activation.id, track, None, sheet, span(track.timeline, activation.cap_s, sheet.lead_s, sheet.tail_s)
        )

    def _spare(self, signal: Signal, status: Status) -> Bare:
        key = (signal.name, status)
        if key not in self._bare:
            self._bare[key] = self._make_bare(signal, status)
        return self._bare[key]

    def _make_bare(self, signal: Signal, status: Status) -> Bare:
        timeline = compose(signal, status, {}, self._tempo)
        sheet = cue_sheet(timeline, self._relays, signal.relays)
        return Bare(timeline, self._bare_track(timeline), sheet)

    def _has(self, stem: str) -> bool:
        track = self._prints.take(stem)
        if track is None:
            return False
        track.close()
        return True
