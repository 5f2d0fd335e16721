"""What a box says of itself and of its orders: answer, presence, heartbeat, info, challenge; both ways."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from gongd.core import wire_form as form
from gongd.core.catalogue import Priority
from gongd.core.condition import Sounds
from gongd.core.condition import State as Condition
from gongd.core.lexicon import Proof
from gongd.core.wire_form import BOOL, DETAIL, INSTANT, Spelt, choice, integer, listed, nested, words
from gongd.core.wire_name import CHALLENGE_FORM, JTI, KEY_ID, SHA256, SLUG_FORM
from gongd.core.wire_refusal import Reason

HEARTBEAT_S = 45.0
"""Seconds between two heartbeats, unless a box is set otherwise (wire.md)."""
_YEARS_S = 100 * 366 * 86400
_BOOT = words(40)
_FAULTS = listed(words(60), 100)


class Step(StrEnum):
    """Each thing that a box answers about an order. All but `received` are words of `activation.Outcome` too.

    An order that joins what sounds is answered `started`, with whom it has joined in `detail.joined` (wire.md)."""

    RECEIVED = "received"
    REFUSED = "refused"
    WAITING = "waiting"
    STARTED = "started"
    RESUMED = "resumed"
    FINISHED = "finished"
    PREEMPTED = "preempted"
    INTERRUPTED = "interrupted"
    SILENCED = "silenced"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


_CALLER = "caller"

LONGEST_SAYING = 200
"""Characters of what a signal says, as the desk is told it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an order, one step. Signed by the box.

    `jti` is None about a message that no listed key has signed. `reason` is a code: of `wire_refusal.Reason` where
    refused, else a fault or a word of `lexicon`. `detail` holds JSON values: behind, by, joined, then, cap, result,
    problems, caller. `challenge` comes with a stale refusal: the desk signs the same `jti` again with it.
    """

    box: Annotated[str, Spelt(SLUG_FORM, "the box that answers")]
    step: Annotated[Step, Spelt(choice(Step), "what became of the order")]
    at: Annotated[datetime, Spelt(INSTANT, "when, by the box's clock")]
    trusted: Annotated[bool, Spelt(BOOL, "could that clock be believed?")]
    jti: Annotated[str | None, Spelt(JTI, "the order; missing where nobody known had signed it")] = None
    reason: Annotated[str | None, Spelt(words(60), "why: a code")] = None
    proof: Annotated[Proof | None, Spelt(choice(Proof), "how sure it is that it sounded")] = None
    challenge: Annotated[str | None, Spelt(CHALLENGE_FORM, "with which the same order would be fresh")] = None
    age_s: Annotated[
        float | None, Spelt(form.number(-_YEARS_S, _YEARS_S), "how many seconds after `expires` the order came")
    ] = None
    detail: Annotated[Mapping[str, object], Spelt(DETAIL, "more about it")] = field(default_factory=dict)

    def to(self, key: str | None) -> "Answer":
        """The same to the holder of that key. A box that has ordered is named: it may use a `jti` that it overheard."""
        return replace(self, detail={**self.detail, _CALLER: key}) if key is not None and "/" in key else self

    @property
    def caller(self) -> str | None:
        """The box that had ordered it, as `<commune>/<id>`; None: a desk or a panel."""
        caller = self.detail.get(_CALLER)
        return caller if isinstance(caller, str) else None

    @property
    def is_stale(self) -> bool:
        """Does the box ask for the same order with its challenge?"""
        return self.step is Step.REFUSED and self.challenge is not None

    @property
    def refusal(self) -> Reason | None:
        """The reason of a refusal, where it is one that we know."""
        known = self.step is Step.REFUSED and self.reason in tuple(Reason)
        return Reason(self.reason) if known and self.reason is not None else None


class Connection(StrEnum):
    """Is the box there? `lost` is said by the broker only, as the box's will."""

    ONLINE = "online"
    DEGRADED = "degraded"
    STOPPED = "stopped"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Presence:
    """The body of `state`: retained, and the will. `sounds` and `at` are missing in the will."""

    state: Annotated[Connection, Spelt(choice(Connection), "is the box there?")]
    sounds: Annotated[Sounds | None, Spelt(choice(Sounds), "can it be heard?")] = None
    faults: Annotated[tuple[str, ...], Spelt(_FAULTS, "codes of what is wrong")] = ()
    at: Annotated[datetime | None, Spelt(INSTANT, "since when")] = None
    by: Annotated[str | None, Spelt(words(100), "who stopped it")] = None
    boot: Annotated[str | None, Spelt(_BOOT, "id of this start of the daemon")] = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Every 45 s, and read back by the box itself. Keys are short: see `wire` for what each byte costs.

    `beat` counts from 1 in this start (`boot`) of the daemon: by both the box knows its own. `journal` and `number`
    name the last record, by which the desk sees a gap.
    """

    sounds: Annotated[Sounds, Spelt(choice(Sounds), "can it be heard?")]
    condition: Annotated[Condition, Spelt(choice(Condition), "what it does, or what is wrong", key="is")]
    beat: Annotated[int, Spelt(integer(), "counts up from 1")]
    boot: Annotated[str, Spelt(_BOOT, "id of this start of the daemon")]
    at: Annotated[datetime, Spelt(INSTANT, "when, by the box's clock")]
    trusted: Annotated[bool, Spelt(BOOL, "can that clock be believed?", key="clock")]
    up_s: Annotated[int, Spelt(integer(0, _YEARS_S), "seconds since the daemon started", key="up")]
    faults: Annotated[tuple[str, ...], Spelt(_FAULTS, "codes of what is wrong")] = ()
    sounding: Annotated[str | None, Spelt(words(60), "the signal that sounds", key="now")] = None
    last: Annotated[str | None, Spelt(words(40), "the last outcome")] = None
    temperature_c: Annotated[float | None, Spelt(form.number(-100, 200), "of the processor, °C", key="temp")] = None
    under_voltage: Annotated[bool, Spelt(BOOL, "is the supply too weak?", key="weak")] = False
    disk_pct: Annotated[int | None, Spelt(integer(0, 100), "per cent of the disk in use", key="disk")] = None
    memory_pct: Annotated[int | None, Spelt(integer(0, 100), "per cent of the memory in use", key="mem")] = None
    journal: Annotated[str | None, Spelt(words(64), "id of the journal", key="j")] = None
    number: Annotated[int, Spelt(integer(), "of the last record", key="n")] = 0


@dataclass(frozen=True, slots=True)
class OfferedSignal:
    """A signal that the box can sound."""

    name: Annotated[str, Spelt(SLUG_FORM, "the id that an order names")]
    title: Annotated[str, Spelt(form.text(200), "for people")]
    priority: Annotated[int, Spelt(integer(int(Priority.ROUTINE), int(Priority.EMERGENCY)), "1 routine .. 3 emergency")]
    at_most_s: Annotated[float, Spelt(form.number(0, 86400), "its cap, in seconds")]
    says: Annotated[
        str | None, Spelt(form.text(LONGEST_SAYING), "its words in Vietnamese; empty: recordings alone")
    ] = None


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence of a schedule that is to come."""

    at: Annotated[datetime, Spelt(INSTANT, "when")]
    schedule: Annotated[str, Spelt(words(60), "which schedule")]
    signal: Annotated[str, Spelt(words(60), "what is sounded")]


