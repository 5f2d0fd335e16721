"""Alarms that were heard, sound no more, and of which nobody has said that they are over: the desk still can. Pure.

An alarm that comes to its limit, or is stopped for a pause, tells people to stay alert (signals.md). So does silence.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongd.core.activation import Outcome
from gongd.core.catalogue import CALMING, Status, Why
from gongd.core.gathering import SOUNDED
from gongd.core.record import Kind
from gongd.core.wire_command import CommandType
from gongd.core.wire_event import Event
from gongd.core.wire_report import Answer, Step
from gongd.desk.going_on import Given, GoingOn, as_one, is_over, is_raised, is_taken

UNTOLD_FOR = timedelta(hours=12)
"""One watch of the desk: of what was raised longer ago, a village knows by itself how it has ended."""

_HEARD = frozenset({*(step.value for step in SOUNDED), Outcome.JOINED.value})
_SAYS_IT_IS_OVER = frozenset({Why.SAFE, Why.MISTAKE})


@dataclass(frozen=True, slots=True)
class _Fallen:
    """One activation at one box that has fallen silent."""

    box: str
    activation: str
    signal: str
    at: datetime


def uncleared(
    given: Sequence[Given], events: Iterable[tuple[str, Event]], now: datetime, is_alarm: Callable[[str | None], bool]
) -> list[GoingOn]:
    """What a cancel can still call off, by signal, the newest first. `is_alarm` says whether a signal alarms people."""
    told = [(box, event) for box, event in events if event.kind == Kind.ACTIVATION]
    found: dict[str, dict[str, set[str]]] = {}
    for fallen in sorted((*_ordered(given), *_raised(given, told)), key=lambda one: one.at, reverse=True):
        is_fresh = now - fallen.at <= UNTOLD_FOR and is_alarm(fallen.signal)
        if is_fresh and not _is_called_off(fallen, given, told):
            found.setdefault(fallen.signal, {}).setdefault(fallen.activation, set()).add(fallen.box)
    return [as_one(signal, Status.ACTUAL, by_id) for signal, by_id in found.items()]


def _ordered(given: Iterable[Given]) -> Iterator[_Fallen]:
    """By the desk."""
    for order in given:
        claims = order.claims
        if claims.type is not CommandType.ALERT or claims.status is not Status.ACTUAL or claims.signal is None:
            continue
        for box in order.boxes:
            answers = [one for one in order.answers if one.box == box and one.step is not Step.REFUSED]
            if _has_fallen_silent(answers):
                yield _Fallen(box, claims.jti, claims.signal, order.at)


def _raised(given: Iterable[Given], told: Iterable[tuple[str, Event]]) -> Iterator[_Fallen]:
    """By others: people at the boxes, neighbours, a panel."""
    ours = {order.claims.jti for order in given}
    heard: dict[tuple[str, str], list[Event]] = {}
    for box, event in told:
        name = event.activation or ""
        if name.partition(".")[0] not in ours and event.status == Status.ACTUAL and is_raised(event):
            heard.setdefault((box, name), []).append(event)
    for (box, name), words in heard.items():
        if words[0].signal is not None and _has_fallen_silent(words):
            yield _Fallen(box, name, words[0].signal, words[0].at)


def _has_fallen_silent(words: Sequence[Answer] | Sequence[Event]) -> bool:
    """Was it heard, and is it over, by no word that it is?"""
    said = [word.step.value if isinstance(word, Answer) else word.outcome for word in words]
    if not _HEARD.intersection(said) or not is_over(words[-1]):
        return False
    return said[-1] != Outcome.CANCELLED or words[-1].reason == Why.PAUSE


def _is_called_off(fallen: _Fallen, given: Iterable[Given], told: Iterable[tuple[str, Event]]) -> bool:
    ours = set()
    for order in given:
        ours.add(order.claims.jti)
        taken = any(one.box == fallen.box and is_taken(one) for one in order.answers)
        names_it = fallen.activation in (order.claims.references or ()) and order.claims.reason in _SAYS_IT_IS_OVER
        calms = order.claims.signal in CALMING and order.claims.status is Status.ACTUAL and order.at > fallen.at
        if taken and (names_it or calms):
            return True
    return any(
        box == fallen.box and event.signal in CALMING and event.at > fallen.at
        for box, event in told
        if event.outcome in _HEARD and (event.activation or "").partition(".")[0] not in ours
    )
