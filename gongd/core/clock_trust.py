"""Can the wall clock be believed? A state, carried from reading to reading (box.md, promise 6).

Right by, in this order: the kernel (synchronised), a person who vouched, a hardware clock, or one of these earlier and
held over on the monotonic clock. A clock that is *set* (wall departs from monotonic) while it was right by anything but
the kernel is believed no longer until the kernel or a person says so: nobody has explained the step. While the kernel
says synchronised its steps are explained. `gongd clock set`, run by root, steps the system clock and then vouches.

A person at the button cannot set the system clock (the daemon may not), so the box keeps an offset: wall = system +
offset, until the kernel is synchronised.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

from gongd.core.moment import Moment
from gongd.core.words import Text

STEP_S = 2.0
"""A wall clock that departs this far from the monotonic one between two readings has been set."""
AGREES_S = 60.0
"""A person names a minute; a clock within it (or nearly) is left as it is, seconds and all."""


class Reading(Protocol):
    """What the machine says of its clock (ports.ClockReading)."""

    @property
    def wall(self) -> datetime: ...
    @property
    def mono(self) -> float: ...
    @property
    def synchronised(self) -> bool: ...
    @property
    def hardware_clock(self) -> bool: ...


class Why(StrEnum):
    """Why the clock is believed, or why not."""

    KERNEL = "kernel"
    PERSON = "person"
    HARDWARE = "hardware-clock"
    HELD = "held-over"
    ASSUMED = "assumed"
    NEVER = "never-right"
    EXPIRED = "holdover-over"
    STEPPED = "stepped"

    @property
    def trusted(self) -> bool:
        """Is it a reason to believe?"""
        return self not in (Why.NEVER, Why.EXPIRED, Why.STEPPED)


WORDS = {
    Why.KERNEL: Text(vi="Đồng hồ đúng: đã đồng bộ", en="The clock is right: synchronised"),
    Why.PERSON: Text(vi="Đồng hồ đúng: có người xác nhận", en="The clock is right: a person vouched for it"),
    Why.HARDWARE: Text(vi="Đồng hồ đúng: theo đồng hồ pin (RTC)", en="The clock is right: from the hardware clock"),
    Why.HELD: Text(vi="Đồng hồ đúng: còn giữ giờ từ lần trước", en="The clock is right: held over from earlier"),
    Why.ASSUMED: Text(vi="Đồng hồ được coi là đúng (clock.trust: assume)", en="The clock is assumed to be right"),
    Why.NEVER: Text(
        vi="Đồng hồ chưa tin được: chưa lần nào được đồng bộ từ khi bật máy",
        en="The clock cannot be trusted: it has not been synchronised since power-on",
    ),
    Why.EXPIRED: Text(
        vi="Đồng hồ chưa tin được: lần đồng bộ cuối đã quá lâu",
        en="The clock cannot be trusted: it was last synchronised too long ago",
    ),
    Why.STEPPED: Text(
        vi="Đồng hồ chưa tin được: giờ bị đổi, không rõ ai đổi",
        en="The clock cannot be trusted: it was set, and nobody said by whom",
    ),
}
"""A sentence for each reason (the fault's own words: language.md, 4)."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """What is known of the clock. `good_at` is the monotonic instant at which it was last right, by `source`.

    `offset_s` is added to the system's wall clock. `broken`: it was set since, unexplained.
    """

    assume: bool = False
    holdover_s: float = 7 * 86400.0
    source: Why | None = None
    good_at: float | None = None
    offset_s: float = 0.0
    broken: bool = False
    last: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """One reading, judged: the state to carry on, the moment for everybody else, and why it is (not) trusted."""

    state: ClockState
    moment: Moment
    why: Why


def observe(state: ClockState, reading: Reading) -> Sight:
    """Judge one reading."""
    state = _judged(state, reading, (reading.wall.timestamp(), reading.mono))
    why = _why(state, reading)
    wall = reading.wall + timedelta(seconds=state.offset_s) if state.offset_s else reading.wall
    return Sight(state, Moment(wall, reading.mono, why.trusted), why)


def _judged(state: ClockState, reading: Reading, seen: tuple[float, float]) -> ClockState:
    if reading.synchronised:
        return ClockState(state.assume, state.holdover_s, Why.KERNEL, good_at=reading.mono, last=seen)
    if abs(_step_s(state.last, seen)) > STEP_S and state.source is not None:
        return replace(state, broken=True, offset_s=0.0, last=seen)
    if reading.hardware_clock and not state.broken and _is_free_for_hardware(state, reading.mono):
        return replace(state, source=Why.HARDWARE, good_at=reading.mono, offset_s=0.0, last=seen)
    return replace(state, last=seen)


def _step_s(last: tuple[float, float] | None, seen: tuple[float, float]) -> float:
    if last is None:
        return 0.0
    (wall, mono), (wall_now, mono_now) = last, seen
    return (wall_now - wall) - (mono_now - mono)


def _is_free_for_hardware(state: ClockState, mono: float) -> bool:
    """What a person or the kernel said outranks the hardware clock for as long as it is held over."""
    return state.source in (None, Why.HARDWARE) or not _holds(state, mono)


def _holds(state: ClockState, mono: float) -> bool:
    return state.good_at is not None and mono - state.good_at <= state.holdover_s


def _why(state: ClockState, reading: Reading) -> Why:
    if reading.synchronised:
        return Why.KERNEL
    if state.assume:
        return Why.ASSUMED
    if state.broken:
        return Why.STEPPED
    if state.source is None:
        return Why.NEVER
    if not _holds(state, reading.mono):
        return Why.EXPIRED
    if state.source is Why.PERSON or (state.source is Why.HARDWARE and reading.hardware_clock):
        return state.source
    return Why.HELD


def vouch(state: ClockState, said: time, reading: Reading, zone: tzinfo, not_before: datetime | None) -> ClockState:
    """A person says that it is `said` now, in `zone`: believed like a synchronisation, and held over like one.

    The day is the one that brings the time nearest to the system's clock, but never before `not_before` (when the
    box last saw a trusted clock: after a power cut the system's clock may lag by days, true time never does).
    """
    system = reading.wall.astimezone(zone)
    meant = _nearest(said, system, zone, not_before)
    apart_s = (meant + timedelta(seconds=30) - system).total_seconds()
    offset_s = 0.0 if abs(apart_s) <= AGREES_S else (meant - system).total_seconds()
    last = (reading.wall.timestamp(), reading.mono)
    return replace(state, source=Why.PERSON, good_at=reading.mono, offset_s=offset_s, broken=False, last=last)


def _nearest(said: time, system: datetime, zone: tzinfo, not_before: datetime | None) -> datetime:
    near = system if not_before is None else max(system, not_before.astimezone(zone))
    days = (near.date() + timedelta(days=n) for n in (-1, 0, 1))
    meant = [datetime.combine(day, said, zone) for day in days]
    if not_before is not None:
        meant = [each for each in meant if each >= not_before - timedelta(seconds=AGREES_S)]
    return min(meant, key=lambda each: abs(each - near))


def keep(state: ClockState, boot_id: str) -> dict[str, object]:
    """The state as JSON values, for a daemon that starts again in the same boot."""
    return {
        "boot": boot_id,
        "source": state.source,
        "good_at": state.good_at,
        "offset_s": state.offset_s,
        "broken": state.broken,
        "last": list(state.last) if state.last else None,
    }


def recall(fresh: ClockState, kept: Mapping[str, object], boot_id: str) -> ClockState:
    """What was kept, if it is of this very boot (the monotonic clock began anew otherwise); else `fresh`.

    Steps between then and now are seen at the next reading, because the last one is kept too.
    """
    match kept:
        case {
            "boot": str(boot),
            "source": str(source),
            "good_at": float() | int() as good_at,
            "offset_s": float() | int() as offset_s,
            "broken": bool(broken),
            "last": [float() | int() as wall, float() | int() as mono],
        } if boot == boot_id and source in tuple(Why):
            return replace(
                fresh,
                source=Why(source),
                good_at=float(good_at),
                offset_s=float(offset_s),
                broken=broken,
                last=(float(wall), float(mono)),
            )
    return fresh
