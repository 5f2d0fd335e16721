"""One relay as the settings describe it. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What switches a relay: the whole activation, each stroke, each blast, or a fault of the box."""

    ACTIVATION = "activation"
    STROKE = "stroke"
    BLAST = "blast"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay on BCM pin `pin`. All durations in seconds.

    `lead_s` and `tail_s` (role activation): how long before the first and after the last sound it is on.
    `pulse_s` (role stroke): how long the striker is driven. `blink_s`: half a period of blinking, None for steady.
    """

    name: str
    pin: int
    on: Role
    active_high: bool = True
    lead_s: float = 0.0
    tail_s: float = 0.0
    pulse_s: float = 0.08
    blink_s: float | None = None
