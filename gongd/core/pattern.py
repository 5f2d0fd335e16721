"""A rhythm laid out on the axis of time: strokes and blasts with their instants. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a blast sounds: đều (steady) or hú (wailing)."""

    STEADY = "steady"
    WAILING = "wailing"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One beat on the gong. `strength` is 0 to 1: how hard the striker hits."""

    at_s: float
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Blast:
    """One blast of the siren, `duration_s` long."""

    at_s: float
    duration_s: float
    tone: Tone = Tone.STEADY


@dataclass(frozen=True, slots=True)
class Pattern:
    """Strokes and blasts from instant 0 to `duration_s`, each in order of time.

    `duration_s` includes the rest that follows the last stroke, so patterns can be laid end to end.
    """

    strokes: tuple[Stroke, ...]
    blasts: tuple[Blast, ...]
    duration_s: float
