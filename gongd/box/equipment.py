"""What a box is made of: the doors that stay, and the equipment that one settings file asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gongd.core.fault import FaultCode
from gongd.core.job import Clip, House, Job
from gongd.core.push import NOT_STORED, Declined, Note, Push
from gongd.core.timeline import Timeline
from gongd.core.words import Text
from gongd.player import Player
from gongd.ports import Buttons, Calendar, Clock, Journal, Memory, Prints, RingNote, Speaker, Supervisor, Track
from gongd.settings.model import Settings


class Renderer(Protocol):
    """Keeps the shelf full; posts PrintsChanged."""

    def request(self, jobs: Sequence[Job]) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A fault that was found while equipment was opened."""

    code: FaultCode
    subject: str | None
    text: Text


@dataclass(frozen=True, slots=True)
class Hands:
    """Pins and loudspeaker, and the stage that owns them. `press` holds a mock button (`--dry` only)."""

    player: Player
    speaker: Speaker
    buttons: Buttons
    has_speaker: bool
    close: Callable[[], None]
    press: Callable[[str, float], None] | None = None
    found: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class Equipment:
    """Everything that follows from the settings in force. `house` and `jobs` are for the studio."""

    settings: Settings
    hands: Hands
    prints: Prints
    renderer: Renderer
    calendar: Calendar
    house: House
    jobs: tuple[Job, ...]
    bare_track: Callable[[Timeline, int], Track]


class Pushes(Protocol):
    """Settings files that the desk has pushed, on the disk. No call waits; answers come on another thread.

    `read` checks a file over the settings in force and lays it down, not proven; `prove` makes the last one count at
    a start; `undo` forgets the last, at once, `forget` all. The answers say whether the disk has it.
    """

    @property
    def note(self) -> Note | None: ...
    def read(self, push: Push, data: bytes, held: Settings, answer: Callable[[Settings | Declined], None]) -> None: ...
    def prove(self, answer: Callable[[bool], None]) -> None: ...
    def undo(self, answer: Callable[[bool], None]) -> None: ...
    def forget(self) -> None: ...


class Clips(Protocol):
    """Recordings that the desk has sent, on the disk. `answer`, on another thread, hears where: None, it could not."""

    def put(self, data: bytes, suffix: str, answer: Callable[[Clip | None], None]) -> None: ...


class NoClips:
    """A box that keeps none. The port `Clips`."""

    def put(self, data: bytes, suffix: str, answer: Callable[[Clip | None], None]) -> None:
        """It cannot be kept."""
        answer(None)


class NoPushes:
    """A box that keeps none. The port `Pushes`."""

    note = None

    def read(self, push: Push, data: bytes, held: Settings, answer: Callable[[Settings | Declined], None]) -> None:
        """It cannot be kept."""
        answer(Declined(NOT_STORED))

    def prove(self, answer: Callable[[bool], None]) -> None:
        """There is none."""
        answer(False)

    undo = prove

    def forget(self) -> None:
        """There is none."""


Equip = Callable[[Settings, Equipment | None], Equipment]
"""Opens the equipment for new settings; hands that need not change are taken over from the equipment before."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What does not depend on the settings.

    `load` reads the settings file (raises ConfigError), `keep` puts its last good copy aside. `watchdog_s` is how
    often systemd wants a sign of life. `boot` tells of this start, for the journal; `messages` are to be spoken.
    `rings` notes what rang without a durable record.
    """

    clock: Clock
    journal: Journal
    supervisor: Supervisor
    load: Callable[[], Settings]
    keep: Callable[[Settings], None]
    boot_id: str
    rings: RingNote
    pushes: Pushes = field(default_factory=NoPushes)
    clips: Clips = field(default_factory=NoClips)
    watchdog_s: float | None = None
    boot: Mapping[str, object] = field(default_factory=dict)
    found: tuple[Found, ...] = ()
    messages: tuple[str, ...] = ()


# ── Events of the process itself ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Remembered:
    """The journal has been opened and read."""

    memory: Memory


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the line to the desk needs has been loaded, while everything else worked already."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """SIGHUP: read the settings again."""


@dataclass(frozen=True, slots=True)
class Terminate:
    """SIGTERM or SIGINT: everything off, then end."""
