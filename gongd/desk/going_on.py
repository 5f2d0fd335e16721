"""What goes on of all that was raised, and what a cancel of it names. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gongd.core.activation import Outcome
from gongd.core.air import THEN, is_final
from gongd.core.catalogue import CALMING, Origin, Status
from gongd.core.gathering import SENT_AGAIN_FOR, UNDONE
from gongd.core.job import SPEECH
from gongd.core.record import Kind
from gongd.core.wire_command import ACTIVATION, MOST_REFERENCES, CommandClaims, CommandType
from gongd.core.wire_event import Event
from gongd.core.wire_refusal import Reason
from gongd.core.wire_report import Answer
from gongd.desk.orders import ANNOUNCEMENT

SOUNDS_FOR = timedelta(days=1)
"""What was raised longer ago has ended by its cap (at most an hour), heard of or not."""
RESTS_FOR = timedelta(days=8)
"""Unless it sounds again and again: settings let that go on for 7 days after the last request."""
TOLD_WITHIN = timedelta(days=2)
"""Whatever goes on has been recorded within so long: settings let nothing rest for more than a day."""
_AGAIN = "again"
MOST_BOXES = 100
"""A cancel names its boxes one by one: with 64 activations it stays under the 16 KiB of a message."""
_RAISED_BY = frozenset({Origin.BUTTON, Origin.NEIGHBOUR, Origin.LOCAL, Origin.COMMAND})


@dataclass(frozen=True, slots=True)
class GoingOn:
    """A signal that sounds, or may sound yet: the activations that a cancel names, and the boxes."""

    signal: str
    status: Status
    activations: tuple[str, ...]
    boxes: tuple[str, ...]

    def at(self, places: Collection[str]) -> "GoingOn":
        """The same at these boxes alone: elsewhere it goes on."""
        return replace(self, boxes=tuple(box for box in self.boxes if box in places))


@dataclass(frozen=True, slots=True)
class Given:
    """An order of the desk, of any type, and what was answered to it."""

    claims: CommandClaims
    boxes: tuple[str, ...]
    at: datetime
    answers: tuple[Answer, ...]


def going_on(given: Sequence[Given], events: Iterable[tuple[str, Event]], now: datetime) -> list[GoingOn]:
    """Everything that a cancel could end, by signal and status; actual alarms first, the newest of them before.

    What was cancelled goes on at every box that has neither taken the cancel nor said its last word.
    """
    found: dict[tuple[str, Status], dict[str, set[str]]] = {}
    told = list(events)
    over = {(box, event.activation) for box, event in told if event.kind == Kind.ACTIVATION and is_over(event)}
    for order in given:
        if order.claims.type not in (CommandType.ALERT, CommandType.ANNOUNCE):
            continue
        ended = _stopped(order, given) | {box for box in order.boxes if (box, order.claims.jti) in over}
        if boxes := _open_boxes(order, now) - ended:
            signal = order.claims.signal or ANNOUNCEMENT
            found.setdefault((signal, order.claims.status), {})[order.claims.jti] = boxes
    ours = {order.claims.jti for order in given}
    for box, event in _open_activations(told, ours, now):
        key = (event.signal or "?", _status(event.status))
        found.setdefault(key, {}).setdefault(event.activation or "", set()).add(box)
    return [as_one(signal, status, by_id) for (signal, status), by_id in _actual_first(found)]


@dataclass(frozen=True, slots=True)
class Ending:
    """What one cancel can end: activations of one status (a box refuses all of a cancel that mixes them), as many as it
    has room for, at the boxes where they go on."""

    status: Status
    references: tuple[str, ...]
    boxes: tuple[str, ...]


def endings(chosen: Sequence[GoingOn]) -> list[Ending]:
    """As many cancels as these need, and no more; actual alarms stay first."""
    found = []
    for status in dict.fromkeys(one.status for one in chosen):
        boxes_of: dict[str, tuple[str, ...]] = {}
        for one in chosen:
            if one.status is status:
                boxes_of |= {name: (*boxes_of.get(name, ()), *one.boxes) for name in one.activations}
        for names in _parts(tuple(boxes_of), MOST_REFERENCES):
            boxes = tuple(dict.fromkeys(box for name in names for box in boxes_of[name]))
            found += [Ending(status, names, part) for part in _parts(boxes, MOST_BOXES)]
    return found


def _parts(words: tuple[str, ...], most: int) -> list[tuple[str, ...]]:
    return [words[at : at + most] for at in range(0, len(words), most)]


def _stopped(order: Given, given: Sequence[Given]) -> set[str]:
    """Boxes that have taken a cancel of it, or silence after their last word on it: the word of its end was lost."""
    last = {answer.box: answer for answer in order.answers if not answer.is_stale}
    stopped = set()
    for other in given:
        taken = [answer for answer in other.answers if is_taken(answer)]
        if order.claims.jti in (other.claims.references or ()):
            stopped |= {answer.box for answer in taken}
        elif other.claims.type is CommandType.SILENCE:
            stopped |= {answer.box for answer in taken if _is_after(answer, last.get(answer.box))}
    return stopped


def stops_at(boxes: Collection[str], answers: Iterable[Answer]) -> set[str]:
    """Where a cancel or silence ends what it is about, as far as is known: at all of its boxes but those that refuse it
    because its key may not; nowhere, if that is all that was answered."""
    said = [answer for answer in answers if not answer.is_stale]
    taken = {answer.box for answer in said if is_taken(answer)}
    forbidden = {answer.box for answer in said if answer.refusal is Reason.NOT_PERMITTED} - taken
    return set(boxes) - forbidden if taken or not forbidden else set()


def is_taken(answer: Answer) -> bool:
    """Has the box done, or will it do, what the order says?"""
    return answer.refusal is Reason.DUPLICATE or answer.step not in UNDONE


def _is_after(answer: Answer, before: Answer | None) -> bool:
    """By the box's own clock, where it could be believed."""
    return before is not None and before.trusted and answer.trusted and answer.at > before.at


