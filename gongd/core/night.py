"""The book of nights: every night has exactly one record per schedule, rung or missed with its reason.

How a night is handed over, so that it is decided once:

    look      -> Ring(occurrence)       the night is now *in hand*: look says nothing more of it
    the box asks the arbiter, waiting at most until `last_chance`, then
      begins  -> asks `verdict` again; appends `rung_record` and waits for it; `rung`; Begin
      cannot  -> `missed(ledger, occurrence, reason)`: the reason is *noted*; look files it later
    look      -> Withdraw(occurrence)   the clock has moved or lost its trust, or the grace is over: drop the request.
    look      -> Miss(occurrence, reason)  once, after 15 minutes of calm clock beyond the grace: append its record.
                 What a clock has leapt over by days must be past by the clock from before the leap, too (`belief`).

Whatever is in hand or noted dies with the process; only records live, and a new ledger is opened from them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TypeVar

from gongd.core.adoption import Adopt, Retire, adopt
from gongd.core.belief import Belief, weigh
from gongd.core.moment import Moment
from gongd.core.schedule import (
    Entry,
    Key,
    NextAfter,
    Occurrence,
    Reason,
    Verdict,
    occurrence_after,
    occurrences,
    slots,
    verdict,
)

STEP_S = 2.0
"""A wall clock that departs this far from the monotonic one between two looks has been set."""
CALM_S = 900.0
"""A miss is believed after so long of trusted, unstepped clock beyond the grace (box.md, promise 2)."""
FILL_DAYS = 400
"""Nights longer ago than this are not filled in."""
SETTLE_S = 60.0
"""A clock that was just set is looked at so long (or half the grace) before it may ring: it may be put back at once."""
NEAR_S = 120.0
LOOK_NEAR_S = 1.0
LOOK_FAR_S = 10.0
_CHUNK = 32
_LAST_MOMENT = timedelta(seconds=3)
_BLINK = timedelta(microseconds=1)

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Ring:
    """Sound it now. Said once: it is in hand until `rung`, `missed` or a Withdraw."""

    occurrence: Occurrence


@dataclass(frozen=True, slots=True)
class Withdraw:
    """What was in hand may not ring any more: drop the request for it."""

    occurrence: Occurrence


@dataclass(frozen=True, slots=True)
class Miss:
    """It was not rung, for good: append its record."""

    occurrence: Occurrence
    reason: str


@dataclass(frozen=True, slots=True)
class Outage:
    """The box was off, as far as known: from its last sign of life until this boot."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Stepped:
    """The wall clock was set, by so many seconds (forward is positive)."""

    by_s: float


Decision = Ring | Withdraw | Miss | Adopt | Retire | Outage | Stepped


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that is known of the nights.

    `recorded` have their record. `first` is each schedule's first night. `outages` and `seen_at` (the last sign of
    life under a trusted clock) come from before this start. `in_hand` was told to ring. `noted` has been given up,
    with its reason, but is not filed yet. `settled`: up to that instant every night of a schedule has its record.
    `rang` holds the monotonic instant of a schedule's last ring. `trusted_at`: the last look but this one under
    a trusted clock; `belief`: whether it is believed. `began`, `trusted_from` and `calm_from` are monotonic: the first
    look, and since when the clock is trusted, and trusted and unstepped; `stepped_from`: when it was last set; `met`:
    since when each schedule is there. `left_off`: when a journal that was lost, and with it the first night of each
    schedule, was last believed to know what time it is.
    """

    recorded: frozenset[Key] = frozenset()
    first: Mapping[str, date] = field(default_factory=dict)
    outages: tuple[Outage, ...] = ()
    seen_at: datetime | None = None
    in_hand: Mapping[Key, Occurrence] = field(default_factory=dict)
    noted: Mapping[Key, tuple[Occurrence, str]] = field(default_factory=dict)
    settled: Mapping[str, datetime] = field(default_factory=dict)
    rang: Mapping[str, float] = field(default_factory=dict)
    trusted_at: datetime | None = None
    belief: Belief | None = None
    left_off: datetime | None = None
    last: Moment | None = None
    began: float | None = None
    trusted_from: float | None = None
    calm_from: float | None = None
    stepped_from: float | None = None
    met: Mapping[str, float] = field(default_factory=dict)
    woken: bool = False

    def calm_s(self, now: Moment) -> float:
        """How long the clock has been trusted and unstepped."""
        return 0.0 if self.calm_from is None else now.mono - self.calm_from

    def first_night(self, schedule: str) -> date:
        """From which night on it counts: also one that is only taken up while the clock is doubted."""
        taken = self.belief.first if self.belief is not None else {}
        return min(self.first.get(schedule, date.max), taken.get(schedule, date.max))


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the clock came to. Look again at `next_look_at` (monotonic seconds), or earlier."""

    ledger: Ledger
    decisions: tuple[Decision, ...]
    next_look_at: float


