"""Beyond shape, in time: does a rhythm fit its cap, a striker its strokes, and one schedule beside another?"""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

from gongd.core.catalogue import Priority, Signal
from gongd.core.relay import Relay, Role
from gongd.core.rhythm import Rhythm, Tempo, lay_out, placed
from gongd.core.schedule import Days, Entry, is_excepted
from gongd.core.timeline import OPENING
from gongd.core.words import Text
from gongd.settings.node import Leaf, Row, Trail
from gongd.settings.scalar import spell_s
from gongd.settings.sense import Check, Draft, Remark

_TOO_LONG = Text(
    vi='"{name}" phát ít nhất {length} giây, quá tối đa ({cap})',
    en='"{name}" sounds for at least {length} s, over its at_most ({cap})',
)
_TOO_SLOW = Text(
    vi='Búa gõ đóng {pulse}, nhưng hai tiếng gần nhau nhất của "{signal}" chỉ cách {gap:.0f} ms',
    en='The striker is driven for {pulse}, but strokes of "{signal}" are only {gap:.0f} ms apart',
)
_SAME_ID = Text(vi='Hai lịch cùng tên "{name}"', en='Two schedules called "{name}"')
_COLLIDE = Text(
    vi='Trùng giờ với lịch "{other}" ({at}, ngày {day:%d/%m/%Y}), cùng mức: chỉ một cái kêu được',
    en='The same time as schedule "{other}" ({at} on {day:%Y-%m-%d}) and the same class: only one can sound',
)
_COLLIDE_WEEKLY = Text(
    vi='Trùng giờ với lịch "{other}" ({at}), cùng mức: chỉ một cái kêu được',
    en='The same time as schedule "{other}" ({at}) and the same class: only one can sound',
)
_NONE = Text(
    vi="Không có lịch nào: kẻng 22 giờ sẽ không đánh",
    en="There is no schedule: the 22:00 gong will not ring",
)
_FALSE_ALARM = Text(
    vi='"{name}" là hiệu lệnh khẩn cấp: phát theo lịch là báo động giả',
    en='"{name}" is an emergency: by schedule it is a false alarm',
)


LONGEST_CAP_S = 3600.0
"""No cap is longer, so nobody needs to know how much longer a rhythm is."""


def length_s(rhythm: Rhythm, tempo: Tempo) -> float:
    """Seconds of one pass; counting stops beyond the longest cap."""
    end_s = 0.0
    for at_s, part in placed(rhythm, tempo):
        end_s = at_s + part.span_s + part.rest_s
        if end_s > LONGEST_CAP_S:
            break
    return end_s


def smallest_gap_s(signal: Signal, tempo: Tempo) -> float:
    """Seconds between the two closest strokes of a signal within its cap, its opening included."""
    gaps = [float("inf")]
    for rhythm in (OPENING, signal.rhythm) if signal.opens_with_alarm else (signal.rhythm,):
        last_s: float | None = None
        for at_s, part in placed(rhythm, tempo):
            for stroke in part.strokes:
                if last_s is not None:
                    gaps.append(at_s + stroke.at_s - last_s)
                last_s = at_s + stroke.at_s
            if at_s > signal.at_most_s:
                break
    return min(gaps)


def rhythms_fit_their_cap(draft: Draft) -> Iterator[Remark]:
    """One pass (of a finite signal: all of them), with the opening of an emergency, ends before the cap."""
    opening_s = lay_out(OPENING, draft.parts.tempo).duration_s
    for signal in draft.parts.signals.values():
        before_s = opening_s if signal.opens_with_alarm else 0.0
        whole_s = before_s + length_s(signal.rhythm, draft.parts.tempo) * (signal.cycles or 1)
        if whole_s > signal.at_most_s:
            text = _TOO_LONG.fill(name=signal.name, length=math.ceil(whole_s), cap=spell_s(signal.at_most_s))
            yield Remark(_why(draft, signal.name), text)


def _why(draft: Draft, name: str) -> Trail:
    """The key of the file that makes a signal too long."""
    own: tuple[Trail, ...] = tuple(("signals", name, key) for key in ("rhythm", "at_most", "repeat"))
    everybody: tuple[Trail, ...] = (("limits", "at_most"), ("tempo",), ("signals", name))
    return next((path for path in (*own, *everybody) if draft.node(*path)), ())


def strikers_fall_back(draft: Draft) -> Iterator[Remark]:
    """A striker is released before it must strike again."""
    for relay in draft.parts.relays:
        if relay.on is Role.STROKE:
            yield from _slow_striker(relay, draft)


