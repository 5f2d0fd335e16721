"""One request to sound one signal, once; and what may become of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gongd.core.catalogue import CALMING, Again, Origin, Priority, Status


class Outcome(StrEnum):
    """What became of an activation, step by step. The words that people read: language.md, 4."""

    WAITING = "waiting"
    STARTED = "started"
    RESUMED = "resumed"
    JOINED = "joined"
    FINISHED = "finished"
    PREEMPTED = "preempted"
    INTERRUPTED = "interrupted"
    SILENCED = "silenced"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    MISSED = "missed"
    FAILED = "failed"
    REFUSED = "refused"


FINAL = frozenset(Outcome) - {Outcome.WAITING, Outcome.STARTED, Outcome.RESUMED, Outcome.JOINED}
"""Outcomes after which an activation is over, except PREEMPTED for an alarm that will resume."""


@dataclass(frozen=True, slots=True)
class Activation:
    """One request to sound `signal`.

    `cap_s` is how long it may sound. `wait_until` (monotonic seconds) is when waiting makes it worthless: a late
    peace gong is a false alarm; None waits as long as it takes. `night` and `schedule` are set for a scheduled one.
    """

    id: str
    signal: str
    priority: Priority
    origin: Origin
    status: Status
    sent_at: datetime
    cap_s: float
    number: int = 0
    place: str | None = None
    by: str | None = None
    schedule: str | None = None
    night: date | None = None
    wait_until: float | None = None
    again: Again | None = None

    @property
    def is_alarm(self) -> bool:
        """Is it resumed when something has interrupted it? The actual ones above routine that do not calm are."""
        return self.status is Status.ACTUAL and self.priority is not Priority.ROUTINE and self.signal not in CALMING