Told = tuple[Ledger, tuple[Decision, ...]]


def open_ledger(
    recorded: Iterable[Key],
    first: Mapping[str, date],
    seen_at: datetime | None,
    outages: Iterable[tuple[datetime, datetime]] = (),
    belief: Belief | None = None,
    left_off: datetime | None = None,
) -> Ledger:
    """The book as the journal remembers it (ports.Memory: nights, first_days, last_seen_at, outages)."""
    spans = tuple(Outage(since, until) for since, until in outages)
    return Ledger(frozenset(recorded), dict(first), spans, seen_at, belief=belief, left_off=left_off)


def rung(ledger: Ledger, occurrence: Occurrence, now: Moment) -> Ledger:
    """The record `rung` of this night is durable (or queued for good): it never rings again."""
    return replace(
        ledger,
        recorded=ledger.recorded | {occurrence.key},
        in_hand=_without(ledger.in_hand, occurrence.key),
        noted=_without(ledger.noted, occurrence.key),
        rang={**ledger.rang, occurrence.schedule: now.mono},
    )


def missed(ledger: Ledger, occurrence: Occurrence, reason: str) -> Ledger:
    """What was in hand will not ring, for this reason. Its record follows as a Miss, once the clock was calm."""
    if occurrence.key in ledger.recorded:
        return ledger
    return replace(
        ledger,
        in_hand=_without(ledger.in_hand, occurrence.key),
        noted={**ledger.noted, occurrence.key: (occurrence, reason)},
    )


def free(ledger: Ledger, occurrence: Occurrence) -> Ledger:
    """In hand no more, and not given up either: it may be told to ring again."""
    return replace(ledger, in_hand=_without(ledger.in_hand, occurrence.key))


def unrung(ledger: Ledger, occurrence: Occurrence, reason: str) -> Ledger:
    """It was `rung`, but its record was withdrawn before it sounded: `missed` after all, and not settled either."""
    rang, settled = _without(ledger.rang, occurrence.schedule), dict(ledger.settled)
    if occurrence.schedule in settled:
        settled[occurrence.schedule] = min(settled[occurrence.schedule], occurrence.due - _BLINK)
    recorded = ledger.recorded - {occurrence.key}
    return missed(replace(ledger, recorded=recorded, rang=rang, settled=settled), occurrence, reason)


def look(ledger: Ledger, entries: Sequence[Entry], now: Moment, next_after: NextAfter) -> Look:
    """Look at the clock: what is to be rung, withdrawn, filed. Bounded work, however far the clock has jumped."""
    times = [slot for entry in entries for slot in slots(entry)]
    steps: list[Callable[[Ledger], Told]] = [
        lambda book: _watch_clock(book, times, now),
        lambda book: _withdraw(book, now),
    ]
    if now.trusted:
        steps += [
            lambda book: (replace(book, belief=weigh(book.belief, now, book.calm_s(now))), ()),
            lambda book: _wake(book, now),
            lambda book: _adopt(book, times, now, next_after),
            lambda book: _ring(book, times, now, next_after),
            lambda book: _file(book, times, now, next_after),
        ]
    told: tuple[Decision, ...] = ()
    for step in steps:
        ledger, more = step(ledger)
        told += more
    busy = len(told) >= _CHUNK
    return Look(ledger, told, now.mono + (LOOK_NEAR_S if busy else _rest_s(ledger, times, now, next_after)))


