"""The nights: looks at the clock, asks for the gong when it is due, and files one record for every night."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from gongd.core.activation import Activation, Outcome
from gongd.core.air import Cancelled, Event, Requested
from gongd.core.belief import keep, recall
from gongd.core.catalogue import Origin, Signal, Status, Why
from gongd.core.moment import Moment
from gongd.core.night import Decision, Ledger, Miss, Ring, Withdraw, free, look, missed, open_ledger, rung, unrung
from gongd.core.night_record import record_of, rung_record
from gongd.core.record import Record
from gongd.core.schedule import Entry, Occurrence, Reason, Verdict, preview, verdict
from gongd.ports import Calendar, Memory

UNHEARD: Mapping[Outcome, Reason] = {
    Outcome.MISSED: Reason.PREEMPTED,
    Outcome.EXPIRED: Reason.PREEMPTED,
    Outcome.PREEMPTED: Reason.PREEMPTED,
    Outcome.SILENCED: Reason.MUTED,
    Outcome.CANCELLED: Reason.MUTED,
    Outcome.FAILED: Reason.LATE,
}
"""Why a gong that was asked for has not begun."""

_RINGS = frozenset({Outcome.STARTED, Outcome.JOINED})


@dataclass(slots=True)
class Nights:
    """Holds the ledger. Until the journal has told what it remembers, nothing is due.

    `_muted` are the gongs that a person silenced before the daemon died: they stay silent. `_begun` wait for their
    commit; `_along` have joined one that does, and have their record once it is heard.
    """

    entries: Sequence[Entry]
    signals: Mapping[str, Signal]
    calendar: Calendar
    disabled_until: date | None
    can_sound: Callable[[Signal], bool]
    ledger: Ledger | None = None
    next_look_at: float = 0.0
    _muted: frozenset[str] = frozenset()
    _asked: dict[str, Occurrence] = field(default_factory=dict)
    _begun: dict[str, Occurrence] = field(default_factory=dict)
    _along: dict[str, Occurrence] = field(default_factory=dict)

    def open(self, memory: Memory, boot_id: str) -> None:
        """The journal remembers."""
        belief = recall(memory.clock.get("steady"), memory.clock.get("boot") == boot_id)
        left_off = belief.wall if belief is not None and memory.is_heir else None
        self.ledger = open_ledger(
            memory.nights, memory.first_days, memory.last_seen_at, memory.outages, belief, left_off
        )
        self._muted = memory.muted
        self.next_look_at = 0.0

    def change(
        self,
        entries: Sequence[Entry],
        signals: Mapping[str, Signal],
        calendar: Calendar,
        disabled_until: date | None,
    ) -> None:
        """New settings."""
        self.entries, self.signals, self.calendar = entries, signals, calendar
        self.disabled_until = disabled_until
        self.next_look_at = 0.0

    def step(self, now: Moment) -> tuple[list[Record], list[Event]]:
        """Look at the clock when it is time to: records to append, and events for the arbiter."""
        if self.ledger is None or now.mono < self.next_look_at:
            return [], []
        seen = look(self.ledger, self.entries, now, self.calendar.next_after)
        self.ledger, self.next_look_at = seen.ledger, seen.next_look_at
        written: list[Record] = []
        events: list[Event] = []
        for decision in seen.decisions:
            match decision:
                case Ring(occurrence=occurrence):
                    events += self._ring(occurrence, now)
                case Withdraw(occurrence=occurrence):
                    events += self._withdraw(occurrence)
                case Miss(occurrence=occurrence) if _id(occurrence) in self._muted:
                    written += self._record(Miss(occurrence, Reason.MUTED), now)
                case _:
                    written += self._record(decision, now)
        return written, events

    def keep(self) -> dict[str, object]:
        """What the next start is to know of the clock, for the sign of life."""
        return {"steady": keep(self.ledger.belief)} if self.ledger is not None else {}

    def companions(self, activation: Activation, outcome: Outcome, _reason: str | None, now: Moment) -> list[Record]:
        """The night's own record, committed together with the first step of its gong."""
        waits = self._begun if activation.id in self._begun else self._along
        if outcome in UNHEARD and activation.id in waits and self.ledger is not None:
            self.ledger = unrung(self.ledger, waits.pop(activation.id), UNHEARD[outcome])
        occurrence = self._asked.get(activation.id)
        if occurrence is None or self.ledger is None:
            return []
        if outcome in _RINGS:
            del self._asked[activation.id]
            self.ledger = rung(self.ledger, occurrence, now)
            if outcome is Outcome.JOINED and self._begun:
                self._along[activation.id] = occurrence
                return []
            if outcome is Outcome.STARTED:
                self._begun[activation.id] = occurrence
            return [rung_record(occurrence, now, activation.id)]
        if outcome in UNHEARD:
            del self._asked[activation.id]
            self.ledger = missed(self.ledger, occurrence, UNHEARD[outcome])
        return []

    def may_begin(self, activation: Activation, now: Moment) -> bool:
        """Its record was queued; is it still time to sound it?"""
        occurrence = self._begun.get(activation.id)
        return occurrence is None or verdict(occurrence, now) is Verdict.RING

    def onstage(self, activation: Activation, now: Moment) -> tuple[list[Record], list[Record]]:
        """It begins to sound: the record of its night, as it should be on disk by now, and those of the nights that
        have joined it since."""
        own = [rung_record(self._begun[activation.id], now, activation.id)] if activation.id in self._begun else []
        along = [rung_record(each, now, name) for name, each in self._along.items()]
        self._begun.clear()  # of those who have joined it, too
        self._along.clear()
        return own, along

    def _ring(self, occurrence: Occurrence, now: Moment) -> list[Event]:
        assert self.ledger is not None
        signal = self.signals[occurrence.signal]
        if self.disabled_until is not None and occurrence.night <= self.disabled_until:
            self.ledger = missed(self.ledger, occurrence, Reason.DISABLED)
            return []
        if not self.can_sound(signal):
            self.ledger = missed(self.ledger, occurrence, Reason.SPEAKER_FAILED)
            return []
        if _id(occurrence) in self._muted:
            self.ledger = missed(self.ledger, occurrence, Reason.MUTED)
            return []
        activation = self._activation(occurrence, signal, now)
        self._asked[activation.id] = occurrence
        return [Requested(activation)]

    def _activation(self, occurrence: Occurrence, signal: Signal, now: Moment) -> Activation:
        left_s = (occurrence.last_chance - now.wall).total_seconds()
        return Activation(
            id=_id(occurrence),
            signal=signal.name,
            priority=signal.priority,
            number=signal.number,
            origin=Origin.SCHEDULE,
            status=Status.ACTUAL,
            sent_at=now.wall,
            cap_s=signal.at_most_s,
            schedule=occurrence.schedule,
            night=occurrence.night,
            wait_until=now.mono + max(0.0, left_s),
        )

    def _withdraw(self, occurrence: Occurrence) -> list[Event]:
        """Other nights that wait with it as one sound fall with it: the next look asks for them anew."""
        ids = frozenset(key for key, asked in self._asked.items() if asked.key == occurrence.key)
        fallen = {key: asked for key, asked in self._asked.items() if ids and asked.signal == occurrence.signal}
        for key, asked in fallen.items():
            assert self.ledger is not None
            del self._asked[key]
            self.ledger = free(self.ledger, asked)
        return [Cancelled(Why.PAUSE, ids=ids)] if ids else []

    def _record(self, decision: Decision, now: Moment) -> Iterable[Record]:
        record = record_of(decision, now)
        return [record] if record else []

    def next_due(self, start: datetime, days: float = 2.0) -> list[Occurrence]:
        """What is due next."""
        return [found for found in preview(self.entries, start, days, self.calendar.next_after) if not found.excepted]


def _id(occurrence: Occurrence) -> str:
    """The activation of a night's gong: the same after a restart, so that the journal's word about it still counts."""
    return f"{occurrence.schedule}-{occurrence.night.isoformat()}"
