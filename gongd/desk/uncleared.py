"""Alarms that were heard, sound no more, and of which nobody has said that they are over: the desk still can. Pure.

An alarm that comes to its limit, or is stopped for a pause, tells people to stay alert (signals.md). So does silence.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gongd.core.activation import Outcome
from gongd.core.catalogue import CALMING, Status, Why
from gongd.core.gathering import SOUNDED
from gongd.core.record import Kind
from gongd.core.wire_command import CommandType
from gongd.core.wire_event import Event
from gongd.core.wire_report import Answer, Step
from gongd.desk.going_on import Given, GoingOn, as_one, is_of, is_over, is_taken, raised_by_others

UNTOLD_FOR = timedelta(hours=12)
"""One watch of the desk: of what was raised longer ago, a village knows by itself how it has ended."""

_HEARD = frozenset({*(step.value for step in SOUNDED), Outcome.JOINED.value})
_SAYS_IT_IS_OVER = frozenset({Why.SAFE, Why.MISTAKE})


@dataclass(frozen=True, slots=True)
class _Fallen:
    """One activation at one box: when it was raised, and when it fell silent."""

    box: str
    activation: str
    signal: str
    at: datetime
    ended_at: datetime


@dataclass(slots=True)
class _Calmed:
    """What people at the boxes were told: that this activation is over, when that one of this signal is, or all is."""

    named: set[tuple[str, str]] = field(default_factory=set)
    of_signal: dict[tuple[str, str], datetime] = field(default_factory=dict)
    of_all: dict[str, datetime] = field(default_factory=dict)

    def has(self, fallen: _Fallen) -> bool:
        if (fallen.box, fallen.activation) in self.named:
            return True
        same, all_of_it = self.of_signal.get((fallen.box, fallen.signal)), self.of_all.get(fallen.box)
        return (same is not None and same > fallen.ended_at) or (all_of_it is not None and all_of_it > fallen.at)

    def tell_of(self, box: str, signals: Iterable[str], at: datetime) -> None:
        for signal in signals:
            self.of_signal[box, signal] = max(at, self.of_signal.get((box, signal), at))

    def tell_all(self, box: str, at: datetime) -> None:
        self.of_all[box] = max(at, self.of_all.get(box, at))


def uncleared(
    given: Sequence[Given],
    events: Iterable[tuple[str, Event]],
    now: datetime,
    is_alarm: Callable[[str], bool],
    of: Collection[str] | None = None,
) -> list[GoingOn]:
    """What a cancel can still call off, by signal, the newest first. `is_alarm` says whether a signal alarms people;
    `of`: these activations alone."""
    told = [(box, event) for box, event in events if event.kind == Kind.ACTIVATION]
    found: dict[str, dict[str, set[str]]] = {}
    young = [one for one in (*_ordered(given), *_raised(given, told)) if now - one.at <= UNTOLD_FOR]
    alarms = {signal for signal in {one.signal for one in young} if is_alarm(signal)}
    calmed = _calmed(given, told)
    for fallen in sorted(young, key=lambda one: one.at, reverse=True):
        is_meant = of is None or fallen.activation in of
        if is_meant and fallen.signal in alarms and not calmed.has(fallen):
            found.setdefault(fallen.signal, {}).setdefault(fallen.activation, set()).add(fallen.box)
    return [as_one(signal, Status.ACTUAL, by_id) for signal, by_id in found.items()]


def _ordered(given: Iterable[Given]) -> Iterator[_Fallen]:
    """By the desk."""
    for order in given:
        claims = order.claims
        if claims.type is not CommandType.ALERT or claims.status is not Status.ACTUAL or claims.signal is None:
            continue
        said: dict[str, list[Answer]] = {box: [] for box in order.boxes}
        for one in order.answers:
            if one.step is not Step.REFUSED and one.box in said:
                said[one.box].append(one)
        for box, answers in said.items():
            if _has_fallen_silent(answers):
                ended_at = answers[-1].at if answers[-1].trusted else order.at
                yield _Fallen(box, claims.jti, claims.signal, order.at, ended_at)


def _raised(given: Iterable[Given], told: Iterable[tuple[str, Event]]) -> Iterator[_Fallen]:
    """By others: people at the boxes, neighbours, a panel."""
    actual = ((box, event) for box, event in told if event.status == Status.ACTUAL)
    for (box, name), words in raised_by_others(actual, {order.claims.jti for order in given}).items():
        last_is_last = sorted(words, key=is_over)
        if words[0].signal is not None and _has_fallen_silent(last_is_last):
            yield _Fallen(box, name, words[0].signal, words[0].at, last_is_last[-1].at)


def _has_fallen_silent(words: Sequence[Answer] | Sequence[Event]) -> bool:
    """Was it heard, and is it over, by no word that it is?"""
    said = [word.step.value if isinstance(word, Answer) else word.outcome for word in words]
    if not _HEARD.intersection(said) or not is_over(words[-1]):
        return False
    return said[-1] != Outcome.CANCELLED or words[-1].reason == Why.PAUSE


def _calmed(given: Sequence[Given], told: Iterable[tuple[str, Event]]) -> _Calmed:
    """By cancels and all clears of the desk, and by all clears of others. A cancel says the words aloud only where what
    it names had been heard and no other alarm goes on: then it is answered `started`."""
    calmed, ours = _Calmed(), {order.claims.jti for order in given}
    signals = {event.activation: event.signal for _, event in told}
    signals |= {order.claims.jti: order.claims.signal for order in given}
    for order in given:
        claims, is_actual = order.claims, order.claims.status is Status.ACTUAL
        ended = (claims.references or ()) if claims.reason in _SAYS_IT_IS_OVER else ()
        about = {signal for name in ended if is_actual and (signal := signals.get(name)) is not None}
        for answer in filter(is_taken, order.answers):
            calmed.named |= {(answer.box, name) for name in ended}
            if answer.step is Step.STARTED:
                calmed.tell_of(answer.box, about, order.at)
            if is_actual and claims.signal in CALMING:
                calmed.tell_all(answer.box, order.at)
    for box, event in told:
        is_said = event.outcome in _HEARD and event.status in (None, Status.ACTUAL)
        if is_said and not is_of(event, ours) and event.signal in CALMING:
            calmed.tell_all(box, event.at)
    return calmed
