"""Settings that the desk pushes, on trial: read, in force, and proven once the box's own heartbeat has come back.

Every step is on the disk before the next, so that a death between any two of them leaves one truth: a file that is not
proven is used by no start (`core.push`). Lives on the deciding thread; reading and writing is the shelf's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from gongd.box import records
from gongd.box.parts import Parts
from gongd.core import push as words
from gongd.core.moment import Moment
from gongd.core.push import PROOF_S, Declined, Push
from gongd.core.record import Kind
from gongd.settings.model import Settings

UNDO_S = 5.0
"""So long the disk has for the note that a file is taken back; a card that hangs keeps no unproven file in force."""

BUSY = "busy"
NO_HEARTBEAT, RESTARTED = "no-heartbeat", "restarted"


class Stage(Enum):
    """How far a trial is. READING: checked and laid down. UNWANTED: called off meanwhile. WAITING: for silence.
    PROVING: in force. KEEPING: the proof goes to the disk. UNDOING: the note of it is taken back. RETURNING: what was
    in force before waits for silence."""

    READING = auto()
    UNWANTED = auto()
    WAITING = auto()
    PROVING = auto()
    KEEPING = auto()
    UNDOING = auto()
    RETURNING = auto()


@dataclass(frozen=True, slots=True)
class PushRead:
    """A pushed file has been checked and, if it is good, laid down."""

    id: str
    found: Settings | Declined


@dataclass(frozen=True, slots=True)
class PushNoted:
    """The note on the disk has been changed, or could not be."""

    id: str
    kept: bool


@dataclass(frozen=True, slots=True)
class _Trial:
    push: Push
    former: Settings
    stage: Stage = Stage.READING
    settings: Settings | None = None
    until: float = 0.0
    beat: int = 0
    why: str = NO_HEARTBEAT


@dataclass(slots=True)
class Pushed:
    """One trial at a time. `post` is the inbox."""

    parts: Parts
    post: Callable[[object], None]
    _trial: _Trial | None = field(default=None)

    def start(self, now: Moment) -> None:
        """What an earlier start has left: what was not proven, and what goes with another file in /etc."""
        note, shelf = self.parts.doors.pushes.note, self.parts.doors.pushes
        if note is None:
            return
        if not note.proven:
            self._record(note.last.id, words.ROLLED_BACK, now, words.ROLLED_BACK, {"why": RESTARTED})
            shelf.undo(_nothing)
        elif note.last.digest != self.parts.settings.source_digest:
            self._forget(now)

    def is_about(self, identity: str) -> bool:
        """Is this order's file on trial now?"""
        return self._trial is not None and self._trial.push.id == identity

    @property
    def awaits_silence(self) -> str | None:
        """The order whose file is good, and waits until nothing sounds."""
        return self._trial.push.id if self._trial is not None and self._trial.stage is Stage.WAITING else None

    @property
    def is_unproven(self) -> bool:
        """Are settings in force, or about to be, that are not proven?"""
        return self._trial is not None and self._trial.stage in (Stage.WAITING, Stage.PROVING, Stage.KEEPING)

    @property
    def goes_on(self) -> bool:
        """Is a file on trial, at whatever stage?"""
        return self._trial is not None

    # ── Step by step ─────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, push: Push, data: bytes, now: Moment) -> None:
        """A file has come, whole, by an order that was accepted."""
        if self._trial is not None:
            self._record(push.id, words.FAILED, now, BUSY)
            return
        self._trial = _Trial(push, self.parts.settings)
        post, identity = self.post, push.id
        self.parts.doors.pushes.read(push, data, self.parts.settings, lambda found: post(PushRead(identity, found)))

    def call_off(self, identity: str, now: Moment) -> bool:
        """The desk does not want it any more. True: it will not come into force; what is in force is taken back, and
        what is proven, or was given up before, stays as it is."""
        trial = self._trial
        if trial is None or trial.push.id != identity:
            return False
        match trial.stage:
            case Stage.READING:
                self._trial = replace(trial, stage=Stage.UNWANTED)
                return True
            case Stage.WAITING:
                self._trial = None
                self._take_away(trial)
                return True
            case Stage.PROVING:
                self._undo(trial, words.CALLED_OFF, now)
        return False

    def _take_away(self, trial: _Trial) -> None:
        """It was laid down, and never came into force."""
        if self.parts.coming is trial.settings:
            self.parts.coming = None
        self.parts.doors.pushes.undo(_nothing)

    def was_read(self, event: PushRead, now: Moment) -> None:
        """It is good, and waits for silence; or it is refused with every problem."""
        trial = self._trial
        if trial is None or trial.push.id != event.id:
            return
        if trial.stage is Stage.UNWANTED:
            self._trial = None
            if not isinstance(event.found, Declined):
                self._take_away(trial)
            return
        match event.found:
            case Declined(reason=reason) as declined:
                self._trial = None
                outcome = words.FAILED if reason == words.NOT_STORED else words.REFUSED
                self._record(event.id, outcome, now, reason, declined.told)
            case settings:
                coming = self.parts.coming
                if coming is not None and coming.source_digest != trial.former.source_digest:
                    self._trial = None
                    self._supersede(trial.push, now)
                    return
                self._trial = replace(trial, stage=Stage.WAITING, settings=settings)
                self.parts.coming = settings

    def taken(self, settings: Settings, now: Moment) -> bool:
        """Settings have come into force. True where their record is written here."""
        trial = self._trial
        if trial is None or trial.stage is Stage.UNWANTED:  # of which the desk has had its answer
            note = self.parts.doors.pushes.note
            if note is not None and note.last.digest != settings.source_digest:
                self._forget(now)
            return False
        if trial.stage is Stage.RETURNING and settings == trial.former:
            self._trial = None
            self._record(trial.push.id, words.ROLLED_BACK, now, words.ROLLED_BACK, {"why": trial.why})
            return True
        if trial.stage is Stage.WAITING and settings == trial.settings:
            self._trial = replace(trial, stage=Stage.PROVING, until=now.mono + PROOF_S, beat=self._ask_for_beat())
            self._record(trial.push.id, words.APPLIED, now, words.AWAITS_HEARTBEAT)
            return True
        if settings.source_digest not in (trial.push.digest, trial.former.source_digest):
            self._trial = None
            self._supersede(trial.push, now)
        return False

    def step(self, now: Moment) -> None:
        """Has the heartbeat come back, or will it not?"""
        trial, line = self._trial, self.parts.line
        if trial is not None and trial.stage is Stage.UNDOING and now.mono >= trial.until:
            self._return(trial)
        if trial is None or trial.stage is not Stage.PROVING:
            return
        if line is not None and line.proven_beat > trial.beat:
            self._trial = replace(trial, stage=Stage.KEEPING)
            self.parts.doors.pushes.prove(self._noted(trial.push.id))
        elif now.mono >= trial.until:
            self._undo(trial, NO_HEARTBEAT, now)

    def was_noted(self, event: PushNoted, now: Moment) -> None:
        """The disk has it, or has not."""
        trial = self._trial
        if trial is None or trial.push.id != event.id:
            return
        if trial.stage is Stage.UNDOING:
            self._return(trial)
        elif trial.stage is Stage.KEEPING and event.kept:
            self._trial = None
            self._record(trial.push.id, words.PROVEN, now)
            self.parts.doors.keep(self.parts.settings)
        elif trial.stage is Stage.KEEPING:
            self._undo(trial, words.NOT_STORED, now)

    # ── Parts of it ──────────────────────────────────────────────────────────────────────────────────────────────

    def _undo(self, trial: _Trial, why: str, now: Moment) -> None:
        self._trial = replace(trial, stage=Stage.UNDOING, why=why, until=now.mono + UNDO_S)
        self.parts.doors.pushes.undo(self._noted(trial.push.id))

    def _return(self, trial: _Trial) -> None:
        self._trial = replace(trial, stage=Stage.RETURNING)
        self.parts.coming = trial.former

    def _noted(self, identity: str) -> Callable[[bool], None]:
        return lambda kept: self.post(PushNoted(identity, kept))

    def _supersede(self, push: Push, now: Moment) -> None:
        """A technician's edit wins over what is on trial."""
        self.parts.doors.pushes.forget()
        self._record(push.id, words.SUPERSEDED, now, words.SUPERSEDED)

    def _forget(self, now: Moment) -> None:
        """A technician's edit wins over what was proven long ago: its order has had its answer."""
        self.parts.doors.pushes.forget()
        self._record(None, words.SUPERSEDED, now, words.SUPERSEDED)

    def _ask_for_beat(self) -> int:
        """The number of the last heartbeat before the one that proves."""
        return self.parts.line.prove() if self.parts.line is not None else 0

    def _record(
        self,
        identity: str | None,
        outcome: str,
        now: Moment,
        reason: str | None = None,
        detail: Mapping[str, object] = {},
    ) -> None:
        told = {"digest": self.parts.settings.source_digest, **detail}
        self.parts.write([replace(records.simple(Kind.SETTINGS, now, outcome, told, reason), activation=identity)])


def _nothing(_kept: bool) -> None:
    """Nobody waits for it."""
