"""Every order of any six events keeps the arbiter's promises.

Airs that differ only in when they came to be are visited once, so all the orders (eleven kinds of events, six deep:
1.8 million) are covered in seconds. Each step is judged by rules of its own, not by the arbiter's.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from gongd.core.activation import Activation, Outcome
from gongd.core.air import (
    Air,
    Begin,
    Cancelled,
    Effect,
    Ended,
    Event,
    Phase,
    Reach,
    Report,
    Requested,
    Silenced,
    Tick,
    Turn,
)
from gongd.core.arbiter import CAP_ALLOWANCE_S, decide, next_deadline
from gongd.core.catalogue import Origin, Priority, Status, Why
from tests.core.stage import DRILL, FIRE, FIRE_TOO, FLOOD, GONG, WATCH, Stage

DEPTH = 6
FLOOD_AGAIN = replace(FLOOD, number=0)

Symbol = Callable[[Air, float], tuple[Event, float]]


def _asks(activation: Activation) -> Symbol:
    return lambda _air, now: (Requested(activation), now)


def _ends(air: Air, now: float) -> tuple[Event, float]:
    return Ended(air.sounding.activation.id if air.sounding else "nobody", Outcome.FINISHED), now


def _time_passes(_air: Air, now: float) -> tuple[Event, float]:
    return Tick(), now + 70.0


def _deadline_comes(air: Air, now: float) -> tuple[Event, float]:
    return Tick(), max(now, next_deadline(air) or now)


ALPHABET: tuple[Symbol, ...] = (
    *(_asks(activation) for activation in (FIRE, FIRE_TOO, FLOOD_AGAIN, WATCH, GONG, DRILL)),
    _ends,
    lambda _air, now: (Silenced("silence"), now),
    lambda _air, now: (Cancelled(Why.SAFE, Reach.ALARMS), now),
    _time_passes,
    _deadline_comes,
)


def _essence(air: Air, now: float) -> object:
    """What matters for the future: not the numbers of arrivals, but their order; not instants, but distances."""
    turns = sorted(air.turns, key=lambda turn: turn.order)
    gong_in = max(0.0, 120.0 - now)
    return frozenset(air.over), gong_in, tuple(_essence_of(turn, now) for turn in turns)


def _essence_of(turn: Turn, now: float) -> object:
    people = tuple(person.id for person in turn.people)
    due = turn.wake_at - now if turn.phase is Phase.RESTING else turn.left_at(now)
    return people, turn.phase, due, now - turn.asked_at if turn.activation.again else None, turn.resumed


def _judge(before: Air, event: Event, now: float, after: Air, effects: tuple[Effect, ...]) -> None:
    _the_player_is_told_no_nonsense(before, event, now, after, effects)
    _the_best_that_may_sound_sounds(after)
    _an_emergency_always_gets_out(event, before, after)
    _nothing_passes_its_cap(after, now, effects)
    _each_is_over_exactly_once(before, event, after, effects)


def _the_player_is_told_no_nonsense(
    before: Air, event: Event, now: float, after: Air, effects: tuple[Effect, ...]
) -> None:
    stage = Stage(before.sounding.activation.id if before.sounding else None)
    if isinstance(event, Ended) and event.id == stage.playing:
        stage.playing = None
    stage.obey(effects, now)
    sounding = [turn.activation.id for turn in after.turns if turn.phase is Phase.SOUNDING]
    assert sounding == ([stage.playing] if stage.playing else [])


def _class(activation: Activation) -> tuple[bool, int, int]:
    return (activation.status is Status.ACTUAL, activation.priority, activation.number)


def _the_best_that_may_sound_sounds(after: Air) -> None:
    assert not any(turn.phase in (Phase.NONE, Phase.ARRIVED, Phase.OVER) for turn in after.turns)
    rests = any(turn.phase is Phase.RESTING for turn in after.turns)
    alive = [turn.activation for turn in after.turns if turn.phase is not Phase.RESTING]
    if rests and after.sounding is None:
        alive = [asked for asked in alive if asked.status is Status.ACTUAL and asked.origin is not Origin.SCHEDULE]
    best = max((_class(asked) for asked in alive), default=None)
    assert best == (_class(after.sounding.activation) if after.sounding else None)


def _an_emergency_always_gets_out(event: Event, before: Air, after: Air) -> None:
    if not isinstance(event, Requested) or event.activation.priority is not Priority.EMERGENCY:
        return
    asked = event.activation
    if asked.status is Status.ACTUAL and not before.knows(asked.id):
        assert after.sounding
        is_better = _class(after.sounding.activation) > _class(asked)
        assert is_better or asked in after.sounding.people


def _nothing_passes_its_cap(after: Air, now: float, effects: tuple[Effect, ...]) -> None:
    for effect in effects:
        if isinstance(effect, Begin):
            assert 0 < effect.cap_s <= effect.activation.cap_s
    for turn in after.turns:
        assert turn.phase is not Phase.SOUNDING or turn.left_at(now) > -CAP_ALLOWANCE_S
        assert turn.left_at(now) <= turn.activation.cap_s


def _each_is_over_exactly_once(before: Air, event: Event, after: Air, effects: tuple[Effect, ...]) -> None:
    finals = [effect.activation.id for effect in effects if isinstance(effect, Report) and effect.final]
    assert len(finals) == len(set(finals))
    asked = {event.activation.id} if isinstance(event, Requested) else set()
    assert _alive(after) == (_alive(before) | (asked - set(before.over))) - set(finals)
    assert set(after.over) - set(before.over) in (set(finals), set(finals) - {GONG.id})
    assert set(after.over) >= set(before.over)
    assert not set(finals) & set(before.over)


def _alive(air: Air) -> set[str]:
    return {person.id for turn in air.turns for person in turn.people}


def _steps(scenes: Iterable[tuple[Air, float]]) -> Iterator[tuple[Air, float]]:
    for air, now in scenes:
        for symbol in ALPHABET:
            event, later = symbol(air, now)
            after, effects = decide(air, event, later)
            _judge(air, event, later, after, effects)
            yield after, later


def test_every_order_of_any_six_events_keeps_the_promises() -> None:
    scenes: list[tuple[Air, float]] = [(Air(), 0.0)]
    for _ in range(DEPTH - 1):
        scenes = list({_essence(air, now): (air, now) for air, now in _steps(scenes)}.values())
    assert sum(1 for _ in _steps(scenes)) > 50_000
