"""What all simulated boxes have in common: their settings file, read once, and what follows from it."""

from bisect import bisect_right
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from gongd.adapters.calendar import TriggerCalendar
from gongd.core.catalogue import Status
from gongd.core.job import House, Job
from gongd.core.schedule import Entry
from gongd.core.timeline import Timeline
from gongd.ports import Track
from gongd.repertoire import house_of, repertoire
from gongd.settings import Settings, load
from gongd.settings.loader import parse
from gongd.sim.hands import SimTrack

COMMUNE = "nguyet-an"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
ZONES = ("trung-tam", "vung-cao")
SCHEDULE = "nightly"
GRACE_S = 120.0
BASE = "gong"
HEARTBEAT_S = 24 * 3600.0
"""So rarely, for speed: what is proven is decisions, not bytes."""

_TEXT = """
box: {{id: {id}, commune: {commune}, name: "Thôn {number}, xã Nguyệt Ấn", timezone: Asia/Ho_Chi_Minh, zones: [{zone}]}}
speaker: {{volume: {volume}}}
relays:
  amplifier: {{pin: 17, on: activation, lead: 500ms, tail: 1s}}
  striker: {{pin: 27, on: stroke, pulse: 80ms}}
  siren: {{pin: 23, on: blast}}
  lamp: {{pin: 24, on: fault}}
buttons:
  fire: {{pin: 5, hold: 2s, sound: fire}}
  flood: {{pin: 13, hold: 2s, sound: flood}}
  all-clear: {{pin: 19, hold: 2s, sound: all-clear}}
  silence: {{pin: 26, hold: 1s, do: silence}}
  status: {{pin: 20, do: status}}
signals:
  peace: {{rhythm: "2 tiếng nhanh", volume: 50}}
  fire: {{priority: emergency, rhythm: "3 tiếng mỗi 1s, nghỉ 2s", repeat: until-stopped, at_most: 30s}}
  security: {{priority: emergency, rhythm: "(2 tiếng nhanh, nghỉ 2s) x 3", repeat: until-stopped, at_most: 40s}}
  flood: {{priority: emergency, rhythm: "còi hú 5s, nghỉ 2s", repeat: until-stopped, at_most: 30s,
          again: 10m, for: 35m}}
schedules:
  - {{id: nightly, signal: peace, at: "22:00", days: daily, grace: {grace}}}
mqtt: {{host: kenh.example.vn}}
"""
GRACES = ("2m", "1m")
"""The longest is what the rules go by."""
BROKEN = "box: {id: 3, name: [}\n"
"""A settings file that was saved half-way."""


def box_id(number: int) -> str:
    """What the box of this number is called; the first is 1."""
    return f"thon-{number}"


def zone_of(number: int) -> str:
    """In which zone it stands."""
    return ZONES[number % len(ZONES)]


@lru_cache(maxsize=256)
def settings_text(number: int, volume: int = 70, grace: str = GRACES[0]) -> str:
    """The file of a box."""
    box, zone = box_id(number), zone_of(number)
    return _TEXT.format(id=box, commune=COMMUNE, number=number, zone=zone, volume=volume, grace=grace)


@lru_cache(maxsize=256)
def read(text: str) -> Settings:
    """The settings of a file. Raises ConfigError."""
    return parse(text, "config.yaml")


def read_file(path: Path, folder: Path) -> Settings:
    """The settings of a file on a card: as `gongd.settings.load`, the same text once. Raises ConfigError."""
    try:
        return read(path.read_bytes().decode())
    except OSError:
        return load(path, folder)


_MOST_HOUSES = 256
_HOUSES: dict[str, tuple[House, tuple[Job, ...]]] = {}


def house(settings: Settings) -> tuple[House, tuple[Job, ...]]:
    """What the studio is asked for."""
    digest = settings.source_digest
    if digest not in _HOUSES:
        if len(_HOUSES) >= _MOST_HOUSES:
            _HOUSES.clear()
        found = house_of(settings)
        _HOUSES[digest] = (found, repertoire(settings, Path("/nowhere/config.yaml"), found))
    return _HOUSES[digest]


class Almanac:
    """The port `Calendar`: what `TriggerCalendar` says, looked up once for all boxes and seeds of a process."""

    def __init__(self) -> None:
        self._calendar = TriggerCalendar(ZONE)
        self._pages: dict[Entry, list[datetime]] = {}
        self._marks: dict[int, tuple[Entry, list[datetime]]] = {}
        """The page of each entry by its identity: an entry takes longer to hash than a day to find."""

    def next_after(self, entry: Entry, after: datetime) -> datetime | None:
        """The first occurrence strictly after that instant."""
        marked = self._marks.get(id(entry))
        if marked is None:
            marked = self._marks[id(entry)] = entry, self._pages.setdefault(entry, [])
        days = marked[1]
        if not days or after < days[0] - _A_DAY or after >= days[-1]:
            if not days or not days[0] - _A_DAY <= after < days[-1] + _MOST_AHEAD:
                return self._calendar.next_after(entry, after)
            days += self._more(entry, days[-1])
        return days[bisect_right(days, after)]

    def open(self, entry: Entry, start: datetime) -> None:
        """Begin its page."""
        if entry not in self._pages:
            self._pages[entry] = self._more(entry, start)

    def _more(self, entry: Entry, after: datetime) -> list[datetime]:
        found: list[datetime] = []
        while len(found) < _PAGE and (due := self._calendar.next_after(entry, after)) is not None:
            found.append(due)
            after = due
        return found


_PAGE = 500
_A_DAY = timedelta(days=1)
_MOST_AHEAD = timedelta(days=3)
ALMANAC = Almanac()


def bare(timeline: Timeline, volume: int) -> Track:
    """The bare rhythm: it says nothing of whose it is."""
    del volume
    return SimTrack("bare", "", Status.ACTUAL, timeline)