def _actual_first(
    found: Mapping[tuple[str, Status], dict[str, set[str]]],
) -> list[tuple[tuple[str, Status], dict[str, set[str]]]]:
    newest_first = list(found.items())[::-1]
    return sorted(newest_first, key=lambda item: item[0][1] is not Status.ACTUAL)


def as_one(signal: str, status: Status, by_id: Mapping[str, set[str]]) -> GoingOn:
    """Activations of one signal, each at its boxes."""
    boxes = sorted(set().union(*by_id.values()))
    return GoingOn(signal, status, tuple(by_id), tuple(boxes))


def _open_boxes(order: Given, now: datetime) -> set[str]:
    """Boxes that sound it, wait or rest with it, or have said nothing while it is still being sent."""
    heard: dict[str, list[Answer]] = {}
    for answer in order.answers:
        if not answer.is_stale:
            heard.setdefault(answer.box, []).append(answer)
    is_sent = now - order.at <= SENT_AGAIN_FOR
    silent = {box for box in order.boxes if box not in heard} if is_sent else set()
    return silent | {box for box in order.boxes if box in heard and _goes_on(heard[box], order.at, now)}


def _open_activations(
    events: Iterable[tuple[str, Event]], ours: Collection[str], now: datetime
) -> list[tuple[str, Event]]:
    """What others than the desk have raised, and has not ended."""
    told = raised_by_others(events, ours)
    open_yet = {key: words for key, words in told.items() if not any(map(is_over, words))}
    return [(box, words[-1]) for (box, _), words in open_yet.items() if _goes_on(words, words[0].at, now)]


def raised_by_others(
    events: Iterable[tuple[str, Event]], ours: Collection[str]
) -> Mapping[tuple[str, str], list[Event]]:
    """By box and activation, what was told of those that people at the boxes, neighbours or a panel have raised, in the
    order of time. The last word may bear an earlier time than the first: the box's clock was set in between."""
    told: dict[tuple[str, str], list[Event]] = {}
    for box, event in events:
        if event.kind == Kind.ACTIVATION and not is_of(event, ours) and _is_raised(event):
            told.setdefault((box, event.activation or ""), []).append(event)
    return told


def is_of(event: Event, ours: Collection[str]) -> bool:
    """Is it about one of these orders, or about what one of them has said aloud?"""
    return (event.activation or "").partition(".")[0] in ours


def _goes_on(told: Sequence[Answer] | Sequence[Event], since: datetime, now: datetime) -> bool:
    """Does it, after these words of one box? An alarm that rests or has given way comes back, and says so: `then`."""
    lasts = RESTS_FOR if any(word.detail.get(THEN) == _AGAIN for word in told) else SOUNDS_FOR
    return now - since <= lasts and not is_over(told[-1])


def is_over(word: Answer | Event) -> bool:
    """Is it the last word of its activation?"""
    said = word.step.value if isinstance(word, Answer) else word.outcome
    return said in tuple(Outcome) and is_final(Outcome(said), word.detail)


def _is_raised(event: Event) -> bool:
    """A name that no cancel could hold would spoil the cancel for every box."""
    is_named = re.fullmatch(ACTIVATION, event.activation or "", re.ASCII) is not None
    return is_named and event.origin in _RAISED_BY and event.signal not in CALMING | {SPEECH}


def _status(word: str | None) -> Status:
    return Status(word) if word in tuple(Status) else Status.ACTUAL
