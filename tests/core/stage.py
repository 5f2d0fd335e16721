"""Requests for the arbiter's tests, and a player that does what the effects say and complains of nonsense."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from gongd.core.activation import Activation
from gongd.core.air import Air, Begin, Effect, Event, Extend, Report, Requested, Stop
from gongd.core.arbiter import decide
from gongd.core.catalogue import Again, Origin, Priority, Status

SENT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


def ask(name: str, signal: str = "fire", priority: Priority = Priority.EMERGENCY, cap_s: float = 300.0) -> Activation:
    """An actual request from a button."""
    return Activation(name, signal, priority, Origin.BUTTON, Status.ACTUAL, SENT, cap_s)


FIRE = ask("fire-1")
FIRE_TOO = ask("fire-2")
SECURITY = ask("security-1", "security")
FLOOD = replace(ask("flood-1", "flood", cap_s=600.0), again=Again(600.0, 7200.0), number=1)
WATCH = ask("watch-1", "flood-watch", Priority.PRIORITY)
NEWS = replace(ask("news-1", "news", Priority.ROUTINE, 60.0), origin=Origin.COMMAND)
GONG = replace(
    ask("gong-1", "peace", Priority.ROUTINE, 60.0), origin=Origin.SCHEDULE, schedule="nightly", wait_until=120.0
)
DRILL = replace(ask("drill-1"), status=Status.EXERCISE)
TEST = replace(ask("test-1", "test", Priority.ROUTINE, 10.0), status=Status.TEST, origin=Origin.LOCAL)


@dataclass(frozen=True)
class Scene:
    """An air and what the last decision said."""

    air: Air = field(default_factory=Air)
    effects: tuple[Effect, ...] = ()

    def then(self, event: Event | Activation, now: float = 0.0) -> "Scene":
        """The next decision; an activation stands for its request."""
        told = Requested(event) if isinstance(event, Activation) else event
        return Scene(*decide(self.air, told, now))

    @property
    def sounding(self) -> str | None:
        """The id that sounds."""
        return self.air.sounding.activation.id if self.air.sounding else None

    @property
    def moves(self) -> list[str]:
        """The effects, short: `stop fire-1`, `begin gong-1`, `fire-1 preempted` with `!` where final."""
        return [_short(effect) for effect in self.effects]


def _short(effect: Effect) -> str:
    match effect:
        case Begin(activation):
            return f"begin {activation.id}"
        case Stop(stopped):
            return f"stop {stopped}"
        case Extend(extended):
            return f"extend {extended}"
        case Report(activation, outcome):
            return f"{activation.id} {outcome}" + ("!" if effect.final else "")


@dataclass
class Stage:
    """A player as simple as can be: what sounds, and until when."""

    playing: str | None = None
    until: float = 0.0

    def obey(self, effects: tuple[Effect, ...], now: float) -> None:
        """Do what is said; nonsense is an AssertionError."""
        for effect in effects:
            match effect:
                case Begin(activation, cap_s):
                    assert self.playing is None, "begin while something sounds"
                    assert cap_s > 0
                    self.playing, self.until = activation.id, now + cap_s
                case Stop(stopped):
                    assert self.playing == stopped, "stop of what does not sound"
                    self.playing = None
                case Extend(extended, cap_s):
                    assert self.playing == extended, "extend of what does not sound"
                    self.until = now + cap_s
                case Report():
                    pass
