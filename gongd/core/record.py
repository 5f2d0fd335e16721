"""One line of the journal, before it has a number. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a record is about. A night has exactly one record per schedule: kind `night`."""

    ACTIVATION = "activation"
    NIGHT = "night"
    FAULT = "fault"
    SETTINGS = "settings"
    BUTTON = "button"
    CHECK_IN = "check-in"
    CLOCK = "clock"
    BOOT = "boot"
    COMMAND = "command"
    """An order from the wire: accepted. `activation` is its id, which is used up by this record. An order of this box
    itself (a call to neighbours, a panel's button): sent, answered, refused."""


RUNG = "rung"
MISSED = "missed"
ADOPTED = "adopted"
"""Outcome of a SETTINGS record with `schedule`: it counts from `detail["first"]` (a date) on."""
RETIRED = "retired"
"""Outcome of a SETTINGS record with `schedule`: it stands in the settings no more."""
OUTAGE = "outage"
"""Outcome of a BOOT record: no power from `detail["since"]` until `detail["until"]` (instants), as far as known."""
STEPPED = "stepped"
"""Outcome of a CLOCK record: the wall clock was set by `detail["by_s"]` seconds."""
SENT = "sent"
"""Outcome of a COMMAND record: this box has given the order to others."""
ANSWERED = "answered"
"""Outcome of a COMMAND record: what `detail["box"]` has answered (`detail["result"]`) to an order of this box."""
UNSENT = "unsent"
"""Outcome of a COMMAND record: an order that this box may not give, or cannot."""
DECLINED = "declined"
"""Outcome of a COMMAND record: an order that a listed key has signed, and that this box has not accepted."""
CLEARED = "cleared"
"""Outcome of a FAULT record that ends the fault `reason` (of `detail["subject"]` where it has one)."""


@dataclass(frozen=True, slots=True)
class Record:
    """What happened. `at` is aware wall time; `trusted` says whether that clock could be believed.

    A night's record has kind NIGHT, `schedule`, `night`, and outcome `rung` or `missed` (with its reason); no other
    record bears a night. `detail` holds JSON values only.
    """

    at: datetime
    kind: Kind
    signal: str | None = None
    schedule: str | None = None
    night: date | None = None
    activation: str | None = None
    origin: str | None = None
    status: str | None = None
    outcome: str | None = None
    reason: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    trusted: bool = False
