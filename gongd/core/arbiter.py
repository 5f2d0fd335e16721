"""Who sounds, who waits, who yields: one pure decision at a time. What may change stands in `air.MOVES`.

The whole rule: of all that is alive and may sound, the best rank sounds. `rank` is a total order (actual before
rehearsal, then priority, then number; among equal actual emergencies the newest, else whoever came first), so a
better one preempts in the very decision that brings it, and whoever is left sounds when it ends.

- An alarm that is outranked comes back with what remains of its cap. A gong does not: half a gong, late, is a false
  sound. A drill does not either: "this is a drill" spoken right after the real thing would make people doubt it.
- An alarm with `again` rests between its soundings. While it rests, no scheduled gong and no rehearsal begins: the
  peace gong in the middle of a flood that nobody has ended would say that all is well.
- Too many waiting: the worst rank falls out and is told so. An actual emergency that has never sounded never does;
  one that has sounded already and only waits to resume does, the oldest first.
- Silence and cancelling leave nothing behind, so they cannot touch the next request.
"""

from collections.abc import Mapping
from dataclasses import replace

from gongd.core.activation import FINAL, Activation, Outcome
from gongd.core.air import (
    MOVES,
    THEN,
    Air,
    Begin,
    Cancelled,
    Cause,
    Effect,
    Ended,
    Event,
    Extend,
    Phase,
    Reach,
    Report,
    Requested,
    Silenced,
    Stop,
    Tick,
    Together,
    Turn,
    ahead,
    kin,
)
from gongd.core.catalogue import Origin, Status

CAP_ALLOWANCE_S = 2.0
"""The player ends a sound at its cap by itself; this much later the arbiter stops it. As long as the player's lease."""

LEAST_RESUMED_S = 1.0
"""An interrupted alarm with less than this left of its cap is finished: a relay's click is not a message."""

MOST_ATTEMPTS = 2
"""How often an alarm that the daemon's death cut off is resumed (box.md, promise 5)."""

MOST_WAITING = 32
"""How many may wait, rest or be paused. See the rule on what falls out."""

MOST_JOINED = 32
"""How many later requests one sound remembers; the oldest is let go first."""

MOST_OVER = 64
"""How many ids that are over are remembered, so that a second copy of one does not sound."""

_NOBODY_STOPS = frozenset({Cause.ENDED, Cause.ENDED_FOR_NOW, Cause.FAILED, Cause.FAILED_FOR_NOW})
"""Causes for which the player is silent already."""

_MAY_SOUND = frozenset({Phase.ARRIVED, Phase.WAITING, Phase.SOUNDING, Phase.PAUSED})


def decide(air: Air, event: Event, now: float) -> tuple[Air, tuple[Effect, ...]]:
    """The air after `event` at `now` (monotonic seconds), and what the box must do, in order. Pure and total."""
    hearing = _Hearing(air, now)
    for part in event.events if isinstance(event, Together) else (event,):
        if isinstance(part, Ended):  # it happened before the clock was looked at
            _end(hearing, part)
        _let_time_pass(hearing)
        _hear(hearing, part)
    _settle(hearing)
    return hearing.air(), tuple(hearing.effects)


def next_deadline(air: Air) -> float | None:
    """When the box must send a Tick at the latest (monotonic seconds); None when time alone changes nothing."""
    deadlines = [deadline for turn in air.turns if (deadline := _deadline(turn)) is not None]
    return min(deadlines, default=None)


def _deadline(turn: Turn) -> float | None:
    match turn.phase:
        case Phase.SOUNDING:
            return turn.began_at + turn.left_s + CAP_ALLOWANCE_S
        case Phase.WAITING:
            return turn.wait_until
        case Phase.RESTING:
            return turn.wake_at
        case _:
            return None


class _Hearing:
    """One decision in the making. Only `move` and `keep` write, and `move` only what the table allows."""

    def __init__(self, air: Air, now: float) -> None:
        self.now = now
        self.effects: list[Effect] = []
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

    def move(
        self,
        turn: Turn,
        cause: Cause,
        detail: Mapping[str, object] | None = None,
        told: tuple[Activation, ...] | None = None,
    ) -> None:
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
            for person in told or turn.people:
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


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _let_time_pass(hearing: _Hearing) -> None:
    for turn in hearing.turns():
        deadline = _deadline(turn)
        if deadline is None or hearing.now < deadline:
            continue
        match turn.phase:
            case Phase.SOUNDING:
                _finish(hearing, turn, Cause.CAPPED, Cause.CAPPED_FOR_NOW, {"cap": True})
            case Phase.WAITING:
                _give_up(hearing, turn, "preempted")
            case Phase.RESTING:
                _wake(hearing, turn)