def _slow_striker(relay: Relay, draft: Draft) -> Iterator[Remark]:
    users = (signal for signal in draft.parts.signals.values() if relay.name in signal.relays)
    gaps = [(smallest_gap_s(signal, draft.parts.tempo), signal.name) for signal in users]
    gap_s, name = min(gaps, default=(float("inf"), ""))
    if relay.pulse_s >= gap_s:
        text = _TOO_SLOW.fill(pulse=spell_s(relay.pulse_s), signal=name, gap=gap_s * 1000)
        yield Remark(("relays", relay.name, "pulse"), text)


def schedules_have_their_own_names(draft: Draft) -> Iterator[Remark]:
    """The journal keeps one record per schedule and night."""
    seen: set[str] = set()
    for row in range(draft.rows("schedules")):
        for path, name in draft.leaves("schedules", row, "id"):
            if name in seen:
                yield Remark(path, _SAME_ID.fill(name=name))
            seen.add(name)


def something_rings(draft: Draft) -> Iterator[Remark]:
    """An empty list is obeyed, and said aloud."""
    node = draft.node("schedules")
    if (isinstance(node, Row) and not node.items) or (isinstance(node, Leaf) and node.empty):
        yield Remark(("schedules",), _NONE, warning=True)


def no_alarm_by_schedule(draft: Draft) -> Iterator[Remark]:
    """A false sound is never made."""
    for entry in draft.parts.schedules:
        signal = draft.parts.signals.get(entry.signal)
        if signal and signal.priority is Priority.EMERGENCY:
            path = (*_path_of(draft, entry), "signal")
            yield Remark(path, _FALSE_ALARM.fill(name=signal.name), warning=True)


def schedules_do_not_collide(draft: Draft) -> Iterator[Remark]:
    """Two schedules of equal rank never begin at the same time of a day that both ring on. Each is told of once."""
    told: set[str] = set()
    for one, other in combinations(draft.parts.schedules, 2):
        times = sorted(set(one.at) & set(other.at))
        if not times or not _same_rank(one, other, draft) or one.id == other.id or other.id in told:
            continue
        day = common_day(one.days, other.days)
        if day is not None:
            told.add(other.id)
            face = times[0].strftime("%H:%M")
            dated = one.days.dates or other.days.dates or one.days.first or other.days.first
            words = (
                _COLLIDE.fill(other=one.id, at=face, day=day) if dated else _COLLIDE_WEEKLY.fill(other=one.id, at=face)
            )
            yield Remark((*_path_of(draft, other), "at"), words)


def _same_rank(one: Entry, other: Entry, draft: Draft) -> bool:
    first, second = draft.parts.signals.get(one.signal), draft.parts.signals.get(other.signal)
    if first is None or second is None:
        return False
    return (first.priority, first.number) == (second.priority, second.number)


def _path_of(draft: Draft, entry: Entry) -> Trail:
    for row in range(draft.rows("schedules")):
        if any(name == entry.id for _, name in draft.leaves("schedules", row, "id")):
            return ("schedules", row)
    return ("schedules",)


_LONG_AGO = date(2024, 1, 1)
_FARTHEST = timedelta(days=1500)


def rings_on(days: Days, day: date) -> bool:
    """Does an entry with these days ring on that date?"""
    if is_excepted(days, day):
        return False
    if days.dates:
        return day in days.dates
    early = days.first is not None and day < days.first
    late = days.last is not None and day > days.last
    return not early and not late and day.weekday() in days.weekdays


def common_day(one: Days, other: Days) -> date | None:
    """The first date on which both ring, or None. Without an end they are compared for four years."""
    if one.dates or other.dates:
        return next((day for day in one.dates or other.dates if rings_on(one, day) and rings_on(other, day)), None)
    start = max((first for first in (one.first, other.first) if first), default=_LONG_AGO)
    end = min((last for last in (one.last, other.last) if last), default=start + _FARTHEST)
    day = start
    while day <= min(end, start + _FARTHEST):
        if rings_on(one, day) and rings_on(other, day):
            return day
        day += timedelta(days=1)
    return None


CHECKS_IN_TIME: tuple[Check, ...] = (
    rhythms_fit_their_cap,
    strikers_fall_back,
    schedules_have_their_own_names,
    something_rings,
    no_alarm_by_schedule,
    schedules_do_not_collide,
)