def _watch_clock(ledger: Ledger, times: Sequence[Entry], now: Moment) -> Told:
    last = ledger.last
    by_s = 0.0 if last is None else (now.wall - last.wall).total_seconds() - (now.mono - last.mono)
    stepped = abs(by_s) > STEP_S
    unbroken = ledger.calm_from is not None and not stepped
    ledger = replace(
        ledger,
        last=now,
        trusted_at=last.wall if last is not None and last.trusted else ledger.trusted_at,
        began=now.mono if ledger.began is None else ledger.began,
        trusted_from=_since(ledger.trusted_from, now) if now.trusted else None,
        calm_from=(ledger.calm_from if unbroken else now.mono) if now.trusted else None,
        stepped_from=now.mono if stepped else ledger.stepped_from,
        met={slot.id: ledger.met.get(slot.id, now.mono) for slot in times},
    )
    return ledger, (Stepped(by_s),) if stepped else ()


def _since(start: float | None, now: Moment) -> float:
    return now.mono if start is None else start


def _withdraw(ledger: Ledger, now: Moment) -> Told:
    gone = [held for held in ledger.in_hand.values() if verdict(held, now) is not Verdict.RING]
    for held in gone:
        ledger = replace(ledger, in_hand=_without(ledger.in_hand, held.key))
        if verdict(held, now) is Verdict.MISS and now.wall - held.last_chance < timedelta(seconds=CALM_S):
            ledger = missed(ledger, held, Reason.PREEMPTED)
    if now.trusted and ledger.noted:
        ahead = {key: note for key, note in ledger.noted.items() if note[0].due <= now.wall}
        ledger = replace(ledger, noted=ahead)
    return ledger, tuple(Withdraw(held) for held in gone)


def _wake(ledger: Ledger, now: Moment) -> Told:
    """At the first trusted look of this start: was the power out?"""
    if ledger.woken:
        return ledger, ()
    ledger = replace(ledger, woken=True)
    booted_at = now.wall - timedelta(seconds=now.mono)
    if ledger.seen_at is None or booted_at <= ledger.seen_at:
        return ledger, ()
    outage = Outage(ledger.seen_at, booted_at)
    return replace(ledger, outages=(*ledger.outages, outage)), (outage,)


def _adopt(ledger: Ledger, times: Sequence[Entry], now: Moment, next_after: NextAfter) -> Told:
    before = ledger.trusted_at or ledger.seen_at
    went_back = before is not None and now.wall < before
    assert ledger.belief is not None
    unfiled = None if ledger.left_off is None or ledger.first else ledger.left_off - timedelta(seconds=CALM_S)
    found = adopt(ledger.first, ledger.belief, ledger.met, went_back, unfiled, times, now, next_after)
    if found.told:
        settled = {name: at for name, at in ledger.settled.items() if name in ledger.met}
        ledger = replace(ledger, first=found.first, settled=settled)
    return ledger if found.belief is ledger.belief else replace(ledger, belief=found.belief), found.told


def _ring(ledger: Ledger, times: Sequence[Entry], now: Moment, next_after: NextAfter) -> Told:
    told: list[Decision] = []
    for slot in times:
        earliest = now.wall - timedelta(seconds=slot.grace_s) - _BLINK
        occurrence = occurrence_after(slot, earliest, next_after)
        if occurrence is None or verdict(occurrence, now) is not Verdict.RING:
            continue
        if _is_free(ledger, occurrence, now) and _has_settled(ledger, occurrence, now):
            ledger = replace(ledger, in_hand={**ledger.in_hand, occurrence.key: occurrence})
            told.append(Ring(occurrence))
    return ledger, tuple(told)


def _is_free(ledger: Ledger, occurrence: Occurrence, now: Moment) -> bool:
    """Not spoken for. After a step of whole days the next night may seem due: not so soon after the last ring."""
    rang = ledger.rang.get(occurrence.schedule)
    return (
        occurrence.key not in ledger.recorded
        and occurrence.key not in ledger.in_hand
        and occurrence.key not in ledger.noted
        and occurrence.night >= ledger.first_night(occurrence.schedule)
        and (rang is None or now.mono - rang >= CALM_S)
    )


def _has_settled(ledger: Ledger, occurrence: Occurrence, now: Moment) -> bool:
    """Has the clock stood since it was last set? At the last moment of the grace it is believed as it is."""
    if ledger.stepped_from is None or occurrence.last_chance - now.wall <= _LAST_MOMENT:
        return True
    return now.mono - ledger.stepped_from >= min(SETTLE_S, occurrence.grace_s / 2)