def _give_up(hearing: _Hearing, turn: Turn, reason: str, cause: Cause = Cause.LATE) -> None:
    """Never sounded. A night's gong is missed, with its reason; anything else is expired."""
    if turn.activation.origin is Origin.SCHEDULE:
        hearing.move(turn, Cause.LATE_NIGHT, {"reason": reason})
    else:
        hearing.move(turn, cause, {"reason": "crowded"} if cause is Cause.CROWDED else {})


def _wake(hearing: _Hearing, turn: Turn) -> None:
    again = turn.activation.again
    if again is None or hearing.now > turn.asked_at + again.for_s:
        hearing.move(turn, Cause.RESTED_OUT)
    else:
        cap_s = max(person.cap_s for person in turn.people)
        hearing.move(replace(turn, left_s=cap_s, granted_s=cap_s), Cause.WOKEN)


def _finish(hearing: _Hearing, turn: Turn, cause: Cause, for_now: Cause, detail: Mapping[str, object]) -> None:
    """It has ended without anybody's word: an alarm with `again` rests, counted from now, else it is over.

    Counted from the end and not from the beginning, so that there is silence between two soundings.
    """
    again = turn.activation.again
    if again is None or not turn.activation.is_alarm or hearing.now + again.every_s > turn.asked_at + again.for_s:
        hearing.move(turn, cause, detail)
    else:
        resting = replace(turn, wake_at=hearing.now + again.every_s)
        hearing.move(resting, for_now, {**detail, "again_in_s": again.every_s})


# ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _hear(hearing: _Hearing, event: Requested | Ended | Silenced | Cancelled | Tick) -> None:
    match event:
        case Requested():
            _request(hearing, event)
        case Silenced(by, order):
            said = {"by": by, "order": order}
            for turn in hearing.turns():
                hearing.move(turn, Cause.SILENCED, {key: word for key, word in said.items() if word})
        case Cancelled():
            _cancel(hearing, event)


def _end(hearing: _Hearing, event: Ended) -> None:
    """A stale `run` means that the player had ended before it heard the last Extend: it begins once more."""
    turn = hearing.find(event.id)
    if turn is None:
        return
    note = {"what": event.detail} if event.detail else {}
    if event.run not in (None, turn.run):
        hearing.move(turn, Cause.OVERTAKEN)
    elif event.how is Outcome.FINISHED:
        _finish(hearing, turn, Cause.ENDED, Cause.ENDED_FOR_NOW, note)
    elif event.how is Outcome.FAILED:
        _finish(hearing, turn, Cause.FAILED, Cause.FAILED_FOR_NOW, note)


def _cancel(hearing: _Hearing, event: Cancelled) -> None:
    detail = {"reason": event.reason.value} | ({"by": event.by} if event.by else {})
    for turn in hearing.turns():
        if _reaches(event, turn):
            hearing.move(turn, Cause.CANCELLED, detail)


def _reaches(event: Cancelled, turn: Turn) -> bool:
    match event.reach:
        case Reach.ALL:
            return True
        case Reach.ALARMS:
            return turn.activation.is_alarm
        case Reach.NAMED:
            named = any(person.id in event.ids for person in turn.people)
            return named or turn.activation.signal in event.signals


def _request(hearing: _Hearing, event: Requested) -> None:
    if hearing.air().knows(event.activation.id):
        return
    cause = _arrival(event)
    host = next((turn for turn in hearing.turns() if turn.kin == kin(event.activation)), None)
    if host is not None and cause in (Cause.REQUESTED, Cause.CARRIED_OVER):
        _join(hearing, host, event)
    else:
        _arrive(hearing, event, cause)


def _arrival(event: Requested) -> Cause:
    if event.is_new:
        return Cause.REQUESTED
    if not event.activation.is_alarm:
        return Cause.CUT_OFF
    return Cause.WORN_OUT if event.attempts > MOST_ATTEMPTS else Cause.CARRIED_OVER


def _arrive(hearing: _Hearing, event: Requested, cause: Cause) -> None:
    asked = event.activation
    left_s = asked.cap_s - event.sounded_s
    asked_at = hearing.now - event.age_s
    turn = Turn(asked, Phase.NONE, hearing.number(), left_s, asked_at, asked.wait_until, granted_s=asked.cap_s)
    hearing.move(turn, cause, {"reason": "restarted"} if cause is Cause.WORN_OUT else {})
    arrived = hearing.find(asked.id)
    is_late = asked.wait_until is not None and asked.wait_until <= hearing.now
    if arrived is not None and is_late and not asked.is_alarm:
        _give_up(hearing, arrived, "late")


def _join(hearing: _Hearing, host: Turn, event: Requested) -> None:
    """The same sound once more: the cap starts anew, what was left is not cut short, an emergency is the newest."""
    asked = event.activation
    host = _make_room(hearing, host)
    host = replace(host, joined=(*host.joined, asked))
    if event.is_new:
        host = _asked_anew(hearing, host, asked)
    hearing.move(host, Cause.ASKED_AGAIN, {"joined": host.activation.id}, told=(asked,))


