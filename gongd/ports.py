"""The doors between the deciding rooms and the hands: what each hand must be able to do. Protocols only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from gongd.core.record import Record
from gongd.core.schedule import Entry
from gongd.core.timeline import Timeline
from gongd.core.words import Text

Post = Callable[[object], None]
"""Puts one event into the box's inbox. Never blocks, never raises, may be called from any thread."""


# ── The world's reports: what hands post into the inbox ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ContactMoved:
    """The contact of a button has opened or closed (electrically; debouncing and meaning are core's)."""

    button: str
    closed: bool
    at_mono: float


@dataclass(frozen=True, slots=True)
class SpeakerLost:
    """The loudspeaker cannot be opened, or has gone. `missing` is True when there is no such device at all."""

    text: Text
    missing: bool = False


@dataclass(frozen=True, slots=True)
class SpeakerBack:
    """The loudspeaker works (again)."""


@dataclass(frozen=True, slots=True)
class PrintBad:
    """A print did not prove, or could not be read any more; the spare (if any) sounds in its place."""

    stem: str
    text: Text


@dataclass(frozen=True, slots=True)
class BoardSeen:
    """What the machine's own sensors say: too hot, and fed with too little voltage."""

    hot: bool
    under_voltage: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asks over the local socket. `answer` may be called once, from any thread; it never blocks or raises."""

    request: Mapping[str, object]
    answer: Callable[[Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class PrintsChanged:
    """The rendering child has ended. `failed` maps the stem of a print to what went wrong; `voiceless` are prints
    that were rendered without some spoken word that they should have."""

    failed: Mapping[str, Text]
    voiceless: frozenset[str]


@dataclass(frozen=True, slots=True)
class JournalFailed:
    """A commit has failed. `fault` is `disk-full`, `disk-read-only` or `journal-corrupt`."""

    fault: str
    text: Text


@dataclass(frozen=True, slots=True)
class JournalRefused:
    """Records appended together were refused for good: our own mistake. `schedule` and `night` are set when a night
    has its record already."""

    text: Text
    schedule: str | None = None
    night: date | None = None


@dataclass(frozen=True, slots=True)
class JournalWell:
    """Commits succeed again after a JournalFailed that was not `journal-corrupt` (a new journal is well at once)."""


# ── The doors ────────────────────────────────────────────────────────────────────────────────────────────────────


class Track(Protocol):
    """PCM ready to be played: signed 16 bit little endian, mono, `rate` frames a second.

    A print on disk or, where there is none, the built-in bare rhythm. `timeline` says what sounds when.
    Frame numbers count on one axis: the head is frames [0, head_frames), then the loop for ever (if loop_frames),
    """

    rate: int
    head_frames: int
    loop_frames: int
    ending_frames: int
    timeline: Timeline

    def prove(self) -> None:
        """Compare with the checksum; raises PrintError. May read the disk: never called on the deciding thread."""
        ...

    def read(self, start: int, count: int) -> bytes:
        """At most `count` frames of head and then loop from frame `start`; empty at the end of a head without loop."""
        ...

    def read_ending(self, start: int, count: int) -> bytes:
        """At most `count` frames of the ending."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Prints(Protocol):
    """The shelf of prints."""

    def take(self, stem: str) -> Track | None:
        """The print of that stem as an open Track, or None when there is none. Quick: opens, does not verify."""
        ...


class Speaker(Protocol):
    """The loudspeaker. No call blocks; trouble is posted as SpeakerLost and retried by the speaker itself."""

    def begin(self, track: Track, spare: Track | None, lead_s: float, skip_s: float = 0.0) -> None:
        """Play `lead_s` of silence, then the track from `skip_s` on. If the track does not prove, play `spare`."""
        ...

    def end(self, at_s: float | None = None) -> None:
        """Go to the track's ending now, or `at_s` seconds after the first sound; then fall silent by itself."""
        ...

    def stop(self) -> None:
        """Silence within 100 ms."""
        ...

    def close(self) -> None:
        """Silence, and give the device back."""
        ...


class Output(Protocol):
    """One way out for sound, open: signed 16 bit little endian PCM, mono. What a Speaker feeds.

    `live`: what it takes is heard, so what comes too late is left out. Otherwise it is kept, whole. `latency_s`: how
    long after it has begun to take sound the first of it is heard.
    """

    live: bool
    latency_s: float

    def fileno(self) -> int | None:
        """Polls writable when there is room and broken when the output has gone; None where there is always room."""
        ...

    def offer(self, pcm: bytes | memoryview) -> int:
        """How many bytes it takes now, whole frames, without waiting. Raises SpeakerError."""
        ...

    def check(self) -> None:
        """Raises SpeakerError, saying why, when the output has gone."""
        ...

    def finish(self, timeout_s: float) -> None:
        """No more comes: wait until all that was taken has sounded. Raises SpeakerError."""
        ...

    def kill(self) -> None:
        """Silence, now. From any thread, never waits."""
        ...

    def close(self) -> None:
        """Give everything back; waits shortly for what is dying."""
        ...


OpenOutput = Callable[[int, str | None], Output]
"""Opens an output: frames a second, and the stem of what will sound, None for a trial that leaves nothing behind.
Raises SpeakerError; NoSpeakerError when there is no such device at all."""


