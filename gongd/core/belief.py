"""A clock that leaps is not believed at once: until it has stood, the time believed before goes on beside it.

Nobody can tell at first whether a clock that leaps was wrong until now or is wrong from now on. So two times are kept:
the wall clock's, and the *steady* one, which is the last that was believed, carried on by the monotonic clock. What is
written for good (a missed night, a schedule's first night) must be true by both. They become one again when they agree
(the leap was taken back), or when the wall clock has stood for as long as it leapt, at most PATIENCE_S: whoever is
right, what it leapt over is past by then. On the steady clock time without power stands still, for nobody counted it.

What is heard is not held back by any of this: the gong rings by the wall clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from gongd.core.moment import Moment

STEP_S = 2.0
"""A wall clock that departs this far from the monotonic one between two looks has been set."""
CALM_S = 900.0
"""A miss is believed after so long of trusted, unstepped clock beyond the grace (box.md, promise 2)."""
PATIENCE_S = 2 * 86400.0
"""A clock that has stood so long is believed, however far it leapt."""


@dataclass(frozen=True, slots=True)
class Belief:
    """The steady clock showed `wall` at the monotonic instant `mono`. `stood_s`: how long the wall clock that is still
    doubted has stood in earlier runs of the box. `first`: the first nights that are taken up while it is doubted."""

    wall: datetime
    mono: float
    stood_s: float = 0.0
    first: Mapping[str, date] = field(default_factory=dict)

    def steady(self, now: Moment) -> datetime:
        """What the steady clock shows."""
        return self.wall + timedelta(seconds=now.mono - self.mono)

    def skew_s(self, now: Moment) -> float:
        """How far the wall clock is ahead of the steady one."""
        return (now.wall - self.steady(now)).total_seconds()

    def doubts(self, now: Moment) -> bool:
        """Do the two clocks differ?"""
        return abs(self.skew_s(now)) > STEP_S


def weigh(belief: Belief | None, now: Moment, calm_s: float) -> Belief:
    """Look at both clocks, under trust. `calm_s`: for how long the wall clock was trusted and unstepped in this run."""
    if belief is None or not belief.doubts(now):
        return Belief(now.wall, now.mono)
    if belief.skew_s(now) > 0:
        belief = replace(belief, first=_not_from_a_past(belief.first, belief.steady(now).date()))
    if belief.stood_s + calm_s >= CALM_S + min(abs(belief.skew_s(now)), PATIENCE_S):
        return Belief(now.wall, now.mono, first=belief.first)
    return belief


def _not_from_a_past(taken: Mapping[str, date], today: date) -> Mapping[str, date]:
    """A clock that was far behind is so no more: what was taken up under it was a lie's."""
    return {schedule: night for schedule, night in taken.items() if night >= today - timedelta(days=1)}


def disturbed(belief: Belief | None) -> Belief | None:
    """The wall clock has been set once more: it stands anew."""
    return None if belief is None else replace(belief, stood_s=0.0)


def step_s(last: Moment | None, now: Moment) -> float:
    """By how much the wall clock was set between two looks (forward is positive)."""
    return 0.0 if last is None else (now.wall - last.wall).total_seconds() - (now.mono - last.mono)


def keep(belief: Belief | None, last: Moment | None, now: Moment, calm_s: float) -> dict[str, object]:
    """The steady clock as JSON values, for the next sign of life.

    `calm_s` was true at the `last` look: a clock that was set since has stood for no time.
    """
    if abs(step_s(last, now)) > STEP_S:
        belief, calm_s = disturbed(belief), 0.0
    if belief is None:
        return {}
    first = {schedule: night.isoformat() for schedule, night in belief.first.items()}
    stood_s = belief.stood_s + calm_s if belief.doubts(now) else 0.0
    return {"at": belief.steady(now).isoformat(), "stood_s": round(stood_s, 1), "first": first}


def recall(kept: object, seen_at: datetime | None, mono: float | None) -> Belief | None:
    """As the last sign of life left it. `mono`: when that was, if in this very boot; else power was out meanwhile.

    Where nothing was kept, the last sign of life under a trusted clock was believed.
    """
    match kept:
        case {"at": str(at), "stood_s": int() | float() as stood_s, "first": Mapping() as first}:
            nights = {str(schedule): date.fromisoformat(str(night)) for schedule, night in first.items()}
            return Belief(datetime.fromisoformat(at), mono or 0.0, float(stood_s), nights)
    return None if seen_at is None else Belief(seen_at, mono or 0.0)
