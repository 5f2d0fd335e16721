"""When a schedule is due, and whether it still may ring: placeholder until the schedule lands."""

from dataclasses import dataclass
from datetime import date, time


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
