"""The doors of a box that is driven by hand: a clock that is set, contacts that are moved, relays that write down
what they were told. Simple things that behave; nothing here has a thread."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gongd.core.errors import PinsError
from gongd.core.job import Job
from gongd.core.words import Text
from gongd.ports import ClockReading, ContactMoved, Post, Track


@dataclass(slots=True)
class HandClock:
    """Wall and monotonic time, moved by hand. `synchronised` is what the kernel says."""

    wall: datetime
    mono: float = 100.0
    synchronised: bool = True
    hardware: bool = False

    def read(self) -> ClockReading:
        return ClockReading(self.wall, self.mono, self.synchronised, self.hardware)

    def pass_by(self, seconds: float) -> None:
        """Time passes on both clocks."""
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)

    def set_by(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self.wall += timedelta(seconds=seconds)


def _nothing() -> None:
    """Nobody looks."""


@dataclass(slots=True)
class ToldRelays:
    """Relays that write down every change: (monotonic instant, name, on). `heard` is called just before each."""

    clock: HandClock
    moves: list[tuple[float, str, bool]] = field(default_factory=list)
    on: set[str] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    heard: Callable[[], object] = _nothing

    def switch(self, name: str, on: bool) -> bool:
        if name in self.dead:
            raise PinsError(Text(vi=f"{name} hỏng", en=f"{name} is dead"))
        if on != (name in self.on):
            self.heard()
            self.moves.append((self.clock.mono, name, on))
            (self.on.add if on else self.on.discard)(name)
        return on

    def all_off(self) -> None:
        for name in sorted(self.on):
            self.switch(name, False)

    def close(self) -> None:
        self.all_off()

    def first_on(self, since: float = 0.0) -> float | None:
        """The first instant at which any relay was switched on."""
        return next((at for at, _, on in self.moves if on and at >= since), None)


@dataclass(slots=True)
class ToldSpeaker:
    """A loudspeaker that writes down what it is told, with the instant."""

    clock: HandClock
    told: list[tuple[float, str]] = field(default_factory=list)
    playing: bool = False

    def begin(self, track: Track, spare: Track | None, lead_s: float, skip_s: float = 0.0) -> None:
        del spare, lead_s, skip_s
        self.playing = True
        self.told.append((self.clock.mono, f"begin {getattr(track, 'stem', 'bare')}"))

    def end(self, at_s: float | None = None) -> None:
        self.told.append((self.clock.mono, f"end {at_s}"))

    def stop(self) -> None:
        if self.playing:
            self.playing = False
            self.told.append((self.clock.mono, "stop"))

    def close(self) -> None:
        self.stop()


@dataclass(slots=True)
class Contacts:
    """Buttons: contacts that the test closes and opens, and lamps that can be looked at."""

    names: Sequence[str]
    clock: HandClock
    post: Post
    shut: set[str] = field(default_factory=set)
    lit: set[str] = field(default_factory=set)

    def closed(self) -> Mapping[str, bool]:
        return {name: name in self.shut for name in self.names}

    def lamp(self, button: str, on: bool) -> None:
        (self.lit.add if on else self.lit.discard)(button)

    def move(self, button: str, closed: bool) -> None:
        """Close or open a contact, now."""
        (self.shut.add if closed else self.shut.discard)(button)
        self.post(ContactMoved(button, closed, self.clock.mono))

    def close(self) -> None:
        self.lit.clear()


@dataclass(slots=True)
class ShelfInMemory:
    """Prints by stem."""

    tracks: dict[str, Track] = field(default_factory=dict)

    def take(self, stem: str) -> Track | None:
        return self.tracks.get(stem)


@dataclass(slots=True)
class StudioInMemory:
    """A renderer that only remembers what it was asked for."""

    asked: list[tuple[Job, ...]] = field(default_factory=list)

    def request(self, jobs: Sequence[Job]) -> None:
        self.asked.append(tuple(jobs))

    def close(self) -> None:
        """Nothing runs."""

    def speech(self) -> list[str]:
        """All texts of plain speech that were asked for, each once."""
        texts = [word for jobs in self.asked for job in jobs if job.source is None for word in job.speeches[0].words]
        return list(dict.fromkeys(text for _, text in texts))


@dataclass(slots=True)
class ToldSupervisor:
    """systemd, as a list of what it was told."""

    told: list[str] = field(default_factory=list)

    def ready(self, status: str) -> None:
        self.told.append("ready")

    def reloading(self) -> None:
        self.told.append("reloading")

    def alive(self) -> None:
        self.told.append("alive")

    def stopping(self) -> None:
        self.told.append("stopping")

    def status(self, status: str) -> None:
        self.told.append(f"status {status}")
