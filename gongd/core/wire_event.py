"""The journal on the wire: records with their numbers, in batches without gaps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from gongd.core.record import Kind, Record
from gongd.core.wire_form import BOOL, DATE, DETAIL, INSTANT, Spelt, integer, listed, nested, to_json, words
from gongd.core.wire_name import SLUG_FORM

BATCH = 8 * 1024
"""Bytes of JSON in a batch: with its signature it stays under 12 KiB, and a link at 64 kbit/s moves it in 1.5 s."""

MOST_EVENTS = 200

_WORD = words(1000)


@dataclass(frozen=True, slots=True)
class Event:
    """One record with its number: (box, journal id, number) is its key everywhere.

    `kind` and the rest are words as the journal has them: a desk keeps those that it does not know yet.
    """

    number: Annotated[int, Spelt(integer(1), "of the record; no gaps")]
    at: Annotated[datetime, Spelt(INSTANT, "when, by the box's clock")]
    kind: Annotated[str, Spelt(_WORD, "what it is about")]
    signal: Annotated[str | None, Spelt(_WORD, "which signal")] = None
    schedule: Annotated[str | None, Spelt(_WORD, "which schedule")] = None
    night: Annotated[date | None, Spelt(DATE, "the night that it accounts for")] = None
    activation: Annotated[str | None, Spelt(_WORD, "which activation")] = None
    origin: Annotated[str | None, Spelt(_WORD, "who asked")] = None
    status: Annotated[str | None, Spelt(_WORD, "actual, exercise, test")] = None
    outcome: Annotated[str | None, Spelt(_WORD, "what became of it")] = None
    reason: Annotated[str | None, Spelt(_WORD, "why")] = None
    detail: Annotated[Mapping[str, object], Spelt(DETAIL, "more about it")] = field(default_factory=dict)
    trusted: Annotated[bool, Spelt(BOOL, "could the clock be believed?")] = False

    @property
    def record(self) -> Record | None:
        """The record it was; None for a kind of record that only newer boxes know."""
        if self.kind not in tuple(Kind):
            return None
        return Record(
            at=self.at,
            kind=Kind(self.kind),
            signal=self.signal,
            schedule=self.schedule,
            night=self.night,
            activation=self.activation,
            origin=self.origin,
            status=self.status,
            outcome=self.outcome,
            reason=self.reason,
            detail=self.detail,
            trusted=self.trusted,
        )


def event_of(number: int, record: Record) -> Event:
    """A record of the journal for the wire."""
    return Event(
        number=number,
        at=record.at,
        kind=str(record.kind),
        signal=record.signal,
        schedule=record.schedule,
        night=record.night,
        activation=record.activation,
        origin=_plain(record.origin),
        status=_plain(record.status),
        outcome=_plain(record.outcome),
        reason=_plain(record.reason),
        detail=record.detail,
        trusted=record.trusted,
    )


def _plain(word: str | None) -> str | None:
    return None if word is None else str(word)


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Consecutive records of one journal, oldest first. Signed by the box. Raises ValueError where numbers leap."""

    box: Annotated[str, Spelt(SLUG_FORM, "whose journal")]
    journal: Annotated[str, Spelt(words(64), "id of the journal: a new one begins at 1 again")]
    events: Annotated[tuple[Event, ...], Spelt(listed(nested(Event), MOST_EVENTS), "records, numbers without gaps")]

    def __post_init__(self) -> None:
        numbers = [event.number for event in self.events]
        if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            raise ValueError("numbers follow each other")

    @property
    def first(self) -> int:
        """The number of its first record."""
        return self.events[0].number

    @property
    def last(self) -> int:
        """The number of its last record."""
        return self.events[-1].number


def pack(box: str, journal: str, events: Iterable[Event], most: int = BATCH) -> Iterator[EventBatch]:
    """Events, oldest first, as batches of at most `most` bytes; a longer one travels alone. A leap parts them."""
    waiting: list[Event] = []
    size = 0
    for event in events:
        weight = len(to_json(event)) + 1
        leaps = waiting and event.number != waiting[-1].number + 1
        if waiting and (leaps or size + weight > most or len(waiting) >= MOST_EVENTS):
            yield EventBatch(box, journal, tuple(waiting))
            waiting, size = [], 0
        waiting.append(event)
        size += weight
    if waiting:
        yield EventBatch(box, journal, tuple(waiting))


def gaps(numbers: Sequence[int], last: int) -> list[tuple[int, int]]:
    """Spans (first, last) that are missing of 1..`last`, given the numbers that are there, sorted."""
    missing = []
    expected = 1
    for number in numbers:
        if number > expected:
            missing.append((expected, min(number - 1, last)))
        expected = max(expected, number + 1)
        if expected > last:
            break
    if expected <= last:
        missing.append((expected, last))
    return missing
