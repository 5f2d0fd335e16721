"""The air: who sounds and who waits, what can happen to them, and the one table of everything that changes it.

`arbiter.decide` is the only reader of the table `MOVES`; `diagram` draws it for the documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gongd.core.activation import FINAL, Activation, Outcome
from gongd.core.catalogue import Origin, Priority, Status, Why


class Phase(StrEnum):
    """Where one activation stands. ARRIVED lasts only inside one decision; OVER is never kept."""

    NONE = "none"
    ARRIVED = "arrived"
    WAITING = "waiting"
    SOUNDING = "sounding"
    PAUSED = "paused"
    RESTING = "resting"
    OVER = "over"


class Cause(StrEnum):
    """Why an activation moves from one phase to another."""

    REQUESTED = "requested"
    CARRIED_OVER = "alarm cut off by the daemon's death"
    CUT_OFF = "gong or drill cut off by the daemon's death"
    WORN_OUT = "cut off too often"
    BEGUN = "best rank, air free"
    OUTRANKED_AT_ONCE = "a better rank sounds"
    ASKED_AGAIN = "asked again"
    OUTRANKED = "alarm outranked"
    OUTRANKED_FOR_GOOD = "gong or drill outranked"
    ENDED = "ended"
    ENDED_FOR_NOW = "ended, again later"
    FAILED = "nothing could sound"
    FAILED_FOR_NOW = "nothing could sound, again later"
    OVERTAKEN = "ended before it heard that it was asked again"
    CAPPED = "cap passed"
    CAPPED_FOR_NOW = "cap passed, again later"
    LATE = "waited too long"
    LATE_NIGHT = "the night's gong gave way"
    WOKEN = "time to sound again"
    RESTED_OUT = "no longer to sound again"
    CROWDED = "too many wait"
    SILENCED = "silenced"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Move:
    """One row's right side: the next phase, and what is reported (None: nothing)."""

    to: Phase
    outcome: Outcome | None = None


_ALIVE = (Phase.ARRIVED, Phase.WAITING, Phase.SOUNDING, Phase.PAUSED, Phase.RESTING)

MOVES: Mapping[tuple[Phase, Cause], Move] = {
    (Phase.NONE, Cause.REQUESTED): Move(Phase.ARRIVED),
    (Phase.NONE, Cause.CARRIED_OVER): Move(Phase.PAUSED),
    (Phase.NONE, Cause.CUT_OFF): Move(Phase.OVER, Outcome.INTERRUPTED),
    (Phase.NONE, Cause.WORN_OUT): Move(Phase.OVER, Outcome.FAILED),
    (Phase.ARRIVED, Cause.BEGUN): Move(Phase.SOUNDING),
    (Phase.ARRIVED, Cause.OUTRANKED_AT_ONCE): Move(Phase.WAITING, Outcome.WAITING),
    (Phase.ARRIVED, Cause.ASKED_AGAIN): Move(Phase.ARRIVED),
    (Phase.ARRIVED, Cause.LATE): Move(Phase.OVER, Outcome.EXPIRED),
    (Phase.ARRIVED, Cause.LATE_NIGHT): Move(Phase.OVER, Outcome.MISSED),
    (Phase.WAITING, Cause.BEGUN): Move(Phase.SOUNDING),
    (Phase.WAITING, Cause.ASKED_AGAIN): Move(Phase.WAITING),
    (Phase.WAITING, Cause.LATE): Move(Phase.OVER, Outcome.EXPIRED),
    (Phase.WAITING, Cause.LATE_NIGHT): Move(Phase.OVER, Outcome.MISSED),
    (Phase.WAITING, Cause.CROWDED): Move(Phase.OVER, Outcome.EXPIRED),
    (Phase.SOUNDING, Cause.ASKED_AGAIN): Move(Phase.SOUNDING),
    (Phase.SOUNDING, Cause.OUTRANKED): Move(Phase.PAUSED, Outcome.PREEMPTED),
    (Phase.SOUNDING, Cause.OUTRANKED_FOR_GOOD): Move(Phase.OVER, Outcome.PREEMPTED),
    (Phase.SOUNDING, Cause.ENDED): Move(Phase.OVER, Outcome.FINISHED),
    (Phase.SOUNDING, Cause.ENDED_FOR_NOW): Move(Phase.RESTING, Outcome.FINISHED),
    (Phase.SOUNDING, Cause.FAILED): Move(Phase.OVER, Outcome.FAILED),
    (Phase.SOUNDING, Cause.FAILED_FOR_NOW): Move(Phase.RESTING, Outcome.FAILED),
    (Phase.SOUNDING, Cause.OVERTAKEN): Move(Phase.PAUSED),
    (Phase.SOUNDING, Cause.CAPPED): Move(Phase.OVER, Outcome.FINISHED),
    (Phase.SOUNDING, Cause.CAPPED_FOR_NOW): Move(Phase.RESTING, Outcome.FINISHED),
    (Phase.PAUSED, Cause.BEGUN): Move(Phase.SOUNDING),
    (Phase.PAUSED, Cause.ASKED_AGAIN): Move(Phase.PAUSED),
    (Phase.PAUSED, Cause.ENDED): Move(Phase.OVER, Outcome.FINISHED),
    (Phase.PAUSED, Cause.ENDED_FOR_NOW): Move(Phase.RESTING, Outcome.FINISHED),
    (Phase.PAUSED, Cause.FAILED): Move(Phase.OVER, Outcome.FAILED),
    (Phase.PAUSED, Cause.FAILED_FOR_NOW): Move(Phase.RESTING, Outcome.FAILED),
    (Phase.PAUSED, Cause.CAPPED): Move(Phase.OVER, Outcome.FINISHED),
    (Phase.PAUSED, Cause.CAPPED_FOR_NOW): Move(Phase.RESTING, Outcome.FINISHED),
    (Phase.PAUSED, Cause.CROWDED): Move(Phase.OVER, Outcome.PREEMPTED),
    (Phase.RESTING, Cause.ASKED_AGAIN): Move(Phase.PAUSED),
    (Phase.RESTING, Cause.WOKEN): Move(Phase.PAUSED),
    (Phase.RESTING, Cause.RESTED_OUT): Move(Phase.OVER, Outcome.FINISHED),
    (Phase.RESTING, Cause.CROWDED): Move(Phase.OVER, Outcome.PREEMPTED),
    **{(phase, Cause.SILENCED): Move(Phase.OVER, Outcome.SILENCED) for phase in _ALIVE},
    **{(phase, Cause.CANCELLED): Move(Phase.OVER, Outcome.CANCELLED) for phase in _ALIVE},
}
"""Everything that changes the air. What is not in the table changes nothing."""


