"""A clock that leaps by days is not believed at once: until it has stood, the time believed before goes on beside it.

A time server that lies must not let a box write nights as missed that are still to come. Nobody can tell at first
whether a clock that leaps was wrong until now or is wrong from now on. So the last time that was believed is carried on
by the monotonic clock: the *steady* clock. While the wall clock differs from it by more than LEAP_S, a night counts as
missed only when it is over by both, and first nights are taken up but not written. They become one again when the leap
is taken back, or when the wall clock has stood for PATIENCE_S. A smaller leap is believed as it is seen, and so is one
that only undoes what such leaps have set the clock back by.

Time without power is no leap: nobody counted it, and the first trusted clock of a boot is believed, unless it shows a
time that was over long before. What is heard is not held back by any of this: the gong rings by the wall clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from gongd.core.moment import Moment

LEAP_S = 3 * 86400.0
"""No honest leap is larger: a clock held over for a week has drifted by a minute, a wrong zone is a day and some hours
at most, and a technician who mistakes the date mistakes it by a day or two. Those have their misses filed after the 15
minutes of promise 2 (its tests step the clock by up to 48 hours)."""
PATIENCE_S = 2 * 86400.0
"""A clock that has stood so long in one run of the box is believed, however far it leapt."""


@dataclass(frozen=True, slots=True)
class Belief:
    """The steady clock showed `wall` at the monotonic instant `mono`, or in an earlier boot (None).

    `back_s`: so far it was set back, by leaps that were believed, since it last stood. `first`: the first nights that
    are taken up while the wall clock is doubted.
    """

    wall: datetime
    mono: float | None
    back_s: float = 0.0
    first: Mapping[str, date] = field(default_factory=dict)

    def steady(self, now: Moment) -> datetime:
        """What the steady clock shows. The monotonic clock began with the boot."""
        return self.wall + timedelta(seconds=now.mono - (self.mono or 0.0))

    def skew_s(self, now: Moment) -> float:
        """How far the wall clock is ahead of the steady one."""
        return (now.wall - self.steady(now)).total_seconds()

    def doubts(self, now: Moment) -> bool:
        """Do the two clocks differ by more than is honest?"""
        return not -LEAP_S <= self.skew_s(now) <= LEAP_S + self.back_s


def weigh(belief: Belief | None, now: Moment, calm_s: float) -> Belief:
    """Look at both clocks, under trust. `calm_s`: for how long the wall clock was trusted and unstepped in this run."""
    if belief is None:
        return Belief(now.wall, now.mono)
    skew_s, first = belief.skew_s(now), belief.first
    if not belief.doubts(now):
        return Belief(now.wall, now.mono, max(0.0, belief.back_s - skew_s) if calm_s < PATIENCE_S else 0.0)
    if skew_s > 0:  # what was taken up under a clock that was far behind was a lie's
        yesterday = belief.steady(now).date() - timedelta(days=1)
        first = {schedule: night for schedule, night in first.items() if night >= yesterday}
    if calm_s >= PATIENCE_S or (skew_s > 0 and belief.mono is None):
        return Belief(now.wall, now.mono, first=first)
    return replace(belief, mono=belief.mono or 0.0, first=first)


def keep(belief: Belief | None) -> dict[str, object]:
    """The steady clock as JSON values, for the sign of life."""
    if belief is None:
        return {}
    first = {schedule: night.isoformat() for schedule, night in belief.first.items()}
    return {"wall": belief.wall.isoformat(), "mono": belief.mono, "back_s": belief.back_s, "first": first}


def recall(kept: object, same_boot: bool) -> Belief | None:
    """As the last sign of life left it, in this very boot or in an earlier one."""
    match kept:
        case {
            "wall": str(wall),
            "mono": float() | int() | None as mono,
            "back_s": float() | int() as back_s,
            "first": Mapping() as first,
        }:
            nights = {str(schedule): date.fromisoformat(str(night)) for schedule, night in first.items()}
            return Belief(datetime.fromisoformat(wall), mono if same_boot else None, back_s, nights)
    return None
