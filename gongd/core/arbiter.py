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

from gongd.core.activation import Activation, Outcome
from gongd.core.air import (
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
    Requested,
    Silenced,
    Tick,
    Together,
    Turn,
    ahead,
    kin,
)
from gongd.core.catalogue import Origin
from gongd.core.decision import Decision

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

_MAY_SOUND = frozenset({Phase.ARRIVED, Phase.WAITING, Phase.SOUNDING, Phase.PAUSED})


def decide(air: Air, event: Event, now: float) -> tuple[Air, tuple[Effect, ...]]:
    """The air after `event` at `now` (monotonic seconds), and what the box must do, in order. Pure and total."""
    decision = Decision(air, now)
    for part in event.events if isinstance(event, Together) else (event,):
        if isinstance(part, Ended):  # it happened before the clock was looked at
            _end(decision, part)
        _let_time_pass(decision)
        _hear(decision, part)
    _settle(decision)
    _welcome(decision)
    return decision.air(), tuple(decision.effects)


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


# ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _let_time_pass(decision: Decision) -> None:
    for turn in decision.turns():
        deadline = _deadline(turn)
        if deadline is None or decision.now < deadline:
            continue
        match turn.phase:
            case Phase.SOUNDING:
                _finish(decision, turn, Cause.CAPPED, Cause.CAPPED_FOR_NOW, {"cap": True})
            case Phase.WAITING:
                _give_up(decision, turn, "preempted")
            case Phase.RESTING:
                _wake(decision, turn)


def _give_up(decision: Decision, turn: Turn, reason: str, cause: Cause = Cause.LATE) -> None:
    """Never sounded. A night's gong is missed, with its reason; anything else is expired."""
    if turn.activation.origin is Origin.SCHEDULE:
        decision.move(turn, Cause.LATE_NIGHT, {"reason": reason})
    else:
        decision.move(turn, cause, {"reason": "crowded"} if cause is Cause.CROWDED else {})


def _wake(decision: Decision, turn: Turn) -> None:
    again = turn.activation.again
    if again is None or decision.now > turn.asked_at + again.for_s:
        decision.move(turn, Cause.RESTED_OUT)
    else:
        cap_s = max(person.cap_s for person in turn.people)
        decision.move(replace(turn, left_s=cap_s, granted_s=cap_s), Cause.WOKEN)


def _finish(decision: Decision, turn: Turn, cause: Cause, for_now: Cause, detail: Mapping[str, object]) -> None:
    """It has ended without anybody's word: an alarm with `again` rests, counted from now, else it is over.

    Counted from the end and not from the beginning, so that there is silence between two soundings.
    """
    again = turn.activation.again
    if again is None or not turn.activation.is_alarm or decision.now + again.every_s > turn.asked_at + again.for_s:
        decision.move(turn, cause, detail)
    else:
        told = frozenset(each.id for each in turn.joined)
        resting = replace(turn, wake_at=decision.now + again.every_s, told_to_wait=told)
        decision.move(resting, for_now, {**detail, "again_in_s": again.every_s})


# ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _hear(decision: Decision, event: Requested | Ended | Silenced | Cancelled | Tick) -> None:
    match event:
        case Requested():
            _request(decision, event)
        case Silenced(by, order):
            said = {"by": by, "order": order}
            for turn in decision.turns():
                decision.move(turn, Cause.SILENCED, {key: word for key, word in said.items() if word})
        case Cancelled():
            _cancel(decision, event)


def _end(decision: Decision, event: Ended) -> None:
    """A stale `run` means that the player had ended before it heard the last Extend: it begins once more."""
    turn = decision.find(event.id)
    if turn is None:
        return
    note = {"what": event.detail} if event.detail else {}
    if event.run not in (None, turn.run):
        decision.move(turn, Cause.OVERTAKEN)
    elif event.how is Outcome.FINISHED:
        _finish(decision, turn, Cause.ENDED, Cause.ENDED_FOR_NOW, note)
    elif event.how is Outcome.FAILED:
        _finish(decision, turn, Cause.FAILED, Cause.FAILED_FOR_NOW, note)