class Relays(Protocol):
    """The relays, by name. Everything is off at start and after `close`."""

    def switch(self, name: str, on: bool) -> bool:
        """Command one relay. Returns what was read back, or `on` where nothing can be read. Raises PinsError."""
        ...

    def all_off(self) -> None:
        """Everything off; never raises for one relay before it has tried the others."""
        ...

    def close(self) -> None:
        """Everything off, then give the pins back."""
        ...


class Buttons(Protocol):
    """The inputs and their lamps. Posts ContactMoved at every edge."""

    def closed(self) -> Mapping[str, bool]:
        """For each button: is its contact closed (electrically) now?"""
        ...

    def lamp(self, button: str, on: bool) -> None:
        """Switch the lamp beside a button; nothing happens where there is none."""
        ...

    def close(self) -> None:
        """Lamps off, pins given back."""
        ...


class Ticket(Protocol):
    """The promise that a record will be on disk."""

    def wait(self, timeout_s: float) -> bool:
        """True once the record is durable; False when it is not yet after `timeout_s`, or has failed."""
        ...

    @property
    def is_noted(self) -> bool:
        """It is not durable yet, but the nights that ring in it are: a box that starts again knows of them."""
        ...

    def withdraw(self) -> None:
        """It is wanted no more: unless it is being written at this very moment, it never will be."""
        ...


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An activation that had begun when the daemon died: what the journal knows of it."""

    record: Record
    attempts: int
    sounded_s: float
    same_boot: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """What the journal remembers at start. `nights` are (schedule, night) pairs that have their record.

    `first_days`: the first night of each schedule. `last_seen_at` is the last sign of life under a trusted clock.
    `outages` are the known stretches without power. `clock` is what the last sign of life said of the clock.
    `set_aside` is where a corrupt journal was put at this start. `muted` are the scheduled activations of late that a
    person silenced. `rung` are nights that have rung and that may lack their record. `is_heir`: another journal was
    before this one, and is lost.
    """

    journal_id: str
    nights: frozenset[tuple[str, date]]
    unfinished: tuple[Unfinished, ...]
    first_days: Mapping[str, date]
    last_seen_at: datetime | None
    open_faults: tuple[Record, ...]
    set_aside: Path | None
    outages: tuple[tuple[datetime, datetime], ...] = ()
    muted: frozenset[str] = frozenset()
    clock: Mapping[str, object] = field(default_factory=dict)
    rung: tuple[Record, ...] = ()
    is_heir: bool = False


@dataclass(frozen=True, slots=True)
class Recalled:
    """Records read back, oldest first, with their numbers. `last` is the journal's last number, `published` how far the
    broker has them. `replaced_at`: when this journal took the place of one that was lost; `replaced_now`: in this run.
    """

    journal_id: str
    last: int
    published: int
    records: tuple[tuple[int, Record], ...]
    replaced_at: datetime | None = None
    replaced_now: bool = False


Recall = Callable[[Recalled], None]


class Journal(Protocol):
    """The append-only record. Writing happens on the journal's own thread, in order."""

    def remember(self) -> Memory:
        """Read once at start, before the first append."""
        ...

    def append(self, records: Sequence[Record]) -> Ticket:
        """Queue records to be committed together. Never blocks, never raises; failure is posted as JournalFailed."""
        ...

    def seen(
        self,
        at: datetime,
        sounding: Mapping[str, float],
        trusted: bool = True,
        clock: Mapping[str, object] | None = None,
    ) -> None:
        """A sign of life, with how long each activation has sounded so far. Bounded, not a record.

        Under an untrusted clock `last_seen_at` stays as it was. `clock` (see `clock_trust.keep`) is remembered.
        """
        ...

    def alive(self) -> bool:
        """Has the writing thread answered lately? The watchdog asks."""
        ...

    def recall(self, first: int, most: int, answer: Recall) -> None:
        """Have records read from number `first` on, and `answer` called on the journal's thread. Never blocks."""
        ...

    def published(self, number: int) -> None:
        """The broker has every record up to this number. Remembered with the next commit: it may be forgotten."""
        ...

    def watch(self, told: Callable[[Sequence[Record]], None]) -> None:
        """Call `told`, on the journal's thread, after every commit, with what is durable by it."""
        ...

    def close(self) -> None:
        """Write what is queued, then close."""
        ...


class RingNote(Protocol):
    """Nights rung in this boot whose record is not on disk, where a restarted daemon finds them. Never raises."""

    def add(self, record: Record) -> None:
        """Note the record of a night that rings."""
        ...

    def read(self) -> Sequence[Record]:
        """What was noted in this boot."""
        ...


class Calendar(Protocol):
    """Occurrences of schedules as a pure function of the settings."""

    def next_after(self, entry: Entry, after: datetime) -> datetime | None:
        """The first occurrence of `entry` strictly after `after`, exceptions left in; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the machine says of its clock: kernel synchronised with a small error; a hardware clock that kept time."""

    wall: datetime
    mono: float
    synchronised: bool
    hardware_clock: bool


class Clock(Protocol):
    """The clocks of the machine."""

    def read(self) -> ClockReading: ...


class Supervisor(Protocol):
    """systemd, or nobody."""

    def ready(self, status: str) -> None: ...
    def reloading(self) -> None: ...
    def alive(self) -> None: ...
    def stopping(self) -> None: ...
    def status(self, status: str) -> None: ...
