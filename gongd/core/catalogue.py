"""What may be sounded: signals, their priority, their words. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from gongd.core.rhythm import Rhythm
from gongd.core.words import Language


class Priority(IntEnum):
    """Circular 39/2020/TT-BTTTT: thông thường < ưu tiên < khẩn cấp."""

    ROUTINE = 1
    PRIORITY = 2
    EMERGENCY = 3


class Status(StrEnum):
    """CAP 1.2: is it the real thing, a drill, or a test? A property of the request, never a mode of the box."""

    ACTUAL = "actual"
    EXERCISE = "exercise"
    TEST = "test"


class Origin(StrEnum):
    """Where a request came from."""

    SCHEDULE = "schedule"
    COMMAND = "command"
    BUTTON = "button"
    LOCAL = "local"
    NEIGHBOUR = "neighbour"


class Why(StrEnum):
    """Why an alarm is ended: safe ("An toàn!"), a mistake (an apology), or a pause."""

    SAFE = "safe"
    MISTAKE = "mistake"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the loudspeaker says at one moment.

    `clips` are files (as written, relative to the settings file or to `sounds/`), all played one after the other.
    `words` are texts, one per language, spoken by the synthetic voice only when no clip can be used. A text may
    hold `{place}` and `{phone}`.
    """

    clips: tuple[str, ...] = ()
    words: tuple[tuple[Language, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Again:
    """Sound an uncancelled alarm again: every `every_s` seconds, for `for_s` seconds after the last request."""

    every_s: float
    for_s: float


ENDINGS: Mapping[Why, str] = {Why.SAFE: "all-clear", Why.MISTAKE: "false-alarm"}
"""The signal whose words end an alarm, by its reason: a cancel sounds it, and whoever sounds it for real ends
every actual alarm with it. For a pause there is the phrase `pause`."""

CALMING = frozenset(ENDINGS.values())
"""Signals that say that all is well. One that was cut off never comes back: by then it may be untrue."""

CALM = CALMING | {"peace", "test"}
"""Signals whose words alarm nobody (language.md, 1, rule 3)."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A catalogue entry: meaning, rhythm, voice, priority, relays.

    `number` orders signals inside a priority class (a higher number goes first; 0 unless said).
    `volume` is 0 to 100. `cycles` is how often the rhythm sounds; None is until stopped. `at_most_s` is the cap:
    nothing sounds longer since the last accepted request. `relays` are names of relays that take part.
    """

    name: str
    title: str
    priority: Priority
    rhythm: Rhythm
    volume: int
    at_most_s: float
    number: int = 0
    say: Utterance | None = None
    say_short: Utterance | None = None
    cycles: int | None = 1
    relays: tuple[str, ...] = ()
    again: Again | None = None

    @property
    def opens_with_alarm(self) -> bool:
        """Every emergency opens with the *báo động* that everybody knows (signals.md)."""
        return self.priority is Priority.EMERGENCY
