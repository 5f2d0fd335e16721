"""What the settings file says, as values. Durations are seconds, dates are local, texts are NFC.

Values that the thinking room knows (relays, buttons, signals, schedules) are its own; the rest is here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from gongd.core.button import Button
from gongd.core.catalogue import Signal
from gongd.core.errors import Problem
from gongd.core.relay import Relay
from gongd.core.rhythm import Tempo
from gongd.core.schedule import Entry
from gongd.core.words import Language

RESERVED_IDS = frozenset({"all", "zone", "trust", "blob"})
"""Names that the topics of wire.md keep for themselves."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Boxes within earshot speak in turns: this is box `number` of `of` (both from 1)."""

    number: int = 1
    of: int = 1


@dataclass(frozen=True, slots=True)
class Box:
    """Who this box is. `name` is the whole name; `place` is what is spoken."""

    id: str
    commune: str
    name: str
    timezone: ZoneInfo
    language: Language = Language.VI
    zones: tuple[str, ...] = ()
    turn: Turn = Turn()
    disabled_until: date | None = None

    @property
    def place(self) -> str:
        """The name up to its comma: the `{place}` of every text."""
        return self.name.split(",", 1)[0].strip()


class Backend(StrEnum):
    """Which technology feeds the sound card."""

    APLAY = "aplay"
    SIMPLEAUDIO = "simpleaudio"
    FILE = "file"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Speaker:
    """The loudspeaker. Volumes are 0 to 100; an emergency's is at least 80."""

    backend: Backend = Backend.APLAY
    device: str = "default"
    volume: int = 70
    emergency_volume: int = 100


class TrustedBy(StrEnum):
    """Who vouches for the clock: the kernel (box.md, promise 6), or nobody (a bench)."""

    KERNEL = "kernel"
    ASSUME = "assume"


@dataclass(frozen=True, slots=True)
class ClockTrust:
    """When the wall clock may be believed. `holdover_s`: how long after the last synchronisation."""

    trust: TrustedBy = TrustedBy.KERNEL
    holdover_s: float = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """`at_most_s` is the cap of every signal that does not say its own; `per_hour` counts requests of one key."""

    at_most_s: float = 300.0
    per_hour: int = 12


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """Where the journal lies and how long its records are kept (at least 400 days)."""

    path: Path = Path("/var/lib/gongd/journal.db")
    keep_days: int = 400


@dataclass(frozen=True, slots=True)
class Desk:
    """The commune's desk. `phone` is as typed: the `{phone}` of every text."""

    phone: str | None = None


@dataclass(frozen=True, slots=True)
class PrintsSettings:
    """Where prints are kept, and how the synthetic voice speaks (espeak-ng's voice name; words a minute)."""

    path: Path = Path("/var/cache/gongd/prints")
    voice: str = "vi"
    words_per_minute: int = 140


@dataclass(frozen=True, slots=True)
class Tls:
    """Files of the TLS connection: the broker's authority, this box's certificate and its private key."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Mqtt:
    """The link to the desk (wire.md). `base` is the first level of every topic."""

    host: str
    port: int = 8883
    base: str = "gong"
    heartbeat_s: float = 45.0
    tls: Tls = Tls()


class Require(StrEnum):
    """What a command must carry: a signature, or (a workshop bench) only the broker's word."""

    SIGNATURE = "signature"
    BROKER = "broker"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the box obeys: `root` is the commune's public root key, `key` the box's own private key."""

    require: Require = Require.SIGNATURE
    root: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """One settings file, whole and sound. `source_digest` is the SHA-256 (hex) of the file's bytes."""

    box: Box
    speaker: Speaker
    relays: tuple[Relay, ...]
    buttons: tuple[Button, ...]
    signals: Mapping[str, Signal]
    clock: ClockTrust
    limits: Limits
    schedules: tuple[Entry, ...]
    journal: JournalSettings
    desk: Desk
    tempo: Tempo
    prints: PrintsSettings
    mqtt: Mqtt | None
    trust: Trust | None
    source_digest: str
    warnings: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def is_bare(self) -> bool:
        """Is the broker's word enough (a workshop bench)?"""
        return self.trust is not None and self.trust.require is Require.BROKER
