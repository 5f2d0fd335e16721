"""Records, answers and heartbeats as boxes tell them, for the desk's tests."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from gongd.core.catalogue import Why
from gongd.core.condition import Sounds, State
from gongd.core.gathering import Gathering, open_gathering
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_event import Event, EventBatch
from gongd.core.wire_name import to_box
from gongd.core.wire_report import Answer, Connection, Heartbeat, Presence, Step
from gongd.desk.orders import Hand, alert, cancel
from gongd.desk.roster import Person, Roster, RosterBox

HANOI = timezone(timedelta(hours=7))
NOW = datetime(2026, 11, 21, 21, 30, tzinfo=HANOI)
AN = Person("Ông Lê Văn An", "0912 345 678")

BOXES = (
    RosterBox("thon-3", "Thôn 3", "Thôn 3", ("trung-tam",), (AN,)),
    RosterBox("thon-5", "Thôn 5", "Thôn 5", ("trung-tam",), (Person("Bà Hà", "0345677123"),)),
    RosterBox("thon-9", "Thôn 9", "Thôn 9"),
)
ROSTER = Roster("Nguyệt Ấn", zones={"trung-tam": "Khu trung tâm"}, boxes=BOXES, zone=HANOI)


def night(day: date, outcome: str = "rung", reason: str | None = None, number: int = 1, **more: object) -> Event:
    """The record of a night."""
    at = datetime(day.year, day.month, day.day, 22, 0, tzinfo=HANOI)
    made = Event(number, at, "night", "peace", "nightly", day, f"gong-{day}", outcome=outcome, reason=reason)
    return replace(made, detail=more, trusted=True)


def batch(box: str, first: int, count: int, journal: str = "j1") -> EventBatch:
    """Some records of a journal."""
    at = datetime(2026, 11, 21, 8, tzinfo=UTC)
    events = (Event(n, at + timedelta(seconds=n), "boot", outcome="started") for n in range(first, first + count))
    return EventBatch(box, journal, tuple(events))


def beat(number: int = 0, journal: str | None = "j1", sounds: Sounds = Sounds.YES, **more: object) -> Heartbeat:
    """A heartbeat."""
    made = Heartbeat(sounds, State.QUIESCENT, 1, "boot", NOW, True, 10, journal=journal, number=number)
    return replace(made, **more)  # type: ignore[arg-type]


def presence(state: Connection, sounds: Sounds | None = Sounds.YES) -> Presence:
    """What the broker keeps of a box."""
    return Presence(state, sounds if state is not Connection.LOST else None)


def order(signal: str = "fire", boxes: tuple[str, ...] = ("thon-3", "thon-5")) -> CommandClaims:
    """An alert."""
    aud = tuple(to_box("nguyet-an", box) for box in boxes)
    return alert(Hand("cong-an-xa"), "order-1234", aud, NOW, signal)


def stop(*references: str) -> CommandClaims:
    """A cancel."""
    return cancel(Hand("cong-an-xa"), "cancel-1234", (to_box("nguyet-an", "thon-3"),), NOW, references, Why.SAFE)


def gather(boxes: tuple[str, ...] = ("thon-3", "thon-5")) -> Gathering:
    """An alert that nobody has been sent."""
    return open_gathering(order(boxes=boxes), boxes, NOW)


def answer(box: str, step: Step, jti: str = "order-1234", **more: object) -> Answer:
    """What a box answers."""
    return Answer(box, step, NOW, True, jti, **more)  # type: ignore[arg-type]


def told(**marks: Mapping[date, Event]) -> list[tuple[str, Event]]:
    """Records of nights by box; names are written with _ for -."""
    return [(box.replace("_", "-"), event) for box, events in marks.items() for event in events.values()]
