"""Recovery: what was sounding when the daemon died, and what becomes of it now (box.md, promise 5)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gongd.box import records
from gongd.core.activation import Activation, Outcome
from gongd.core.air import Cancelled, Reach, Requested, Silenced, Together, kin
from gongd.core.catalogue import Signal
from gongd.core.moment import Moment
from gongd.core.record import Record
from gongd.core.schedule import Reason
from gongd.ports import Unfinished

UNSEEN_S = 2.0
"""While something sounds there is a sign of life so often (watch.SEEN_WHILE_SOUNDING_S)."""
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
        self, unfinished: Sequence[Unfinished], signals: Mapping[str, Signal], now: Moment, seen_at: float | None = None
    ) -> tuple[list[Record], list[Together]]:
        """What the journal remembers, oldest first: what is over, and what is asked for again at once.

        `seen_at` is the last sign of life of this very boot (monotonic), where there is one: an alarm that was cut off
        longer ago than it might still have sounded does not come back, it would be false.
        """
        written: list[Record] = []
        asked: list[Requested] = []
        for cut, activation in _as_they_sounded(unfinished, signals):
            if activation is None:
                written.append(_closed(cut.record, now))
            elif activation.is_alarm and not cut.same_boot:
                self._held.append(_Held(activation, cut))
            elif activation.is_alarm and _is_stale(activation, cut, _dead_s(cut, now, seen_at)):
                detail: dict[str, object] = {"sounded_s": cut.sounded_s}
                written.append(records.of_activation(activation, Outcome.INTERRUPTED, now, detail, Reason.LATE))
            else:
                asked.append(_again(activation, cut, now))
        return written, _as_one(asked)

    def step(self, now: Moment) -> tuple[list[Record], list[Together]]:
        """Decide what is held, as far as the clock allows."""
        written: list[Record] = []
        asked: list[Requested] = []
        for held in tuple(self._held):
            left_s = held.activation.cap_s - held.unfinished.sounded_s
            is_over = not _knows_when(held.unfinished, now) or _gone_s(held.unfinished, now) > left_s
            if now.mono > left_s or (now.trusted and is_over):
                detail: dict[str, object] = {"sounded_s": held.unfinished.sounded_s}
                written.append(records.of_activation(held.activation, Outcome.FAILED, now, detail, POWER))
            elif now.trusted:
                asked.append(_again(held.activation, held.unfinished, now))
            else:
                continue
            self._held.remove(held)
        return written, _as_one(asked)

    def held(self) -> list[Activation]:
        """Alarms that may come back."""
        return [held.activation for held in self._held]

    def drop(self, why: Silenced | Cancelled, ended: Collection[Activation], now: Moment) -> list[Record]:
        """Who ends an alarm that is held ends it for good, and whatever is one sound with it, or with what has `ended`
        in the air."""
        meant = [held.activation for held in self._held if _is_meant(why, held.activation)]
        sounds = {kin(each) for each in (*meant, *ended)}
        dropped = [held for held in self._held if kin(held.activation) in sounds]
        self._held = [held for held in self._held if held not in dropped]
        return [records.of_dropped(held.activation, why, now) for held in dropped]


def _is_meant(why: Silenced | Cancelled, held: Activation) -> bool:
    if isinstance(why, Silenced) or why.reach is not Reach.NAMED:
        return True
    return held.id in why.ids or held.signal in why.signals


def _as_they_sounded(
    unfinished: Sequence[Unfinished], signals: Mapping[str, Signal]
) -> Iterator[tuple[Unfinished, Activation | None]]:
    """Revived. How long it has sounded is known of who came first: whoever had joined has sounded with it."""
    sounded: dict[object, float] = {}
    for cut in unfinished:
        activation = records.revive(cut, signals)
        if activation is None:
            yield cut, None
            continue
        sound = kin(activation)
        sounded[sound] = max(cut.sounded_s, sounded.get(sound, 0.0))
        yield replace(cut, sounded_s=sounded[sound]), activation


def _knows_when(cut: Unfinished, now: Moment) -> bool:
    """Does its record say when that was? Not by a clock that nobody could believe, nor one that was ahead of now."""
    return cut.record.trusted and cut.record.at <= now.wall


def _gone_s(cut: Unfinished, now: Moment) -> float:
    """How long ago it was cut off."""
    return max(0.0, (now.wall - cut.record.at).total_seconds() - cut.sounded_s)


def _as_one(asked: Sequence[Requested]) -> list[Together]:
    """One decision for all of them, so that only the best of them begins."""
    return [Together(tuple(asked))] if asked else []


def _dead_s(cut: Unfinished, now: Moment, seen_at: float | None) -> float:
    """How long the daemon was dead: by the clock that is never set, else by the wall."""
    return _gone_s(cut, now) if seen_at is None else max(0.0, now.mono - seen_at)


def _is_stale(activation: Activation, cut: Unfinished, dead_s: float) -> bool:
    rests_s = activation.again.for_s if activation.again else 0.0
    return dead_s > max(activation.cap_s - cut.sounded_s, rests_s)


def _again(activation: Activation, cut: Unfinished, now: Moment) -> Requested:
    """It may have sounded for a moment after the last sign of life: that counts, so that no cap is ever passed."""
    age_s = max(0.0, (now.wall - cut.record.at).total_seconds())
    unseen_s = min(UNSEEN_S, age_s)
    return Requested(activation, cut.sounded_s + unseen_s, cut.attempts + 1, age_s)


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