# ── Events: what the box tells the arbiter ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Requested:
    """Somebody asks to sound `activation` (its `cap_s` is above 0).

    After the daemon's death the box asks again for what it was sounding, oldest first: `sounded_s` is how long it has
    sounded, `attempts` which resumption this is (1 is the first; 0 is a new request), `age_s` how long ago the last
    accepted request for it was.
    """

    activation: Activation
    sounded_s: float = 0.0
    attempts: int = 0
    age_s: float = 0.0

    @property
    def is_new(self) -> bool:
        """A person, a command or the schedule asks now; else the box picks up what it had begun before it died."""
        return self.attempts == 0 and self.sounded_s <= 0.0


@dataclass(frozen=True, slots=True)
class Ended:
    """The player says: the timeline has ended by itself (FINISHED), or nothing could sound (FAILED).

    `run` is the number of the Begin or Extend that the player heard last; None where it keeps none.
    """

    id: str
    how: Outcome
    detail: str | None = None
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Silenced:
    """A person on site wants quiet: all that sounds or waits is dropped. The next alarm sounds all the same.

    `order`: it was an order from the wire, of this name, and nobody on site.
    """

    by: str | None = None
    order: str | None = None


def ahead(activation: Activation) -> dict[str, object]:
    """What is told of an activation by which another one waits or gives way; a drill or a test is told as such."""
    told: dict[str, object] = {"behind": activation.signal, "behind_id": activation.id}
    return told if activation.status is Status.ACTUAL else {**told, "behind_status": activation.status.value}


class Reach(StrEnum):
    """What a Cancelled ends: those named by id or signal, every actual alarm, or everything."""

    NAMED = "named"
    ALARMS = "alarms"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody with authority ends what sounds or waits. `ids` may name an activation that has joined another."""

    reason: Why
    reach: Reach = Reach.NAMED
    ids: frozenset[str] = frozenset()
    signals: frozenset[str] = frozenset()
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: a deadline of `next_deadline` may have come."""


@dataclass(frozen=True, slots=True)
class Together:
    """Several events as one decision: an all clear ends the alarms and speaks, and nothing slips in between."""

    events: "tuple[Requested | Ended | Silenced | Cancelled | Tick, ...]"


Event = Requested | Ended | Silenced | Cancelled | Tick | Together


# ── Effects: what the box must do, in this order ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Begin:
    """Sound it for at most `cap_s` seconds. The box reports STARTED, or RESUMED where `resumed`, with its proof."""

    activation: Activation
    cap_s: float
    resumed: bool = False
    run: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """Silence it now: relays off and no sound within 100 ms."""

    id: str


@dataclass(frozen=True, slots=True)
class Extend:
    """It was asked for again while it sounds: its cap counts anew, `cap_s` seconds from now."""

    id: str
    cap_s: float
    run: int = 0


THEN = "then"
"""Key of a report's detail: what follows (`resume` or `again`) when a final-looking outcome is not the last one."""


def is_final(outcome: Outcome, detail: Mapping[str, object]) -> bool:
    """Is an activation over with this report? True of journal records too."""
    return outcome in FINAL and THEN not in detail


