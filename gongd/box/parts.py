"""The parts of one box on its deciding thread, and the few verbs that several rooms of the engine need."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gongd.box.airtime import Airtime
from gongd.box.announcer import Announcer
from gongd.box.equipment import Doors, Equipment
from gongd.box.health import Health
from gongd.box.nights import Nights
from gongd.box.panel import Panel
from gongd.box.request import event_of
from gongd.box.timekeeper import Timekeeper
from gongd.core.activation import Activation, Outcome
from gongd.core.air import Cancelled, Effect, Event, Silenced, Together
from gongd.core.button import Button
from gongd.core.condition import status_line
from gongd.core.moment import Moment
from gongd.core.push import Push
from gongd.core.record import Record
from gongd.core.words import Text
from gongd.player import Began
from gongd.ports import Memory
from gongd.settings.model import Settings

MOST_UNHEARD = 100


class Line(Protocol):
    """The line to the desk. `handlers` are for what it has posted into the inbox."""

    handlers: Mapping[type, Callable[[Any, Moment], None]]

    @property
    def proven_beat(self) -> int:
        """The number of the last heartbeat that has come back; 0: none."""
        ...

    def prove(self) -> int:
        """Have a heartbeat sent at once; the number of the last before it."""
        ...

    def remembered(self, now: Moment, post: Callable[[object], None]) -> None: ...
    def step(self, now: Moment) -> float | None: ...
    def written(self, written: Sequence[Record], now: Moment) -> None: ...
    def companions(self) -> Sequence[Record]: ...
    def drop(self, why: Silenced | Cancelled, now: Moment) -> Sequence[Record]: ...
    def began(self, event: Began, now: Moment) -> None: ...
    def report(self) -> Mapping[str, object]: ...
    def send(self, button: Button, identity: str, now: Moment) -> None: ...
    def close(self, now: Moment, within_s: float) -> None: ...


class Trials(Protocol):
    """Where a settings file goes that the desk has pushed."""

    @property
    def awaits_silence(self) -> str | None: ...
    @property
    def goes_on(self) -> bool: ...
    def begin(self, push: Push, data: bytes, now: Moment) -> None: ...
    def is_about(self, identity: str) -> bool: ...
    def call_off(self, identity: str, now: Moment) -> bool: ...


DropHeld = Callable[[Silenced | Cancelled, Collection[Activation], Moment], Sequence[Record]]


@dataclass(slots=True)
class Parts:
    """What the engine is made of. Equipment and panel change with the settings; the rest stays."""

    doors: Doors
    timekeeper: Timekeeper
    equipment: Equipment
    health: Health
    panel: Panel
    announcer: Announcer
    airtime: Airtime
    nights: Nights
    memory: Memory | None = None
    coming: Settings | None = None
    rendered: bool = False
    voiceless: frozenset[str] = frozenset()
    line: Line | None = None
    trials: Trials | None = None
    post: Callable[[object], None] = lambda _event: None
    drop_held: DropHeld = lambda _why, _ended, _now: ()
    held: Callable[[], Sequence[Activation]] = lambda: ()
    last_outcome: Outcome | None = None
    unheard: list[Sequence[Record] | Began] = field(default_factory=list)
    """What the line will be told once it is open: an alarm that goes on after a restart does not wait for it."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.equipment.settings

    @property
    def replaced(self) -> str | None:
        """The digest of the file in /etc, where settings that the desk has pushed are in force over it."""
        note = self.doors.pushes.note
        pushed = note is not None and note.last.digest == self.settings.source_digest
        return note.last.replaces if note is not None and pushed else None

    def write(self, written: Sequence[Record]) -> None:
        """Append records that nobody waits for."""
        if written:
            self.doors.journal.append(written)
            self.tell_line(written, self.timekeeper.now())

    def tell_line(self, told: Sequence[Record] | Began, now: Moment) -> None:
        """Records were appended, or the stage has begun: the desk may be waiting for it."""
        match self.line, told:
            case None, _:
                self.unheard = [*self.unheard, told][-MOST_UNHEARD:] if self.settings.mqtt is not None else []
            case line, Began():
                line.began(told, now)
            case line, written:
                line.written(written, now)

    def open_line(self, line: Line | None, now: Moment) -> None:
        """The line is there, or another one: it hears what it has missed."""
        self.line = line
        if line is not None:
            unheard, self.unheard = self.unheard, []
            for told in unheard:
                self.tell_line(told, now)

    def carry(self, written: Sequence[Record], events: Iterable[Event], now: Moment) -> None:
        """Append records, then put events before the arbiter."""
        self.write(written)
        for event in events:
            self.airtime.hear(event, now)

    @property
    def alive(self) -> Sequence[Activation]:
        """Whatever sounds, waits or rests, and alarms that may come back after a power cut."""
        return [*(person for turn in self.airtime.air.turns for person in turn.people), *self.held()]

    def ask(self, asked: Activation, now: Moment) -> tuple[Effect, ...]:
        """Somebody wants a signal sounded."""
        event = event_of(asked)
        effects = self.airtime.hear(event, now)
        for ended in event.events if isinstance(event, Together) else ():
            if isinstance(ended, Cancelled):
                self.drop(ended, now)
        return effects

    def silence(self, silenced: Silenced, now: Moment) -> None:
        """Everything off, and what is still being made ready never sounds. Settings that the desk has sent go on."""
        self.airtime.hear(silenced, now)
        self.drop(silenced, now)

    def drop(self, why: Silenced | Cancelled, now: Moment, ended: Collection[Activation] = ()) -> None:
        """What waits for its print, its pieces, or for a clock after a power cut has heard of its end. `ended`: what
        has ended in the air by it."""
        line, held = self.line, self.drop_held(why, ended, now)
        ends = [*held, *self.announcer.drop(why, now), *(line.drop(why, now) if line else ())]
        if ends:
            self.write([*(line.companions() if line else ()), *ends])

    def status_line(self) -> str:
        """One line for `systemctl status`."""
        turn = self.airtime.sounding
        signal = turn and self.settings.signals.get(turn.activation.signal)
        title = Text(vi=signal.title, en=signal.name) if signal else None
        line = status_line(self.health.condition, self.health.sounds, title)
        return line.read(self.settings.box.language)


OpenLine = Callable[[Parts, Callable[[str], bool]], Line | None]
"""Opens the line that the settings ask for, if any. The second argument: has the drill of a signal its words?"""


def no_line(_parts: Parts, _can_drill: Callable[[str], bool]) -> None:
    """A box without `mqtt:`."""
