"""A night with its box, its power and its clock, all simulated: nothing here waits."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

from gongd.core.belief import keep, recall
from gongd.core.moment import Moment
from gongd.core.night import Decision, Ledger, Ring, look, missed, open_ledger, rung
from gongd.core.night_record import record_of, rung_record
from gongd.core.record import ADOPTED, OUTAGE, RETIRED, RUNG, Kind, Record
from gongd.core.schedule import Entry, Key, Occurrence, verdict

ZONE = timezone(timedelta(hours=7))
NIGHTLY = Entry("nightly", "peace", (time(22),))
TONIGHT = date(2026, 11, 21)
SELDOM_S, SOON_S = 600.0, 50.0


def at(clock: str, day: date = TONIGHT) -> datetime:
    """`at("22:00:03")`."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


def daily_after(entry: Entry, after: datetime) -> datetime | None:
    """A calendar without a library: every day, or the entry's dates."""
    day = after.astimezone(ZONE).date()
    days = entry.days.dates or tuple(day + timedelta(days=n) for n in range(3))
    found = [datetime.combine(each, clock, ZONE) for each in days for clock in entry.at]
    return min((due for due in found if due > after), default=None)


@dataclass
class World:
    """True time and what the box makes of it. `ahead_s` is how wrong its wall clock is."""

    now_at: datetime
    entries: tuple[Entry, ...] = (NIGHTLY,)
    ahead_s: float = 0.0
    trusted: bool = True
    powered: bool = True
    begins: bool = True
    hindered: str | None = None
    boot_at: datetime = field(init=False)
    ledger: Ledger = field(init=False)
    next_look_at: float = 0.0
    records: list[Record] = field(default_factory=list)
    rings: list[tuple[datetime, Occurrence]] = field(default_factory=list)
    told: list[Decision] = field(default_factory=list)
    seen_at: datetime | None = None
    sign: dict[str, object] = field(default_factory=dict)
    sign_boot_at: datetime | None = None
    is_heir: bool = False
    looks: int = 0

    def __post_init__(self) -> None:
        self.boot_at = self.now_at - timedelta(seconds=30)
        self.ledger = open_ledger((), {}, None)

    @property
    def moment(self) -> Moment:
        wall = self.now_at + timedelta(seconds=self.ahead_s)
        return Moment(wall, (self.now_at - self.boot_at).total_seconds(), self.trusted)

    def nights(self) -> dict[Key, Record]:
        """The record of each night; there may not be two."""
        found: dict[Key, Record] = {}
        for record in self.records:
            if record.kind is Kind.NIGHT:
                assert record.schedule is not None
                assert record.night is not None
                assert (record.schedule, record.night) not in found
                found[record.schedule, record.night] = record
        return found

    def outcome(self, night: date = TONIGHT, schedule: str = "nightly") -> str | None:
        """`rung`, the reason of a missed night, or None when it has no record."""
        record = self.nights().get((schedule, night))
        return None if record is None else record.reason or record.outcome

    def look(self) -> None:
        """One look of the box at its clock, and what it does about it."""
        self.looks += 1
        now = self.moment
        self.sign, self.sign_boot_at = keep(self.ledger.belief), self.boot_at
        seen = look(self.ledger, self.entries, now, daily_after)
        self.ledger, self.next_look_at = seen.ledger, seen.next_look_at
        assert seen.next_look_at > now.mono
        for decision in seen.decisions:
            self.told.append(decision)
            record = record_of(decision, now)
            if record is not None:
                self.records.append(record)
            if isinstance(decision, Ring):
                self._ring(decision.occurrence, now)
        self.seen_at = now.wall if self.trusted else self.seen_at

    def _ring(self, occurrence: Occurrence, now: Moment) -> None:
        assert now.trusted
        assert occurrence.due <= now.wall <= occurrence.last_chance
        if self.hindered is not None:
            self.ledger = missed(self.ledger, occurrence, self.hindered)
        elif self.begins:
            assert verdict(occurrence, now) == "ring"
            self.records.append(rung_record(occurrence, now))
            self.rings.append((self.now_at, occurrence))
            self.ledger = rung(self.ledger, occurrence, now)

    def run_until(self, end: datetime) -> "World":
        """Let true time pass; the box looks no more often than it said it would."""
        while self.powered:
            next_at = self.boot_at + timedelta(seconds=self.next_look_at)
            if next_at > end:
                break
            self.now_at = max(self.now_at, next_at)
            self.look()
        self.now_at = max(self.now_at, end)
        return self

    def idle_until(self, end: datetime) -> "World":
        """Let days pass: the box looks seldom, but in time for its grace."""
        while self.now_at < end:
            wall = self.moment.wall
            near = abs((wall - wall.replace(hour=22, minute=5)).total_seconds()) < 2 * SELDOM_S
            self.now_at = min(end, self.now_at + timedelta(seconds=SOON_S if near else SELDOM_S))
            if self.powered:
                self.look()
        return self

    def step(self, by_s: float) -> "World":
        """Somebody sets the wall clock."""
        self.ahead_s += by_s
        return self

    def restart(self) -> "World":
        """The daemon dies and starts again: only records and the last sign of life live."""
        self.next_look_at = self.moment.mono
        nights = list(self.nights())
        belief = recall(self.sign, self.sign_boot_at == self.boot_at)
        left_off = belief.wall if belief and self.is_heir else None
        self.ledger = open_ledger(nights, self._first_nights(), self.seen_at, self._outages(), belief, left_off)
        return self

    def lose_journal(self) -> "World":
        """Of its records none is left but the last ring, which the sign of life has beside them."""
        rung = [record for record in self.records if record.outcome == RUNG]
        self.records, self.is_heir = rung[-1:], True
        return self

    def stop_daemon(self) -> "World":
        """The daemon is down, the machine is not."""
        self.powered = False
        return self

    def start_daemon(self) -> "World":
        """And up again, in the same boot."""
        self.powered = True
        return self.restart()

    def cut_power(self) -> "World":
        """Nothing runs until `restore_power`."""
        self.powered = False
        return self

    def restore_power(self, boot_s: float = 30.0) -> "World":
        """The machine boots, and so does the box."""
        self.powered = True
        self.boot_at = self.now_at
        self.now_at += timedelta(seconds=boot_s)
        return self.restart()

    def _first_nights(self) -> dict[str, date]:
        first: dict[str, date] = {}
        for record in self.records:
            if record.outcome == ADOPTED and record.schedule is not None:
                first[record.schedule] = date.fromisoformat(str(record.detail["first"]))
            elif record.outcome == RETIRED and record.schedule is not None:
                first.pop(record.schedule, None)
        return first

    def _outages(self) -> list[tuple[datetime, datetime]]:
        return [
            (datetime.fromisoformat(str(r.detail["since"])), datetime.fromisoformat(str(r.detail["until"])))
            for r in self.records
            if r.outcome == OUTAGE
        ]
