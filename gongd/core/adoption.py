"""From which night on a schedule counts. What is taken up while the clock is doubted is not written down yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from gongd.core.belief import Belief
from gongd.core.moment import Moment
from gongd.core.schedule import Entry, NextAfter, occurrence_after


@dataclass(frozen=True, slots=True)
class Adopt:
    """A schedule counts from this night on; nights before are none of its own."""

    schedule: str
    first: date


@dataclass(frozen=True, slots=True)
class Retire:
    """A schedule stands in the settings no more."""

    schedule: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """The first night of each schedule, as it is written; `belief` has those that are only taken up."""

    first: Mapping[str, date]
    belief: Belief
    told: tuple[Adopt | Retire, ...]


def adopt(
    first: Mapping[str, date],
    belief: Belief,
    met: Mapping[str, float],
    went_back: bool,
    unfiled: datetime | None,
    times: Sequence[Entry],
    now: Moment,
    next_after: NextAfter,
) -> Adopted:
    """A new schedule counts from the first occurrence since the box has met it, though nobody could say then what time
    it was; a known one from an earlier one if the clock went back. Neither looks back farther than the grace. Where the
    journal that knew them was lost, they count on from where it may have left off: what was due after `unfiled`, or had
    its grace then.

    While the clock is doubted that is only taken up: written once it is believed, or forgotten with the lie.
    """
    told: list[Adopt | Retire] = [Retire(name) for name in sorted(first.keys() - met.keys())]
    known, taken = ({name: kept[name] for name in kept if name in met} for kept in (first, belief.first))
    for slot in times:
        back_s = (slot.grace_s if went_back else 0.0) if slot.id in known else now.mono - met[slot.id]
        since = now.wall - timedelta(seconds=min(back_s, slot.grace_s))
        if unfiled is not None:
            since = min(since, unfiled - timedelta(seconds=slot.grace_s))
        coming = occurrence_after(slot, since, next_after)
        if coming is not None and coming.night < min(known.get(slot.id, date.max), taken.get(slot.id, date.max)):
            taken[slot.id] = coming.night
    if not belief.doubts(now):
        told += [Adopt(name, night) for name, night in taken.items()]
        known, taken = {**known, **taken}, {}
    return Adopted(known, belief if taken == belief.first else replace(belief, first=taken), tuple(told))
