"""Occurrences of schedules, from APScheduler's triggers used as pure functions: never its clock, never its jobs.

The triggers see a civil axis without zones (their "UTC" is the wall clock's face), so that daylight saving cannot make
them ring twice or not at all; the zone is put back here.
"""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from gongd.core.schedule import Days, Entry

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WIDEST_GAP = timedelta(hours=3)
_LAST_SECOND = time(23, 59, 59)
_REMEMBERED = 4


class TriggerCalendar:
    """The port `Calendar` for one time zone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._answers: dict[Entry, deque[tuple[datetime, datetime | None]]] = {}

    def next_after(self, entry: Entry, after: datetime) -> datetime | None:
        """The first occurrence strictly after the aware instant `after`, in the zone; excepted days are left in.

        A face that a zone skips (02:30 in spring) rings once, as much later as the clock was put on; a face that
        comes twice rings the first time; a day that a zone skips altogether has no occurrence. The last few answers
        are remembered, so that a loop may ask every second.
        """
        answers = self._answers.setdefault(entry, deque(maxlen=_REMEMBERED))
        for asked, answer in answers:
            if asked <= after and (answer is None or after < answer):
                return answer
        found = self._search(entry, after)
        answers.append((after, found))
        return found

    def _search(self, entry: Entry, after: datetime) -> datetime | None:
        face = after.astimezone(self._zone).replace(tzinfo=UTC) - _WIDEST_GAP
        for candidate in _faces(_trigger(entry), face):
            due = self._instant(candidate)
            if due is not None and due.astimezone(UTC) > after:
                return due
        return None

    def _instant(self, face: datetime) -> datetime | None:
        for fold in (0, 1):
            local = face.replace(tzinfo=self._zone, fold=fold)
            real = local.astimezone(UTC).astimezone(self._zone)
            if real.date() == face.date():
                return real
        return None


def _faces(trigger: BaseTrigger, start: datetime) -> Iterator[datetime]:
    face: datetime | None = trigger.get_next_fire_time(None, start)
    while face is not None:
        yield face
        face = trigger.get_next_fire_time(face, face)


@lru_cache(maxsize=256)
def _trigger(entry: Entry) -> BaseTrigger:
    parts = [part for at in entry.at for part in _parts(entry.days, at)]
    return parts[0] if len(parts) == 1 else OrTrigger(parts)


def _parts(days: Days, at: time) -> Iterator[CronTrigger]:
    face = {"hour": at.hour, "minute": at.minute, "second": at.second, "timezone": UTC}
    if days.dates:
        for day in days.dates:
            yield CronTrigger(year=day.year, month=day.month, day=day.day, **face)
        return
    if not days.weekdays:
        return
    yield CronTrigger(
        day_of_week=",".join(_WEEKDAYS[number] for number in sorted(days.weekdays)),
        start_date=datetime.combine(days.first, time.min, UTC) if days.first else None,
        end_date=datetime.combine(days.last, _LAST_SECOND, UTC) if days.last else None,
        **face,
    )