def _cancel(decision: Decision, event: Cancelled) -> None:
    detail = {"reason": event.reason.value} | ({"by": event.by} if event.by else {})
    for turn in decision.turns():
        if _reaches(event, turn):
            decision.move(turn, Cause.CANCELLED, detail)


def _reaches(event: Cancelled, turn: Turn) -> bool:
    match event.reach:
        case Reach.ALL:
            return True
        case Reach.ALARMS:
            return turn.activation.is_alarm
        case Reach.NAMED:
            named = any(person.id in event.ids for person in turn.people)
            return named or turn.activation.signal in event.signals


def _request(decision: Decision, event: Requested) -> None:
    if decision.air().knows(event.activation.id):
        return
    cause = _arrival(event)
    host = next((turn for turn in decision.turns() if turn.kin == kin(event.activation)), None)
    if host is not None and cause in (Cause.REQUESTED, Cause.CARRIED_OVER):
        _join(decision, host, event)
    else:
        _arrive(decision, event, cause)


def _arrival(event: Requested) -> Cause:
    if event.is_new:
        return Cause.REQUESTED
    if not event.activation.is_alarm:
        return Cause.CUT_OFF
    return Cause.WORN_OUT if event.attempts > MOST_ATTEMPTS else Cause.CARRIED_OVER


def _arrive(decision: Decision, event: Requested, cause: Cause) -> None:
    asked = event.activation
    left_s = asked.cap_s - event.sounded_s
    asked_at = decision.now - event.age_s
    turn = Turn(asked, Phase.NONE, decision.number(), left_s, asked_at, asked.wait_until, granted_s=asked.cap_s)
    decision.move(turn, cause, {"reason": "restarted"} if cause is Cause.WORN_OUT else {})
    arrived = decision.find(asked.id)
    is_late = asked.wait_until is not None and asked.wait_until <= decision.now
    if arrived is not None and is_late and not asked.is_alarm:
        _give_up(decision, arrived, "late")


def _join(decision: Decision, host: Turn, event: Requested) -> None:
    """The same sound once more: the cap starts anew, what was left is not cut short, an emergency is the newest."""
    asked = event.activation
    host = _make_room(decision, host)
    host = replace(host, joined=(*host.joined, asked))
    if event.is_new:
        host = _asked_anew(decision, host, asked)
    else:
        host = host.taken_up(asked, event.sounded_s, decision.now - event.age_s, decision.number())
    decision.move(host, Cause.ASKED_AGAIN)
    decision.newcomers.append((host.activation.id, asked))


def _asked_anew(decision: Decision, host: Turn, asked: Activation) -> Turn:
    until = None if None in (host.wait_until, asked.wait_until) else max(host.wait_until or 0, asked.wait_until or 0)
    number, left_s = decision.number(), max(asked.cap_s, host.left_at(decision.now))
    if host.phase is Phase.SOUNDING:
        decision.effects.append(Extend(host.activation.id, left_s, number))
    return replace(
        host,
        order=number if host.is_emergency else host.order,
        run=number,
        left_s=left_s,
        granted_s=left_s,
        asked_at=decision.now,
        began_at=decision.now,
        wait_until=until,
    )


def _make_room(decision: Decision, host: Turn) -> Turn:
    """Let the oldest of too many joined requests go: it has been heard, or nothing has sounded yet."""
    if len(host.joined) < MOST_JOINED:
        return host
    outcome = Outcome.EXPIRED if host.phase in (Phase.ARRIVED, Phase.WAITING) else Outcome.FINISHED
    decision.tell(host.joined[0], outcome, {"joined": host.activation.id, "reason": "crowded"})
    return replace(host, joined=host.joined[1:])


# ── The air settles: the best rank sounds ────────────────────────────────────────────────────────────────────────