@dataclass(frozen=True, slots=True)
class Report:
    """Journal it, then tell it. `detail` holds JSON values: behind, by, reason, what, joined, cap, then ..."""

    activation: Activation
    outcome: Outcome
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def final(self) -> bool:
        """Is the activation over?"""
        return is_final(self.outcome, self.detail)


Effect = Begin | Stop | Extend | Report


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────

_PLACE_OF_ORIGIN = {
    Origin.SCHEDULE: "schedule",
    Origin.BUTTON: "on site",
    Origin.LOCAL: "on site",
    Origin.COMMAND: "from afar",
    Origin.NEIGHBOUR: "next door",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One activation that is alive. Instants are monotonic seconds.

    `left_s` is what remained of the cap at `began_at`, `granted_s` what it was when the cap began to count: with the
    first request, a later one, or after a rest; `asked_at` is the last accepted request; `order` says who came
    first; `joined` are later requests for the same, told everything that it is told; `told_to_wait` are those of them
    that know that it does not sound now; `run` is the number of the last Begin, Extend or request: an end from before
    it ends nothing.
    """

    activation: Activation
    phase: Phase
    order: int
    left_s: float
    asked_at: float
    wait_until: float | None
    began_at: float = 0.0
    wake_at: float = 0.0
    resumed: bool = False
    run: int = 0
    joined: tuple[Activation, ...] = ()
    told_to_wait: frozenset[str] = frozenset()
    granted_s: float = 0.0

    @property
    def people(self) -> tuple[Activation, ...]:
        """Everyone who asked for it."""
        return (self.activation, *self.joined)

    @property
    def kin(self) -> tuple[object, ...]:
        """Requests of the same kin are one sound."""
        return kin(self.activation)

    @property
    def is_emergency(self) -> bool:
        """An actual emergency."""
        return self.activation.status is Status.ACTUAL and self.activation.priority is Priority.EMERGENCY

    @property
    def must_keep_calm(self) -> bool:
        """Would it, begun now, say that an alarm that only rests is over?"""
        asked = self.activation
        is_calm = not asked.is_alarm and (asked.origin is Origin.SCHEDULE or asked.status is not Status.ACTUAL)
        return is_calm and self.phase is not Phase.SOUNDING

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """The highest sounds. Among equal actual emergencies the newest, else whoever came first."""
        asked = self.activation
        order = self.order if self.is_emergency else -self.order
        return (asked.status is Status.ACTUAL, asked.priority, asked.number, order)

    def left_at(self, now: float) -> float:
        """How many seconds of its cap remain."""
        return self.left_s - (now - self.began_at) if self.phase is Phase.SOUNDING else self.left_s

    def taken_up(self, asked: Activation, sounded_s: float, asked_at: float, number: int) -> "Turn":
        """After the daemon's death: what was one sound before goes on for as long as any request for it had left, and
        is as new as the newest of them."""
        newer = self if asked_at <= self.asked_at else replace(self, asked_at=asked_at)
        if newer is not self and self.is_emergency:
            newer = replace(newer, order=number)
        left_s = asked.cap_s - max(sounded_s, self.granted_s - self.left_s)
        is_cut_short = self.phase is not Phase.SOUNDING and left_s > self.left_s
        return replace(newer, left_s=left_s, granted_s=asked.cap_s) if is_cut_short else newer


def kin(activation: Activation) -> tuple[object, ...]:
    """What two requests must share to be one sound: signal, status, place, rank, class of origin, and the neighbour
    that calls: it may end its own alarm, and nobody else's along with it."""
    asked = activation
    caller = asked.by if asked.origin is Origin.NEIGHBOUR else None
    where = (asked.place, _PLACE_OF_ORIGIN[asked.origin], caller)
    return (asked.signal, asked.status, *where, asked.priority, asked.number)


@dataclass(frozen=True, slots=True)
class Air:
    """Who sounds and who waits. `over` are the latest ids that are over: a second copy of one is ignored."""

    turns: tuple[Turn, ...] = ()
    count: int = 0
    over: tuple[str, ...] = ()

    @property
    def sounding(self) -> Turn | None:
        """At most one sounds."""
        return next((turn for turn in self.turns if turn.phase is Phase.SOUNDING), None)

    def knows(self, activation_id: str) -> bool:
        """Has it been asked for already?"""
        return activation_id in self.over or any(person.id == activation_id for t in self.turns for person in t.people)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    ends = {Phase.NONE: "[*]", Phase.OVER: "[*]"}
    lines = ["stateDiagram-v2"]
    for (phase, cause), move in MOVES.items():
        told = f" / {move.outcome}" if move.outcome else ""
        lines.append(f"    {ends.get(phase, phase)} --> {ends.get(move.to, move.to)}: {cause}{told}")
    return "\n".join(lines) + "\n"
