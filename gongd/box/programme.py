"""The programme: from "sound this" to a performance made ready, out of the shelf of prints or without it.

Everything that can be made ahead of time is made when the settings are read, so that a trigger finds it ready.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gongd.core.air import Begin
from gongd.core.catalogue import Signal, Status
from gongd.core.cue import CueSheet, cue_sheet
from gongd.core.job import NEARBY, SPEECH, TEST_VOLUME, Job
from gongd.core.performance import span
from gongd.core.relay import Relay
from gongd.core.rhythm import Tempo
from gongd.core.timeline import Timeline, compose
from gongd.player import Performance
from gongd.ports import Prints, Track

Wanted = tuple[str, Status, str | None]
"""Signal, status, place: what a print is of."""


@dataclass(frozen=True, slots=True)
class _Bare:
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
        jobs: Sequence[Job],
        prints: Prints,
        bare_track: Callable[[Timeline, int], Track],
    ) -> None:
        self._signals = signals
        self._relays = relays
        self._tempo = tempo
        self._prints = prints
        self._bare_track = bare_track
        self._stems: dict[Wanted, str] = {job.key: job.stem for job in jobs}
        self._amplifiers = tuple(relay.name for relay in relays if relay.lead_s or relay.tail_s)
        self._speeches: dict[str, Track] = {}
        self._bare: dict[tuple[str, Status], _Bare] = {}
        for signal in signals.values():
            if signal.opens_with_alarm:
                self._bare[signal.name, Status.ACTUAL] = self._make_bare(signal, Status.ACTUAL)

    def printed(self, signal: str, status: Status, place: str | None) -> Track | None:
        """The print for it, opened; None where there is none (yet). A place that no print names is nearby, no more."""
        places = (place, NEARBY, None) if place is not None else (None,)
        stem = next((self._stems[key] for at in places if (key := (signal, status, at)) in self._stems), None)
        return self._prints.take(stem) if stem else None

    def missing(self) -> tuple[Wanted, ...]:
        """What has no print on the shelf."""
        return tuple(wanted for wanted, stem in self._stems.items() if not self._has(stem))

    def perform(self, begin: Begin) -> Performance | None:
        """The performance of an activation that may last `cap_s`; None for speech whose print has gone."""
        activation = begin.activation
        if activation.signal == SPEECH:
            spoken = self._speeches.pop(activation.id, None) or self._prints.take(activation.place or "")
            return self._performance(begin, spoken, None, self._amplifiers) if spoken else None
        signal = self._signals[activation.signal]
        spare = self._spare(signal, activation.status)
        track = self.printed(activation.signal, activation.status, activation.place)
        if track is None:
            return self._performance(begin, spare.track, None, signal.relays, spare.sheet)
        return self._performance(begin, track, spare.track, signal.relays)

    def speak(self, activation: str, track: Track) -> None:
        """Keep a track of plain speech until its activation begins."""
        self._speeches[activation] = track

    def forget(self, activation: str) -> None:
        """An activation is over. Speech that never began is given back."""
        track = self._speeches.pop(activation, None)
        if track is not None:
            track.close()

    def _performance(
        self, begin: Begin, track: Track, spare: Track | None, names: Sequence[str], ready: CueSheet | None = None
    ) -> Performance:
        sheet = ready or cue_sheet(track.timeline, self._relays, names)
        return Performance(
            activation=begin.activation.id,
            track=track,
            spare=spare,
            sheet=sheet,
            span=span(track.timeline, begin.cap_s, sheet.lead_s, sheet.tail_s),
            run=begin.run,
        )

    def _spare(self, signal: Signal, status: Status) -> _Bare:
        key = (signal.name, status)
        if key not in self._bare:
            self._bare[key] = self._make_bare(signal, status)
        return self._bare[key]

    def _make_bare(self, signal: Signal, status: Status) -> _Bare:
        timeline = compose(signal, status, {}, self._tempo)
        sheet = cue_sheet(timeline, self._relays, signal.relays)
        volume = min(signal.volume, TEST_VOLUME) if status is Status.TEST else signal.volume
        return _Bare(timeline, self._bare_track(timeline, volume), sheet)

    def _has(self, stem: str) -> bool:
        track = self._prints.take(stem)
        if track is None:
            return False
        track.close()
        return True