def _settle(decision: Decision) -> None:
    for turn in decision.turns():
        if turn.phase is Phase.PAUSED and turn.left_s < LEAST_RESUMED_S:
            _finish(decision, turn, Cause.CAPPED, Cause.CAPPED_FOR_NOW, {"cap": True})
    best = max(_may_sound(decision.turns()), key=lambda turn: turn.rank, default=None)
    if best is not None and best.phase is not Phase.SOUNDING:
        _yield_to(decision, best)
        _begin(decision, best)
    _let_others_wait(decision)
    _keep_bounded(decision)


def _may_sound(turns: tuple[Turn, ...]) -> list[Turn]:
    """No scheduled gong and no rehearsal begins while an alarm that nobody has ended only rests."""
    alarm_rests = any(turn.phase is Phase.RESTING for turn in turns)
    return [turn for turn in turns if turn.phase in _MAY_SOUND and not (alarm_rests and turn.must_keep_calm)]


def _yield_to(decision: Decision, best: Turn) -> None:
    sounding = decision.sounding
    if sounding is None:
        return
    by = ahead(best.activation)
    if not sounding.activation.is_alarm:
        decision.move(sounding, Cause.OUTRANKED_FOR_GOOD, by)
    elif sounding.left_at(decision.now) < LEAST_RESUMED_S:
        _finish(decision, sounding, Cause.CAPPED, Cause.CAPPED_FOR_NOW, {"cap": True})
    else:
        told = frozenset(each.id for each in sounding.joined)
        decision.move(replace(sounding, told_to_wait=told), Cause.OUTRANKED, by)


def _begin(decision: Decision, best: Turn) -> None:
    run = decision.number()
    decision.move(replace(best, began_at=decision.now, run=run, told_to_wait=frozenset()), Cause.BEGUN)
    decision.effects.append(Begin(best.activation, best.left_s, best.resumed, run))
    begins = Outcome.RESUMED if best.resumed else Outcome.STARTED
    for person in (each for each in best.joined if each.id in best.told_to_wait):
        decision.tell(person, begins, {"joined": best.activation.id})


def _let_others_wait(decision: Decision) -> None:
    """Whoever has arrived and does not sound is told what it waits for: what sounds, or the alarm that rests."""
    for turn in decision.turns():
        if turn.phase is Phase.ARRIVED:
            decision.move(turn, Cause.OUTRANKED_AT_ONCE, _ahead_of(decision, turn))


def _ahead_of(decision: Decision, turn: Turn) -> Mapping[str, object]:
    resting = next((other for other in decision.turns() if other.phase is Phase.RESTING), turn)
    return ahead((decision.sounding or resting).activation)


def _welcome(decision: Decision) -> None:
    """Whoever has joined is told that it sounds, or what it waits for. Who was let go meanwhile knows it."""
    for name, asked in decision.newcomers:
        host = decision.find(name)
        if host is None or asked not in host.joined:
            continue
        if host.phase is Phase.SOUNDING:
            decision.tell(asked, Outcome.JOINED, {"joined": name})
        else:
            decision.keep(replace(host, told_to_wait=host.told_to_wait | {asked.id}))
            decision.tell(asked, Outcome.WAITING, {**_ahead_of(decision, host), "joined": name})


def _keep_bounded(decision: Decision) -> None:
    idle = [turn for turn in decision.turns() if turn.phase is not Phase.SOUNDING]
    if len(idle) <= MOST_WAITING:
        return
    may_fall = [turn for turn in idle if not (turn.is_emergency and turn.phase is Phase.WAITING)]
    for turn in sorted(may_fall, key=lambda turn: turn.rank)[: len(idle) - MOST_WAITING]:
        if turn.phase is Phase.WAITING:
            _give_up(decision, turn, "preempted", Cause.CROWDED)
        else:
            decision.move(turn, Cause.CROWDED, {"reason": "crowded"})
