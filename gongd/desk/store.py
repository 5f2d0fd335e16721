"""What the desk knows: the boxes' records exactly once, their answers, and how each is. In SQLite or PostgreSQL.

A record is keyed (box, journal id, number), so two deliveries make one. Several programs of the desk write at once (the
collectors all night, an alarm in a window): each write is a step of its own, on the disk when it ends.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from gongd.core.wire_command import CommandClaims
from gongd.core.wire_event import Event, EventBatch, gaps
from gongd.core.wire_form import LARGEST_REPORT, from_json, to_json
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Answer, ChallengeNote, Connection, Heartbeat, Info, Presence
from gongd.core.words import Text
from gongd.desk.board import Known
from gongd.desk.gaps import Gap, Gaps, Questions, Watchlist
from gongd.desk.store_book import BUSY_S, Book, Place, Row, StoreError
from gongd.desk.store_schema import COLUMNS, DOUBTED, event_of_row, event_row
from gongd.desk.store_sqlite import SqliteBook

__all__ = ["ByHand", "Filed", "Order", "Store", "StoreError"]

NO_LIBRARY = Text(
    "Sổ của bàn trực ở PostgreSQL, máy này chưa có psycopg. Cài: sudo apt install python3-psycopg",
    "The desk's store is in PostgreSQL and psycopg is not there. Install: sudo apt install python3-psycopg",
)
_UNTOUCHED = 2**60
"""The first number of no batch."""
_REACH = (
    "INSERT INTO journal (box, journal, last, whole, heard_at_s) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (box, journal) DO UPDATE SET heard_at_s = excluded.heard_at_s, "
    "last = CASE WHEN excluded.last > journal.last THEN excluded.last ELSE journal.last END, "
    "whole = CASE WHEN ? <= journal.whole + 1 AND excluded.last > journal.whole "
    "THEN excluded.last ELSE journal.whole END"
)
"""A batch has no gap inside: where it begins at the next number that was missing, all is there up to its last."""
_KEEP = (
    "INSERT INTO box_word (box, what, body, at_s) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (box, what) DO UPDATE SET body = excluded.body, at_s = excluded.at_s"
)


def insertion(table: str) -> str:
    """A new row of a table; one that is there already stays."""
    names = COLUMNS[table]
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)}) ON CONFLICT DO NOTHING"


def open_book(place: Place, patience_s: float = BUSY_S) -> Book:
    """The book at a place; other writers are waited for so long. Raises StoreError."""
    if isinstance(place, Path):
        return SqliteBook(place, patience_s)
    try:
        from gongd.desk.store_postgresql import PostgresqlBook
    except ImportError as error:
        raise StoreError(NO_LIBRARY) from error
    return PostgresqlBook(place, patience_s)


@dataclass(frozen=True, slots=True)
class Filed:
    """An event with the box and the journal that it is of."""

    box: str
    journal: str
    event: Event


@dataclass(frozen=True, slots=True)
class ByHand:
    """A night that somebody rang by hand; `writer` wrote it down. `at` None: nobody has said when."""

    box: str
    night: date
    at: datetime | None
    by: str
    writer: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order that the desk has given, and to which boxes."""

    claims: CommandClaims
    boxes: tuple[str, ...]
    at: datetime