def _asked_anew(hearing: _Hearing, host: Turn, asked: Activation) -> Turn:
    until = None if None in (host.wait_until, asked.wait_until) else max(host.wait_until or 0, asked.wait_until or 0)
    number, left_s = hearing.number(), max(asked.cap_s, host.left_at(hearing.now))
    if host.phase is Phase.SOUNDING:
        hearing.effects.append(Extend(host.activation.id, left_s, number))
    return replace(
        host,
        order=number if host.is_emergency else host.order,
        run=number,
        left_s=left_s,
        granted_s=left_s,
        asked_at=hearing.now,
        began_at=hearing.now,
        wait_until=until,
    )


def _make_room(hearing: _Hearing, host: Turn) -> Turn:
    """Let the oldest of too many joined requests go: it has been heard, or nothing has sounded yet."""
    if len(host.joined) < MOST_JOINED:
        return host
    outcome = Outcome.EXPIRED if host.phase in (Phase.ARRIVED, Phase.WAITING) else Outcome.FINISHED
    hearing.tell(host.joined[0], outcome, {"joined": host.activation.id, "reason": "crowded"})
    return replace(host, joined=host.joined[1:])


# ── The air settles: the best rank sounds ────────────────────────────────────────────────────────────────────────


def _settle(hearing: _Hearing) -> None:
    for turn in hearing.turns():
        if turn.phase is Phase.PAUSED and turn.left_s < LEAST_RESUMED_S:
            _finish(hearing, turn, Cause.CAPPED, Cause.CAPPED_FOR_NOW, {"cap": True})
    best = max(_may_sound(hearing.turns()), key=lambda turn: turn.rank, default=None)
    if best is not None and best.phase is not Phase.SOUNDING:
        _yield_to(hearing, best)
        _begin(hearing, best)
    _let_others_wait(hearing)
    _keep_bounded(hearing)


def _may_sound(turns: tuple[Turn, ...]) -> list[Turn]:
    """No scheduled gong and no rehearsal begins while an alarm that nobody has ended only rests."""
    alarm_rests = any(turn.phase is Phase.RESTING for turn in turns)
    return [turn for turn in turns if turn.phase in _MAY_SOUND and not (alarm_rests and _must_keep_calm(turn))]


def _must_keep_calm(turn: Turn) -> bool:
    asked = turn.activation
    is_calm = not asked.is_alarm and (asked.origin is Origin.SCHEDULE or asked.status is not Status.ACTUAL)
    return is_calm and turn.phase is not Phase.SOUNDING


def _yield_to(hearing: _Hearing, best: Turn) -> None:
    sounding = hearing.sounding
    if sounding is None:
        return
    by = ahead(best.activation)
    if not sounding.activation.is_alarm:
        hearing.move(sounding, Cause.OUTRANKED_FOR_GOOD, by)
    elif sounding.left_at(hearing.now) < LEAST_RESUMED_S:
        _finish(hearing, sounding, Cause.CAPPED, Cause.CAPPED_FOR_NOW, {"cap": True})
    else:
        hearing.move(replace(sounding, gave_way=frozenset(each.id for each in sounding.joined)), Cause.OUTRANKED, by)


def _begin(hearing: _Hearing, best: Turn) -> None:
    run = hearing.number()
    hearing.move(replace(best, began_at=hearing.now, run=run, gave_way=frozenset()), Cause.BEGUN)
    hearing.effects.append(Begin(best.activation, best.left_s, best.resumed, run))
    for person in (each for each in best.joined if each.id in best.gave_way):
        hearing.tell(person, Outcome.RESUMED, {"joined": best.activation.id})


def _let_others_wait(hearing: _Hearing) -> None:
    """Whoever has arrived and does not sound is told what it waits for: what sounds, or the alarm that rests."""
    for turn in hearing.turns():
        if turn.phase is Phase.ARRIVED:
            resting = next((other for other in hearing.turns() if other.phase is Phase.RESTING), turn)
            hearing.move(turn, Cause.OUTRANKED_AT_ONCE, ahead((hearing.sounding or resting).activation))


def _keep_bounded(hearing: _Hearing) -> None:
    idle = [turn for turn in hearing.turns() if turn.phase is not Phase.SOUNDING]
    if len(idle) <= MOST_WAITING:
        return
    may_fall = [turn for turn in idle if not (turn.is_emergency and turn.phase is Phase.WAITING)]
    for turn in sorted(may_fall, key=lambda turn: turn.rank)[: len(idle) - MOST_WAITING]:
        if turn.phase is Phase.WAITING:
            _give_up(hearing, turn, "preempted", Cause.CROWDED)
        else:
            hearing.move(turn, Cause.CROWDED, {"reason": "crowded"})
