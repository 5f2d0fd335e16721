"""What becomes of an order from the wire, as values: obeyed and how, a second copy, refused; and what is remembered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gongd.core.activation import Activation
from gongd.core.air import Cancelled, Event, Requested, Silenced, Together
from gongd.core.catalogue import Origin, Status, Why
from gongd.core.lexicon import Proof
from gongd.core.wire_blob import Blob
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_refusal import Reason, Refused
from gongd.core.wire_report import Step


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an accepted order or of an activation of any origin, last. `key` is the holder's name, None where
    nobody ordered it from afar; `status` that of an activation; `sounded` whether it was ever heard; `proof` how sure
    that is, by its record."""

    key: str | None
    step: Step
    at: datetime
    status: Status | None = None
    sounded: bool = False
    reason: str | None = None
    trusted: bool = True
    proof: Proof | None = None


class Past(Protocol):
    """What the box has accepted, by `jti` or activation id, as far back as copies may still come. A dict is one."""

    def get(self, identity: str, /) -> Done | None: ...


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound it (the box's `request.event_of` also lets an all clear end the alarms)."""

    activation: Activation


@dataclass(frozen=True, slots=True)
class End:
    """End what sounds or waits, and say why: `words` is the all clear or the apology, None where nothing was heard
    here. `pause`: say the phrase `pause`."""

    cancelled: Cancelled
    words: Activation | None = None
    pause: bool = False

    @property
    def event(self) -> Event:
        """What the arbiter is told, in one decision."""
        return Together((self.cancelled, Requested(self.words))) if self.words else self.cancelled


@dataclass(frozen=True, slots=True)
class Killed:
    """An order whose cancel came first: recorded as cancelled, never sounded or applied. `activation` is an alert's."""

    activation: Activation | None
    reason: Why
    by: str | None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Drop all that sounds or waits."""

    silenced: Silenced


@dataclass(frozen=True, slots=True)
class Tell:
    """Say the state again, and the records from `since` (to `until`, included) where it is given."""

    since: int | None = None
    until: int | None = None
    journal: str | None = None


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak a text, or play a clip that comes in pieces."""

    text: str | None
    clip: Blob | None
    at_most_s: float | None


@dataclass(frozen=True, slots=True)
class Apply:
    """Use a settings file that comes in pieces, if the file in /etc has the digest `replaces`."""

    file: Blob
    replaces: str


Deed = Sound | End | Killed | Quiet | Tell | Speak | Apply


@dataclass(frozen=True, slots=True)
class Accepted:
    """Do it: commit first, then do, then PUBACK, then answer. `key` is the holder's name for records.

    `id` names the activation and what `Past` keeps: the `jti`, with a mark behind a dot in the one case that another
    holder has used the same (`jti_of` takes it off).
    """

    id: str
    claims: CommandClaims
    key: str
    origin: Origin
    deed: Deed


@dataclass(frozen=True, slots=True)
class Repeated:
    """A second copy of an accepted order: it gets the stored answer and no sound."""

    id: str
    key: str
    done: Done
    reason: Reason = Reason.DUPLICATE


Verdict = Accepted | Repeated | Refused


def jti_of(identity: str) -> str:
    """The `jti` that an answer about this activation bears."""
    return identity.partition(".")[0]