class Store:
    """The open store, for one thread. Every method raises StoreError when it cannot be used."""

    def __init__(self, place: Place, book: Book | None = None) -> None:
        self.place = place
        self._book = book or open_book(place)

    def close(self) -> None:
        """Give it back."""
        self._book.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One durable step: all of it is on the disk when it ends, or none. Inside another it is part of that."""
        if self._book.is_writing:
            yield
            return
        self._book.begin()
        try:
            yield
            self._book.commit()
        except BaseException:
            self._book.rollback()
            raise

    # ── Records ──────────────────────────────────────────────────────────────────────────────────────────────────

    def add_batch(self, batch: EventBatch, heard_at: datetime) -> int:
        """Take records in; those that are there already change nothing. How many were new."""
        return self.add_batches([batch], heard_at)

    def add_batches(self, batches: Sequence[EventBatch], heard_at: datetime) -> int:
        """The same for several."""
        at_s = heard_at.timestamp()
        rows = [(batch.box, batch.journal, *event_row(event), at_s) for batch in batches for event in batch.events]
        reach = [
            (batch.box, batch.journal, batch.last, batch.last if batch.first == 1 else 0, at_s, batch.first)
            for batch in batches
        ]
        with self.writing():
            added = self._book.change_all(insertion("event"), rows)
            self._book.change_all(_REACH, reach)
        return added

    def missing(self, box: str) -> dict[str, list[tuple[int, int]]]:
        """By journal id, the spans of numbers that the box has and the store has not."""
        lacks = "SELECT box, journal, last, whole FROM journal WHERE whole < last AND box = ?"
        found = {str(row["journal"]): self._spans(row) for row in self._all(lacks, box)}
        return {journal: spans for journal, spans in found.items() if spans}

    def _spans(self, row: Row) -> list[tuple[int, int]]:
        query = "SELECT number FROM event WHERE box = ? AND journal = ? AND number > ? ORDER BY number"
        whole = int(row["whole"])
        numbers = [each["number"] - whole for each in self._all(query, row["box"], row["journal"], whole)]
        return [(first + whole, last + whole) for first, last in gaps(numbers, row["last"] - whole)]

    def ask_for(self, now: datetime) -> Questions:
        """What is missing and is to be asked for now: by this collector, however many of them look."""
        if not self._all("SELECT box FROM gap UNION ALL SELECT box FROM journal WHERE whole < last LIMIT 1"):
            return ()
        with self.writing():
            held = Watchlist({(row["box"], row["journal"]): _gap(row) for row in self._all("SELECT * FROM gap")})
            watchlist, questions = held.see(self._lacking(), now).due(now)
            if watchlist != held:
                self._book.change("DELETE FROM gap", ())
                rows = [_gap_row(box, journal, gap) for (box, journal), gap in watchlist.gaps.items()]
                self._book.change_all(insertion("gap"), rows)
        return questions

    def _lacking(self) -> Gaps:
        """What every journal lacks, from first to last; how far each is whole is noted, and not read again."""
        found = {}
        for row in self._all("SELECT box, journal, last, whole FROM journal WHERE whole < last"):
            spans = self._spans(row)
            whole = spans[0][0] - 1 if spans else row["last"]
            if whole != row["whole"]:
                query = "UPDATE journal SET whole = ? WHERE box = ? AND journal = ?"
                self._book.change(query, (whole, row["box"], row["journal"]))
            if spans:
                found[(str(row["box"]), str(row["journal"]))] = (spans[0][0], spans[-1][1])
        return found

    def events(
        self,
        box: str | None = None,
        since: datetime | None = None,
        kinds: Iterable[str] = (),
        most: int = 1_000_000,
    ) -> Iterator[Filed]:
        """Records by the box's own time, the oldest first."""
        wanted = tuple(kinds)
        where = ["at_s >= ?"] + (["box = ?"] if box else [])
        where += [f"kind IN ({', '.join('?' for _ in wanted)})"] if wanted else []
        values = [since.timestamp() if since else 0.0, *([box] if box else []), *wanted, most]
        query = f"SELECT * FROM event WHERE {' AND '.join(where)} ORDER BY at_s, box, journal, number LIMIT ?"
        for row in self._all(query, *values):
            yield Filed(row["box"], row["journal"], event_of_row(row))

    def doubted(self, since: datetime, kind: str) -> list[tuple[str, Event]]:
        """The latest (box, record) of clocks that could not be believed, each at the time when it was heard."""
        rows = self._all(DOUBTED, kind, *[since.timestamp()] * 2)
        heard = ((row, datetime.fromtimestamp(row["heard_at_s"], UTC)) for row in rows)
        return [(row["box"], replace(event_of_row(row), at=at)) for row, at in heard]

    def nights(self, first: date, last: date) -> list[Filed]:
        """Records that account for a night from `first` to `last`, both included."""
        query = "SELECT * FROM event WHERE night BETWEEN ? AND ? ORDER BY at_s"
        rows = self._all(query, first.isoformat(), last.isoformat())
        return [Filed(row["box"], row["journal"], event_of_row(row)) for row in rows]

    def of_activations(self, activations: Iterable[tuple[str, str]]) -> list[Filed]:
        """Every record of these (box, activation)."""
        found = []
        for box, activation in activations:
            query = "SELECT * FROM event WHERE activation = ? AND box = ? AND night IS NULL ORDER BY at_s, number"
            rows = self._all(query, activation, box)
            found += [Filed(row["box"], row["journal"], event_of_row(row)) for row in rows]
        return found

    # ── Boxes ────────────────────────────────────────────────────────────────────────────────────────────────────

    def heard_heartbeat(self, box: str, beat: Heartbeat, at: datetime) -> None:
        """The latest, and how far its journal goes."""
        self.heard_heartbeats([(box, beat)], at)

    def heard_heartbeats(self, beats: Iterable[tuple[str, Heartbeat]], at: datetime) -> None:
        """The same for several boxes, the last of each."""
        latest, at_s = dict(beats), at.timestamp()
        reach = [
            (box, beat.journal, beat.number, 0, at_s, _UNTOUCHED)
            for box, beat in latest.items()
            if beat.journal is not None and beat.number
        ]
        with self.writing():
            self._book.change_all(_KEEP, [(box, "heartbeat", to_json(beat), at_s) for box, beat in latest.items()])
            self._book.change_all(_REACH, reach)

    def heard_presence(self, box: str, presence: Presence, at: datetime) -> None:
        """Its state; one that is there already keeps the time at which it was first heard (it is retained)."""
        held = self._all("SELECT body FROM box_word WHERE box = ? AND what = 'presence'", box)
        with self.writing():
            if not held or _word("presence", held[0]["body"]) != presence:
                self._keep(box, "presence", to_json(presence), at)

    def heard_info(self, box: str, info: Info, at: datetime) -> None:
        """Who it is."""
        with self.writing():
            self._keep(box, "info", to_json(info), at)

    def heard_challenge(self, box: str, note: ChallengeNote | None, at: datetime) -> None:
        """Its challenge; None takes it back."""
        with self.writing():
            self._keep(box, "challenge", to_json(note) if note else b"", at)

    def _keep(self, box: str, what: str, body: bytes, at: datetime) -> None:
        self._book.change(_KEEP, (box, what, body, at.timestamp()))

    def known(self, box: str) -> Known:
        """What is known of one box."""
        return self._known("WHERE box = ?", box).get(box, Known(box))

    def boxes(self) -> dict[str, Known]:
        """Every box that has ever been heard, by its id."""
        return self._known("")

    def _known(self, where: str, *values: object) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for row in self._all(f"SELECT * FROM box_word {where} ORDER BY box", *values):
            held = found.get(row["box"], Known(row["box"]))
            found[held.box] = _learn(held, row["what"], row["body"], datetime.fromtimestamp(row["at_s"], UTC))
        counted = f"SELECT box, max(heard_at_s) AS at_s FROM journal {where} GROUP BY box"
        for row in self._all(counted, *values):
            held = found.get(row["box"], Known(row["box"]))
            found[held.box] = held.heard(datetime.fromtimestamp(row["at_s"], UTC))
        return found

    def infos(self) -> dict[str, Info]:
        """What every box has said of itself, by its id."""
        rows = self._all("SELECT box, body FROM box_word WHERE what = 'info' ORDER BY box")
        return {row["box"]: word for row in rows if isinstance(word := _word("info", row["body"]), Info)}

    def last_gongs(self) -> dict[str, Event]:
        """The last record of a night, by box."""
        query = (
            "SELECT e.* FROM event e JOIN (SELECT box, max(at_s) AS at_s FROM event WHERE night IS NOT NULL "
            "GROUP BY box) n ON e.box = n.box AND e.at_s = n.at_s WHERE e.night IS NOT NULL"
        )
        return {row["box"]: event_of_row(row) for row in self._all(query)}

    # ── Orders and answers ───────────────────────────────────────────────────────────────────────────────────────

    def open_order(self, claims: CommandClaims, boxes: Iterable[str], at: datetime) -> None:
        """Before it is sent for the first time."""
        with self.writing():
            values = (claims.jti, at.timestamp(), to_json(claims), json.dumps(list(boxes)), None)
            self._book.change(insertion("command"), values)

    def date_order(self, jti: str, at: datetime) -> None:
        """It was given then, by a clock that has been set since."""
        with self.writing():
            self._book.change("UPDATE command SET at_s = ? WHERE jti = ?", (at.timestamp(), jti))

    def orders(self, since: datetime) -> list[Order]:
        """Orders given since then, the oldest first."""
        rows = self._all("SELECT * FROM command WHERE at_s >= ? ORDER BY at_s", since.timestamp())
        return [order for row in rows if (order := _order(row)) is not None]

    def add_answer(self, answer: Answer, heard_at: datetime) -> bool:
        """Take an answer in; True when it was not there."""
        with self.writing():
            values = (answer.jti or "", answer.box, to_json(answer), heard_at.timestamp())
            return self._book.change(insertion("answer"), values) > 0

    def answers(self, jti: str) -> list[Answer]:
        """Every answer to an order, in the order of coming."""
        return _answers(self._all("SELECT body FROM answer WHERE jti = ? ORDER BY heard_at_s, rowid", jti))

    def answers_since(self, since: datetime) -> list[Answer]:
        """The same to every order that was given since then."""
        query = "SELECT a.body FROM command c JOIN answer a ON a.jti = c.jti WHERE c.at_s >= ? ORDER BY a.heard_at_s"
        return _answers(self._all(query, since.timestamp()))

    # ── Rung by hand ─────────────────────────────────────────────────────────────────────────────────────────────

    def add_by_hand(self, entry: ByHand) -> None:
        """Write down that somebody rang by hand; a second entry of the same night replaces the first."""
        with self.writing():
            at = entry.at.isoformat() if entry.at else ""
            values = (entry.box, entry.night.isoformat(), at, entry.by, entry.writer)
            self._book.change("DELETE FROM by_hand WHERE box = ? AND night = ?", values[:2])
            self._book.change(insertion("by_hand"), values)

    def by_hand(self, first: date, last: date) -> list[ByHand]:
        """Entries of nights from `first` to `last`, both included."""
        query = "SELECT * FROM by_hand WHERE night BETWEEN ? AND ? ORDER BY night, box"
        rows = self._all(query, first.isoformat(), last.isoformat())
        return [
            ByHand(
                row["box"],
                date.fromisoformat(row["night"]),
                datetime.fromisoformat(row["at"]) if row["at"] else None,
                row["by"],
                row["writer"],
            )
            for row in rows
        ]

    def _all(self, query: str, *values: object) -> Sequence[Any]:
        return self._book.rows(query, values)