MOST_DUE = 5
"""So many occurrences a box tells ahead: with fewer, it has told them all."""


@dataclass(frozen=True, slots=True)
class Info:
    """Who the box is and what it can do: retained, said again when something of it changes.

    `key` is the public key (`x` of an Ed25519 JWK). `trust_number` is the highest trust list that it holds.
    """

    box: Annotated[str, Spelt(SLUG_FORM, "its id")]
    commune: Annotated[str, Spelt(SLUG_FORM, "its commune's id")]
    name: Annotated[str, Spelt(form.text(200), "for people")]
    version: Annotated[str, Spelt(words(40), "of gongd")]
    settings: Annotated[str, Spelt(SHA256, "digest of the settings in force")]
    zones: Annotated[tuple[str, ...], Spelt(listed(SLUG_FORM, 64), "zones it belongs to")] = ()
    signals: Annotated[tuple[OfferedSignal, ...], Spelt(listed(nested(OfferedSignal), 100), "what it can sound")] = ()
    next: Annotated[tuple[Due, ...], Spelt(listed(nested(Due), 20), "what it will sound next")] = ()
    key: Annotated[str | None, Spelt(KEY_ID, "its public key, `x` of an Ed25519 JWK")] = None
    trust_number: Annotated[int, Spelt(integer(), "number of its trust list", key="trust")] = 0
    disabled_until: Annotated[str | None, Spelt(words(10), "out of use until this date")] = None
    replaced: Annotated[
        str | None, Spelt(SHA256, "digest of the file in /etc, where the desk's pushed settings are in force over it")
    ] = None
    heartbeat_s: Annotated[float, Spelt(form.number(1, 86400), "seconds between its heartbeats", key="heartbeat")] = (
        HEARTBEAT_S
    )


@dataclass(frozen=True, slots=True)
class ChallengeNote:
    """The box's current challenge, while its clock is not trusted. Signed, retained; an empty message takes it back."""

    box: Annotated[str, Spelt(SLUG_FORM, "whose it is")]
    challenge: Annotated[str, Spelt(CHALLENGE_FORM, "what a fresh order carries")]
    boot: Annotated[str, Spelt(_BOOT, "id of this start of the daemon: a challenge dies with it")]
