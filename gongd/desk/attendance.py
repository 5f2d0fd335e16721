"""The attendance sheet (bảng theo dõi kẻng 22 giờ): villages x nights, from the boxes' own records. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from gongd.core.activation import Outcome
from gongd.core.lexicon import MISSED as WORDS_OF_MISSES
from gongd.core.lexicon import reason_words
from gongd.core.record import ADOPTED, MISSED, RUNG
from gongd.core.wire_event import Event
from gongd.core.words import Language, Text
from gongd.desk.roster import RosterBox

PEACE = "peace"
COUNTS_FROM = time(22, 30)
"""A night counts once it is over: the gong is at 22:00 with a grace of 2 minutes, and its record needs to travel."""

_EXCEPTED = "excepted"
_BY_HAND = "by-hand"
_NOT_SOUNDED = frozenset({Outcome.FAILED, Outcome.EXPIRED, Outcome.REFUSED, Outcome.MISSED})
_CUT_SHORT = frozenset({Outcome.PREEMPTED, Outcome.INTERRUPTED, Outcome.SILENCED, Outcome.CANCELLED})
_BEGAN_NOT_ENDED = Text("bị ngắt giữa chừng", "cut off halfway")
_RUNG_AT_SOME_TIME = Text("đã đánh tay, {by}", "rung by hand, {by}")
_TAKEN_BACK = Text("bỏ ghi đánh tay ({writer})", "written as rung by hand, and taken back ({writer})")
_BOTH = Text("{why}; {more}", "{why}; {more}")
_NOTE = Text("{day}: {why}", "{day}: {why}")


class Mark(StrEnum):
    """What stands in a cell (language.md, 5)."""

    RUNG = "X"
    BY_HAND = "T"
    MISSED = "K"
    UNKNOWN = "?"
    OFF = "N"


@dataclass(frozen=True, slots=True)
class Cell:
    """One night of one box. `mark` None: not yet over, or before the box was there."""

    mark: Mark | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One box. Rate = (X + T) / (nights - N); `?` counts as not rung."""

    box: RosterBox
    cells: tuple[Cell, ...]

    def count(self, mark: Mark) -> int:
        """How many nights have this mark."""
        return sum(cell.mark is mark for cell in self.cells)

    @property
    def nights(self) -> int:
        """Nights that count so far."""
        return sum(cell.mark is not None for cell in self.cells)

    @property
    def rate_pct(self) -> float | None:
        """Per cent of the nights on which the gong was heard; None where there was none to ring."""
        due = self.nights - self.count(Mark.OFF)
        return 100 * (self.count(Mark.RUNG) + self.count(Mark.BY_HAND)) / due if due else None

    def notes(self, nights: Sequence[date]) -> list[Text]:
        """Reasons, night by night."""
        return [
            _NOTE.fill(day=f"{night:%d/%m}", why=cell.note)
            for night, cell in zip(nights, self.cells, strict=True)
            if cell.note is not None
        ]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole table. `nights` are all of the period, also those that are still to come."""

    nights: tuple[date, ...]
    lines: tuple[Line, ...]

    @property
    def first(self) -> date:
        """The first night of the period."""
        return self.nights[0]

    @property
    def last(self) -> date:
        """The last night of the period."""
        return self.nights[-1]


@dataclass(frozen=True, slots=True)
class HandRung:
    """Somebody has rung by hand: who, and when, if that is known. With nobody in `by`, `writer` has taken it back."""

    by: str
    at: datetime | None
    writer: str = ""


def period(day: date, first_day: int) -> tuple[date, date]:
    """The period that a day belongs to: from `first_day` to the day before it in the next month. 1: the month."""
    month = day if day.day >= first_day else day.replace(day=1) - timedelta(days=1)
    first = month.replace(day=first_day)
    following = (first.replace(day=1) + timedelta(days=32)).replace(day=first_day)
    return first, following - timedelta(days=1)


def period_of(month: date, first_day: int) -> tuple[date, date]:
    """The period that ends in a month; `month` is any day of it."""
    last_of_month = (month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return period(month.replace(day=first_day - 1) if first_day > 1 else last_of_month, first_day)


def sheet(
    boxes: Iterable[RosterBox],
    first: date,
    last: date,
    now: datetime,
    nights: Iterable[tuple[str, Event]],
    became: Mapping[tuple[str, str], str],
    by_hand: Mapping[tuple[str, date], HandRung],
    since: Mapping[str, date],
) -> Sheet:
    """The table of a period as it is known at `now` (in the commune's time).

    `nights` are (box, record of a night); `became` says by (box, activation) what came of a gong that had begun;
    `since` is each box's first night, before which nothing was due.
    """
    every = tuple(first + timedelta(days=step) for step in range((last - first).days + 1))
    told: dict[tuple[str, date], list[Event]] = {}
    for box, event in nights:
        if event.night is not None and (event.signal or PEACE) == PEACE:
            told.setdefault((box, event.night), []).append(event)
    over = last_night_over(now)

    def cell(box: RosterBox, night: date) -> Cell:
        events, hand = told.get((box.id, night), []), by_hand.get((box.id, night))
        if not events and not (hand and hand.by) and (night > over or night < since.get(box.id, first)):
            return Cell()
        return _cell([_judge(box.id, event, became) for event in events], hand)

    return Sheet(every, tuple(Line(box, tuple(cell(box, night) for night in every)) for box in boxes))


def last_night_over(now: datetime) -> date:
    """The last night that is over by now."""
    return now.date() if now.time() >= COUNTS_FROM else now.date() - timedelta(days=1)


def first_nights(adopted: Iterable[tuple[str, Event]]) -> dict[str, date]:
    """Each box's first night, from its records of the schedules that it took up."""
    found: dict[str, date] = {}
    for box, event in adopted:
        try:
            night = date.fromisoformat(str(event.detail.get("first")))
        except ValueError:
            continue
        if event.outcome == ADOPTED:
            found[box] = min(night, found.get(box, night))
    return found


def _judge(box: str, event: Event, became: Mapping[tuple[str, str], str]) -> Cell:
    if event.outcome == RUNG:
        return _rung(became.get((box, event.activation or "")))
    if event.outcome == MISSED and event.reason == _EXCEPTED:
        return Cell(Mark.OFF)
    if event.reason == _BY_HAND:
        return Cell(Mark.BY_HAND, _hand_words(str(event.detail.get("by", "?")), str(event.detail.get("time", "?"))))
    return Cell(Mark.MISSED, reason_words(event.reason or "unknown", MISSED))


def _rung(ended: str | None) -> Cell:
    """Its record is written before the first stroke: what came then decides whether it was heard."""
    if ended in _NOT_SOUNDED:
        return Cell(Mark.MISSED, reason_words("speaker-failed", MISSED))
    if ended in _CUT_SHORT:
        return Cell(Mark.RUNG, _BEGAN_NOT_ENDED)
    return Cell(Mark.RUNG)


_BEST_FIRST = (Mark.RUNG, Mark.BY_HAND, Mark.OFF, Mark.MISSED)


def _cell(judged: list[Cell], hand: HandRung | None) -> Cell:
    """Of several records of a night the best; a person who has rung fills in where the box did not."""
    best = min(judged, key=lambda cell: _BEST_FIRST.index(cell.mark or Mark.MISSED), default=Cell(Mark.UNKNOWN))
    if hand is not None and not hand.by:
        told = _TAKEN_BACK.fill(writer=hand.writer)
        return Cell(best.mark, told if best.note is None else _BOTH.fill(why=best.note, more=told))
    if hand is not None and best.mark is not Mark.RUNG:
        return Cell(Mark.BY_HAND, _hand_words(hand.by, f"{hand.at:%H:%M}" if hand.at else None))
    return best


def _hand_words(by: str, at: str | None) -> Text:
    if at is None:
        return _RUNG_AT_SOME_TIME.fill(by=by)
    return WORDS_OF_MISSES[_BY_HAND].fill(by=by, time=at)


def rate_words(rate_pct: float | None, language: Language) -> str:
    """`96,7` or `96.7`; nothing where there is no rate."""
    if rate_pct is None:
        return ""
    return f"{rate_pct:.1f}".replace(".", "," if language is Language.VI else ".")