_WORDS: Mapping[str, type] = {
    "answer": Answer,
    "challenge": ChallengeNote,
    "heartbeat": Heartbeat,
    "presence": Presence,
    "info": Info,
}


@lru_cache(maxsize=8192)
def _word(what: str, body: bytes) -> object:
    """A word as it is kept, read once: the board of a thousand boxes is drawn every second."""
    return from_json(_WORDS[what], body, LARGEST_REPORT)


def _learn(held: Known, what: str, body: bytes, at: datetime) -> Known:
    if what == "challenge" and not body:
        return replace(held, challenge=None)
    match _word(what, body):
        case ChallengeNote() as note:
            return replace(held, challenge=note)
        case Heartbeat() as word:
            return replace(held, heartbeat=word, heartbeat_at=at).heard(at)
        case Presence() as word:
            held = replace(held, presence=word, presence_at=at)
            return held if word.state is Connection.LOST else held.heard(at)
        case Info() as word:
            return replace(held, info=word)
        case _:
            return held


def _answers(rows: Sequence[Row]) -> list[Answer]:
    """Answers to desks: a box may have called its neighbours under the name of an order that it overheard."""
    found = (_word("answer", row["body"]) for row in rows)
    return [word for word in found if isinstance(word, Answer) and word.caller is None]


def _gap(row: Row) -> Gap:
    asked = row["asked_at_s"]
    asked_at = None if asked is None else datetime.fromtimestamp(asked, UTC)
    return Gap((row["first"], row["last"]), datetime.fromtimestamp(row["since_s"], UTC), asked_at, row["tries"])


def _gap_row(box: str, journal: str, gap: Gap) -> tuple[object, ...]:
    asked_at_s = None if gap.asked_at is None else gap.asked_at.timestamp()
    return (box, journal, *gap.span, gap.since.timestamp(), asked_at_s, gap.tries)


def _order(row: Row) -> Order | None:
    claims = from_json(CommandClaims, row["claims"], LARGEST_REPORT)
    if isinstance(claims, Refused):
        return None
    return Order(claims, tuple(json.loads(row["boxes"])), datetime.fromtimestamp(row["at_s"], UTC))
