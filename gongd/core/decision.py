"""One decision of the arbiter in the making: the air as it is so far, and what must be done, in order. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from gongd.core.activation import FINAL, Activation, Outcome
from gongd.core.air import MOVES, THEN, Air, Cause, Effect, Phase, Report, Stop, Turn
from gongd.core.catalogue import Origin

MOST_OVER = 64
"""How many ids that are over are remembered, so that a second copy of one does not sound."""

_NOBODY_STOPS = frozenset({Cause.ENDED, Cause.ENDED_FOR_NOW, Cause.FAILED, Cause.FAILED_FOR_NOW})
"""Causes for which the player is silent already."""


class Decision:
    """Only `move` and `keep` write, and `move` only what the table allows. `newcomers` have joined in this decision,
    each with its host's id: whether that sounds stands at the end only."""

    def __init__(self, air: Air, now: float) -> None:
        self.now = now
        self.effects: list[Effect] = []
        self.newcomers: list[tuple[str, Activation]] = []
        self._turns = {turn.activation.id: turn for turn in air.turns}
        self._count = air.count
        self._over = air.over

    def air(self) -> Air:
        return Air(tuple(self._turns.values()), self._count, self._over[-MOST_OVER:])

    def turns(self) -> tuple[Turn, ...]:
        return tuple(self._turns.values())

    @property
    def sounding(self) -> Turn | None:
        return next((turn for turn in self._turns.values() if turn.phase is Phase.SOUNDING), None)

    def find(self, activation_id: str) -> Turn | None:
        return self._turns.get(activation_id)

    def number(self) -> int:
        """The next number: of an arrival, of a Begin, of an Extend."""
        self._count += 1
        return self._count

    def keep(self, turn: Turn) -> Turn:
        self._turns[turn.activation.id] = turn
        return turn

    def tell(self, person: Activation, outcome: Outcome, detail: Mapping[str, object], *, begun: bool = True) -> None:
        """Report to one person. A night's gong that never sounded may be asked for once more: the clock had lied."""
        report = Report(person, outcome, detail)
        self.effects.append(report)
        if report.final and (begun or person.origin is not Origin.SCHEDULE):
            self._over = (*self._over, person.id)

    def move(self, turn: Turn, cause: Cause, detail: Mapping[str, object] | None = None) -> None:
        """Take the table's row, if there is one: stop the player where needed, keep the turn, tell its people."""
        move = MOVES.get((turn.phase, cause))
        if move is None:
            return
        if turn.phase is Phase.SOUNDING and move.to is not Phase.SOUNDING and cause not in _NOBODY_STOPS:
            self.effects.append(Stop(turn.activation.id))
        self._keep_moved(turn, move.to)
        if move.outcome is not None:
            full = _with_then(move.to, move.outcome, detail or {})
            begun = turn.phase not in (Phase.ARRIVED, Phase.WAITING)
            for person in turn.people:
                self.tell(person, move.outcome, full, begun=begun)

    def _keep_moved(self, turn: Turn, to: Phase) -> None:
        if to is Phase.OVER:
            self._turns.pop(turn.activation.id, None)
            return
        resumed = turn.phase is not Phase.RESTING if to is Phase.PAUSED else turn.resumed
        left_s = turn.left_s if to is Phase.SOUNDING else turn.left_at(self.now)
        self.keep(replace(turn, phase=to, left_s=left_s, resumed=resumed))


def _with_then(to: Phase, outcome: Outcome, detail: Mapping[str, object]) -> Mapping[str, object]:
    """A report that looks final says what follows when the activation lives on."""
    if outcome not in FINAL or to is Phase.OVER:
        return dict(detail)
    return {**detail, THEN: "again" if to is Phase.RESTING else "resume"}
