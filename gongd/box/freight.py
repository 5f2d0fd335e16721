"""Freight: accepted orders that wait for their blob, a settings file or a clip, and where it goes once it is there.

The intake gathers it on the link's thread. Lives on the deciding thread.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from gongd.box import records, request
from gongd.box.intake import BlobAwaited, BlobCame, BlobLost
from gongd.box.parts import Parts
from gongd.core.air import Cancelled, Silenced
from gongd.core.catalogue import Status
from gongd.core.job import Clip
from gongd.core.moment import Moment
from gongd.core.push import AWAITS_PIECES, AWAITS_SILENCE, CALLED_OFF, NOT_STORED, Push
from gongd.core.record import Record
from gongd.core.recording import UNREADABLE, suffix_of
from gongd.core.verdict import Accepted, Apply, Speak
from gongd.core.wire_blob import Blob, spans_of
from gongd.core.wire_command import CommandType

NOTHING: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class ClipLaid:
    """A clip lies where the studio finds it; None: the disk has not taken it."""

    id: str
    clip: Clip | None


class Carrier(Protocol):
    """What the freight needs of the line."""

    def gather(self, identity: str, blob: Blob) -> None: ...
    def let_go(self, identity: str) -> None: ...


Waits = Callable[[str, str, Mapping[str, object], Moment], None]
"""Tells the desk what an order waits for."""


@dataclass(slots=True)
class Freight:
    """At most as many orders as the intake takes; the others are given back as lost."""

    parts: Parts
    carrier: Carrier
    waits: Waits
    post: Callable[[object], None]
    handlers: Mapping[type, Callable[[Any, Moment], None]] = field(init=False)
    _orders: dict[str, Accepted] = field(default_factory=dict)
    _on_trial: Accepted | None = None
    _told_silence: str | None = None

    def __post_init__(self) -> None:
        self.handlers = {
            BlobAwaited: self._awaited,
            BlobCame: self._came,
            BlobLost: lambda event, now: self._lose(event.id, event.reason, now, _missing(event.missing)),
            ClipLaid: self._laid,
        }

    def expect(self, order: Accepted, blob: Blob) -> None:
        """An accepted order names this blob."""
        self._orders[order.id] = order
        self.carrier.gather(order.id, blob)

    def is_about(self, identity: str) -> bool:
        """Does this order wait for its blob, or is its settings file on trial?"""
        trials = self.parts.trials
        return identity in self._orders or (trials is not None and trials.is_about(identity))

    def within(self, cancelled: Cancelled, status: Status) -> Cancelled:
        """Without the orders of another status: whoever may end drills ends nothing that is actual."""
        known = [*self._orders.values(), *([self._on_trial] if self._on_trial is not None else [])]
        return replace(
            cancelled, ids=cancelled.ids - {order.id for order in known if order.claims.status is not status}
        )

    def drop(self, why: Silenced | Cancelled, now: Moment) -> list[Record]:
        """Silence drops what waits to sound, a cancel the orders that it names: their ends."""
        is_meant = _is_spoken if isinstance(why, Silenced) else lambda order: order.id in why.ids
        dropped = list(filter(is_meant, self._orders.values()))
        for order in dropped:
            del self._orders[order.id]
            self.carrier.let_go(order.id)
        tried, trials = self._on_trial, self.parts.trials
        if tried is not None and trials is not None and is_meant(tried) and trials.call_off(tried.id, now):
            dropped.append(tried)
        return [of_dropped(order, why, now) for order in dropped]

    def step(self, now: Moment) -> None:
        """A settings file that is good waits until nothing sounds: the desk is told once."""
        waiting = self.parts.trials.awaits_silence if self.parts.trials is not None else None
        if waiting is not None and waiting != self._told_silence and not self.parts.airtime.is_free:
            self._told_silence = waiting
            self.waits(waiting, AWAITS_SILENCE, NOTHING, now)

    # ── What the intake tells ────────────────────────────────────────────────────────────────────────────────────

    def _awaited(self, event: BlobAwaited, now: Moment) -> None:
        if event.id in self._orders:
            self.waits(event.id, AWAITS_PIECES, _missing(event.missing), now)

    def _came(self, event: BlobCame, now: Moment) -> None:
        order = self._orders.get(event.id)
        match order.deed if order is not None else None:
            case Apply(file=file, replaces=replaces):
                del self._orders[event.id]
                if self.parts.trials is not None:
                    self._on_trial = self._on_trial if self.parts.trials.goes_on else order
                    self.parts.trials.begin(Push(event.id, file.sha256, replaces), event.data, now)
            case Speak():
                self._lay(event, now)

    def _lay(self, event: BlobCame, now: Moment) -> None:
        suffix, post = suffix_of(event.data), self.post
        if suffix is None:
            self._lose(event.id, UNREADABLE, now)
        else:
            self.parts.doors.clips.put(event.data, suffix, lambda clip: post(ClipLaid(event.id, clip)))

    def _laid(self, event: ClipLaid, now: Moment) -> None:
        if event.clip is None:
            self._lose(event.id, NOT_STORED, now)
        elif (order := self._orders.pop(event.id, None)) is not None:
            self.parts.announcer.announce(event.clip, order.id, order, self.parts.settings.speaker.volume, now)

    def _lose(self, identity: str, reason: str, now: Moment, detail: Mapping[str, object] = NOTHING) -> None:
        order = self._orders.pop(identity, None)
        if order is not None:
            status = order.claims.status if isinstance(order.deed, Speak) else None
            self.parts.write([records.of_lost_order(identity, status, reason, now, {"key": order.key, **detail})])


def _is_spoken(order: Accepted) -> bool:
    return order.claims.type is CommandType.ANNOUNCE


def of_dropped(order: Accepted, why: Silenced | Cancelled, now: Moment) -> Record:
    """The end of an order that has come to nothing by another. Settings that are not used have failed: what is only
    cancelled counts as obeyed."""
    if _is_spoken(order):
        return records.of_dropped(request.speech_of(order), why, now)
    by = {"by": why.by} if why.by else {}
    return records.of_lost_order(order.id, None, CALLED_OFF, now, {"key": order.key, **by})


def _missing(missing: tuple[int, ...]) -> Mapping[str, object]:
    return {"missing": spans_of(missing)} if missing else NOTHING