def _file(ledger: Ledger, times: Sequence[Entry], now: Moment, next_after: NextAfter) -> Told:
    told: list[Decision] = []
    if ledger.calm_s(now) < CALM_S:
        return ledger, ()
    for slot in times:
        if ledger.first_night(slot.id) < date.max:
            ledger, misses = _file_slot(ledger, slot, now, next_after)
            told += misses
    return ledger, tuple(told)


def _file_slot(ledger: Ledger, slot: Entry, now: Moment, next_after: NextAfter) -> Told:
    """Walk from the settled instant towards now, a bounded stretch at a time, and file what is surely missed."""
    start = _unsettled(ledger, slot, now)
    told: list[Decision] = []
    settled = start
    for occurrence in islice(occurrences(slot, start, now.wall, next_after), _CHUNK):
        if occurrence.key not in ledger.recorded and occurrence.night >= ledger.first_night(slot.id):
            if not _is_surely_missed(ledger, occurrence, now):
                break
            told.append(Miss(occurrence, _reason(ledger, occurrence, now)))
            ledger = _filed(ledger, occurrence)
        settled = occurrence.due
    if settled != ledger.settled.get(slot.id):
        ledger = replace(ledger, settled={**ledger.settled, slot.id: settled})
    return ledger, tuple(told)


def _unsettled(ledger: Ledger, slot: Entry, now: Moment) -> datetime:
    """Where the walk starts. A clock that went back behind the settled instant makes it start afresh."""
    farthest = now.wall - timedelta(days=FILL_DAYS)
    before_first = datetime.combine(ledger.first_night(slot.id), farthest.timetz()) - timedelta(days=2)
    floor = max(farthest, before_first)
    settled = ledger.settled.get(slot.id, floor)
    return floor if settled > now.wall else max(floor, settled)


def _is_surely_missed(ledger: Ledger, occurrence: Occurrence, now: Moment) -> bool:
    """The clock is calm by now; has it been so beyond the grace? By the steady clock, too."""
    assert ledger.belief is not None
    beyond = min(now.wall, ledger.belief.steady(now)) - occurrence.last_chance
    return occurrence.key not in ledger.in_hand and beyond >= timedelta(seconds=CALM_S)


def _filed(ledger: Ledger, occurrence: Occurrence) -> Ledger:
    return replace(ledger, recorded=ledger.recorded | {occurrence.key}, noted=_without(ledger.noted, occurrence.key))


def _reason(ledger: Ledger, occurrence: Occurrence, now: Moment) -> str:
    """Why it was not rung, told backwards on the monotonic axis from a clock that is calm now."""
    if occurrence.excepted:
        return Reason.EXCEPTED
    if occurrence.key in ledger.noted:
        return ledger.noted[occurrence.key][1]
    if any(outage.since < occurrence.due < outage.until <= now.wall for outage in ledger.outages):
        return Reason.NO_POWER
    began_at, trusted_at = _wall_of(ledger.began, now), _wall_of(ledger.trusted_from, now)
    if occurrence.due >= began_at:
        return Reason.CLOCK_UNTRUSTED if occurrence.last_chance < trusted_at else Reason.LATE
    if ledger.seen_at is None:
        return Reason.UNKNOWN
    return Reason.CLOCK_UNTRUSTED if occurrence.due <= ledger.seen_at else Reason.LATE


def _wall_of(mono: float | None, now: Moment) -> datetime:
    return now.wall if mono is None else now.wall - timedelta(seconds=now.mono - mono)


def _rest_s(ledger: Ledger, times: Sequence[Entry], now: Moment, next_after: NextAfter) -> float:
    if ledger.in_hand:
        return LOOK_NEAR_S
    rest_s = LOOK_FAR_S
    for slot in times:
        due = next_after(slot, now.wall - timedelta(seconds=slot.grace_s))
        if due is None:
            continue
        ahead_s = (due - now.wall).total_seconds()
        rest_s = min(rest_s, LOOK_NEAR_S) if ahead_s <= NEAR_S else min(rest_s, ahead_s - NEAR_S)
        coming = due if ahead_s > 0 else next_after(slot, now.wall)
        if coming is not None:
            rest_s = min(rest_s, (coming - now.wall).total_seconds())
    return rest_s


def _without(mapping: Mapping[_K, _V], key: _K) -> dict[_K, _V]:
    return {held: value for held, value in mapping.items() if held != key}
