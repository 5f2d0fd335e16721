"""When a schedule is due, and whether it still may ring. Values and pure functions; the nights' book is `night`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gongd.core.moment import Moment


@dataclass(frozen=True, slots=True)
class Days:
    """Which days an entry rings on.

    Exactly one of: `weekdays` (0 Monday .. 6 Sunday, all seven is daily) within [first, last] where given, or
    `dates` (one-off). `excepted` are single days or closed ranges on which it does not ring.
    """

    weekdays: frozenset[int] = frozenset(range(7))
    dates: tuple[date, ...] = ()
    first: date | None = None
    last: date | None = None
    excepted: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One schedule: `signal` at each of `at` (local wall times) on `days`; later than `grace_s` it is not rung."""

    id: str
    signal: str
    at: tuple[time, ...]
    days: Days = Days()
    grace_s: float = 120.0


NextAfter = Callable[[Entry, datetime], datetime | None]
"""The first occurrence of an entry strictly after an instant, excepted days left in; None when there is none."""

Key = tuple[str, date]
"""(schedule, night): what has exactly one record. The schedule is an entry's id, or `id@HH:MM` (see `slots`)."""


class Reason(StrEnum):
    """Why a night was not rung. The words that people read: language.md, 4."""

    NO_POWER = "no-power"
    CLOCK_UNTRUSTED = "clock-untrusted"
    LATE = "late"
    PREEMPTED = "preempted"
    EXCEPTED = "excepted"
    DISABLED = "disabled"
    MUTED = "muted"
    SPEAKER_FAILED = "speaker-failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One schedule on one night. `due` is aware, in the box's time zone; `night` is its local date."""

    schedule: str
    signal: str
    night: date
    due: datetime
    grace_s: float
    excepted: bool = False

    @property
    def key(self) -> Key:
        """What its one record is filed under."""
        return (self.schedule, self.night)

    @property
    def last_chance(self) -> datetime:
        """The last instant at which it may still begin to ring."""
        return self.due + timedelta(seconds=self.grace_s)


class Verdict(StrEnum):
    """What the clock says of one occurrence."""

    WAIT = "wait"
    RING = "ring"
    MISS = "miss"
    UNDECIDED = "undecided"


def verdict(occurrence: Occurrence, now: Moment) -> Verdict:
    """May it ring now? Without trust in the clock nothing is decided, and so nothing rings."""
    if not now.trusted:
        return Verdict.UNDECIDED
    if now.wall < occurrence.due:
        return Verdict.WAIT
    if occurrence.excepted or now.wall > occurrence.last_chance:
        return Verdict.MISS
    return Verdict.RING


def slots(entry: Entry) -> tuple[Entry, ...]:
    """The entry as one entry per time of day, each under its own schedule key: `id`, or `id@HH:MM` of several."""
    if len(entry.at) < 2:
        return (entry,)
    return tuple(replace(entry, id=f"{entry.id}@{_clock_face(at)}", at=(at,)) for at in entry.at)


def _clock_face(at: time) -> str:
    return at.strftime("%H:%M:%S" if at.second else "%H:%M")


def is_excepted(days: Days, night: date) -> bool:
    """Does that date lie in an exception?"""
    return any(first <= night <= last for first, last in days.excepted)


def occurrence_after(slot: Entry, after: datetime, next_after: NextAfter) -> Occurrence | None:
    """The next occurrence of one slot, strictly after `after`."""
    due = next_after(slot, after)
    if due is None:
        return None
    night = due.date()
    return Occurrence(slot.id, slot.signal, night, due, slot.grace_s, is_excepted(slot.days, night))


def occurrences(slot: Entry, after: datetime, until: datetime, next_after: NextAfter) -> Iterator[Occurrence]:
    """Every occurrence of one slot in (after, until]."""
    found = occurrence_after(slot, after, next_after)
    while found is not None and found.due <= until:
        yield found
        found = occurrence_after(slot, found.due, next_after)


def preview(entries: Sequence[Entry], start: datetime, days: float, next_after: NextAfter) -> tuple[Occurrence, ...]:
    """What is due in the `days` days after `start`, in order; excepted ones are in it, and marked."""
    until = start + timedelta(days=days)
    found = [
        occurrence
        for entry in entries
        for slot in slots(entry)
        for occurrence in occurrences(slot, start, until, next_after)
    ]
    return tuple(sorted(found, key=lambda occurrence: (occurrence.due, occurrence.schedule)))
