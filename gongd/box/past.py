"""The past: what has become of every order and activation, as far back as a second copy may still come."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum, auto

from gongd.box.waiting_room import PER_SECOND
from gongd.core import push
from gongd.core.activation import Outcome
from gongd.core.catalogue import Status
from gongd.core.freshness import AHEAD_S, LONGEST_S
from gongd.core.lexicon import Proof
from gongd.core.record import Kind, Record
from gongd.core.verdict import Done
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step

READ_BACK = 4000
"""Records that are read back at the start."""

MOST = round(1.1 * PER_SECOND * (LONGEST_S + AHEAD_S))
"""Entries that are kept of each weight: more than can come while a copy of the first may still be fresh."""

WORDS = ".end"
"""What a cancel says aloud is called as the cancel is, with this behind."""

SAYS = "says"
"""Key of a cancel's record: what it says aloud once that can be spoken."""

ACCEPTED = "accepted"
"""Outcome of a COMMAND record: the `jti` is used up."""

_STEPS: Mapping[str | None, Step] = {Outcome.JOINED.value: Step.STARTED, **{step.value: step for step in Step}}
_STATUSES: Mapping[str | None, Status] = {status.value: status for status in Status}
_PROOFS: Mapping[object, Proof] = {proof.value: proof for proof in Proof}
_SOUNDED = frozenset({Step.STARTED, Step.RESUMED})
_TOLD_OF = frozenset({Kind.ACTIVATION, Kind.SETTINGS})
_OF_SETTINGS: Mapping[str, Step] = {
    push.APPLIED: Step.WAITING,
    push.PROVEN: Step.FINISHED,
    push.REFUSED: Step.REFUSED,
    push.FAILED: Step.FAILED,
    push.ROLLED_BACK: Step.FAILED,
    push.SUPERSEDED: Step.FAILED,
}
_SOUNDING_TYPES = frozenset({CommandType.ALERT.value, CommandType.ANNOUNCE.value})


class Weight(Enum):
    """What a second copy would do. What weighs less pushes out nothing that weighs more."""

    SOUNDS = auto()
    ENDS = auto()
    ASKS = auto()


_WEIGHTS: Mapping[object, Weight] = {
    CommandType.CANCEL.value: Weight.ENDS,
    CommandType.SILENCE.value: Weight.ENDS,
    CommandType.QUERY.value: Weight.ASKS,
}


class Past:
    """The port `core.verdict.Past`, fed with records in their order."""

    def __init__(self) -> None:
        self._kept: dict[Weight, dict[str, Done]] = {weight: {} for weight in Weight}

    def get(self, identity: str, /) -> Done | None:
        """What became of it."""
        return next((kept[identity] for kept in self._kept.values() if identity in kept), None)

    def note(self, record: Record) -> None:
        """One more record of the journal."""
        if record.activation is None:
            return
        if record.kind is Kind.COMMAND and record.outcome == ACCEPTED:
            weight = _WEIGHTS.get(record.detail.get("type"), Weight.SOUNDS)
            self._keep(record.activation, _accepted(record), weight)
        elif record.kind in _TOLD_OF and (step := step_of(record)) is not None:
            before = self.get(record.activation) or Done(self._orderer(record.activation), step, record.at)
            host = self.get(str(record.detail.get("joined")))
            before = replace(before, sounded=before.sounded or (host is not None and host.sounded))
            self._keep(record.activation, _after(before, step, record), Weight.SOUNDS)

    def _orderer(self, identity: str) -> str | None:
        """Whose word it is: what a cancel has said aloud is of whoever has cancelled."""
        cancel = self.get(identity.removesuffix(WORDS))
        return cancel.key if cancel is not None else None

    def asked(self, identity: str, key: str, record: Record) -> None:
        """A query, which leaves no record."""
        self._keep(identity, Done(key, Step.FINISHED, record.at, trusted=record.trusted), Weight.ASKS)

    def unanswered(self) -> Iterable[tuple[str, Done]]:
        """Orders that were accepted and of which nothing more is known: the daemon died in between."""
        return [(identity, done) for identity, done in self._kept[Weight.SOUNDS].items() if _is_open(done)]

    def _keep(self, identity: str, done: Done, weight: Weight) -> None:
        kept = next((kept for kept in self._kept.values() if identity in kept), self._kept[weight])
        kept.pop(identity, None)
        kept[identity] = done
        if len(kept) > MOST:
            del kept[next(iter(kept))]


def step_of(record: Record) -> Step | None:
    """The step that a record of an activation, or of the desk's settings, tells of; None: there is no such answer."""
    if record.kind is Kind.SETTINGS:
        return _OF_SETTINGS.get(record.outcome or "") if record.activation is not None else None
    return _STEPS.get(record.outcome)


def _is_open(done: Done) -> bool:
    """Received and no more; settings that are in force, and not proven."""
    return done.step is Step.RECEIVED or (done.step is Step.WAITING and done.status is None and done.key is not None)


def _accepted(record: Record) -> Done:
    sounds = record.detail.get("type") in _SOUNDING_TYPES
    lasts = sounds or record.detail.get("type") == CommandType.SETTINGS.value
    key = record.detail.get("key")
    return Done(
        key if isinstance(key, str) else None,
        Step.RECEIVED if lasts else Step.FINISHED,
        record.at,
        _STATUSES.get(record.status) if sounds else None,
        trusted=record.trusted,
    )


def _after(before: Done, step: Step, record: Record) -> Done:
    status = _STATUSES.get(record.status, before.status)
    sounded = before.sounded or step in _SOUNDED
    proof = _PROOFS.get(record.detail.get("proof"))
    return Done(before.key, step, record.at, status, sounded, record.reason, record.trusted, proof)
