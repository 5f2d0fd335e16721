"""Recovery: what was sounding when the daemon died, and what becomes of it now (box.md, promise 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gongd.box import records
from gongd.core.activation import Activation, Outcome
from gongd.core.air import Requested
from gongd.core.catalogue import Signal
from gongd.core.moment import Moment
from gongd.core.record import Record
from gongd.ports import Unfinished

POWER = "power"
"""The reason of an alarm that a power cut ended."""


@dataclass(frozen=True, slots=True)
class _Held:
    """An alarm cut off by a power cut: it may come back once the clock tells how long ago that was."""

    activation: Activation
    unfinished: Unfinished


@dataclass(slots=True)
class Recovery:
    """Alarms that wait for a clock that can be believed."""

    _held: list[_Held] = field(default_factory=list)

    def open(
        self, unfinished: Sequence[Unfinished], signals: Mapping[str, Signal], now: Moment
    ) -> tuple[list[Record], list[Requested]]:
        """What the journal remembers, oldest first: what is over, and what is asked for again at once."""
        written: list[Record] = []
        asked: list[Requested] = []
        for cut in unfinished:
            activation = records.revive(cut, signals)
            if activation is None:
                written.append(_closed(cut.record, now))
            elif activation.is_alarm and not cut.same_boot:
                self._held.append(_Held(activation, cut))
            else:
                asked.append(_again(activation, cut, now))
        return written, asked

    def step(self, now: Moment) -> tuple[list[Record], list[Requested]]:
        """Decide what is held, as far as the clock allows."""
        written: list[Record] = []
        asked: list[Requested] = []
        for held in tuple(self._held):
            left_s = held.activation.cap_s - held.unfinished.sounded_s
            gone_s = _gone_s(held.unfinished, now)
            if now.mono > left_s or (now.trusted and gone_s > left_s):
                detail: dict[str, object] = {"sounded_s": held.unfinished.sounded_s}
                written.append(records.of_activation(held.activation, Outcome.FAILED, now, detail, POWER))
            elif now.trusted:
                asked.append(_again(held.activation, held.unfinished, now))
            else:
                continue
            self._held.remove(held)
        return written, asked


def _gone_s(cut: Unfinished, now: Moment) -> float:
    """How long ago it was cut off."""
    return max(0.0, (now.wall - cut.record.at).total_seconds() - cut.sounded_s)


def _again(activation: Activation, cut: Unfinished, now: Moment) -> Requested:
    age_s = max(0.0, (now.wall - cut.record.at).total_seconds())
    return Requested(activation, cut.sounded_s, cut.attempts + 1, age_s)


def _closed(record: Record, now: Moment) -> Record:
    """The end of an activation whose signal is no longer in the settings."""
    return Record(
        at=now.wall,
        kind=record.kind,
        signal=record.signal,
        schedule=record.schedule,
        activation=record.activation,
        origin=record.origin,
        status=record.status,
        outcome=Outcome.INTERRUPTED,
        reason="unknown-signal",
        trusted=now.trusted,
    )
