"""What the desk knows, in one SQLite file: the boxes' records exactly once, their answers, and how each is.

A record is keyed (box, journal id, number), so two deliveries make one. Several programs of the desk write at once (the
collector all night, an alarm in a window): WAL, full synchronisation, and each write in a transaction of its own.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from gongd.core.errors import JournalError
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_event import Event, EventBatch, gaps
from gongd.core.wire_form import LARGEST_REPORT, from_json, to_json
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Answer, ChallengeNote, Connection, Heartbeat, Info, Presence
from gongd.core.words import Text
from gongd.desk.board import Known
from gongd.desk.store_schema import EVENT_COLUMNS, TABLES, VERSION, event_of_row, event_row

BUSY_S = 10.0

TROUBLE = Text("Không dùng được sổ của bàn trực {path}: {why}", "The desk's store {path} cannot be used: {why}")
OTHER_VERSION = Text("bản {version}, cần bản {wanted}", "version {version}, not {wanted}")


class StoreError(JournalError):
    """The desk's store cannot be opened, read or written."""


@dataclass(frozen=True, slots=True)
class Filed:
    """An event with the box and the journal that it is of."""

    box: str
    journal: str
    event: Event


@dataclass(frozen=True, slots=True)
class ByHand:
    """A night that somebody rang by hand; `writer` wrote it down."""

    box: str
    night: date
    at: datetime
    by: str
    writer: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order that the desk has given, and to which boxes. `ended_at`: cancelled."""

    claims: CommandClaims
    boxes: tuple[str, ...]
    at: datetime
    ended_at: datetime | None = None


class Store:
    """The open store, for one thread. Every method raises StoreError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        with self.writing():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in TABLES.split(";")[:-1]:
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {VERSION}")
            elif version != VERSION:
                why = OTHER_VERSION.fill(version=version, wanted=VERSION)
                raise StoreError(TROUBLE.fill(path=self.path, why=why))

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One durable step: all of it is on the disk when it ends, or none. Inside another it is part of that."""
        if self._db.in_transaction:
            yield
            return
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(TROUBLE.fill(path=self.path, why=error)) from error

    # ── Records ──────────────────────────────────────────────────────────────────────────────────────────────────

    def add_batch(self, batch: EventBatch, heard_at: datetime) -> int:
        """Take records in; those that are there already change nothing. How many were new."""
        rows = [(batch.box, batch.journal, *event_row(event), heard_at.timestamp()) for event in batch.events]
        marks = ", ".join("?" for _ in range(len(EVENT_COLUMNS) + 3))
        with self.writing():
            before = self._db.total_changes
            self._db.executemany(f"INSERT OR IGNORE INTO event VALUES ({marks})", rows)
            added = self._db.total_changes - before
            self._reach(batch.box, batch.journal, batch.last, heard_at)
        return added

    def _reach(self, box: str, journal: str, number: int, at: datetime) -> None:
        self._db.execute(
            "INSERT INTO journal VALUES (?, ?, ?, ?) ON CONFLICT (box, journal) DO UPDATE SET "
            "last = max(last, excluded.last), heard_at_s = excluded.heard_at_s",
            (box, journal, number, at.timestamp()),
        )

    def missing(self, box: str) -> dict[str, list[tuple[int, int]]]:
        """By journal id, the spans of numbers that the box has and the store has not."""
        found = {}
        counted = (
            "SELECT j.journal, j.last, count(e.number) AS held FROM journal j LEFT JOIN event e "
            "ON e.box = j.box AND e.journal = j.journal WHERE j.box = ? GROUP BY j.journal, j.last"
        )
        for row in self._all(counted, box):
            if row["held"] != row["last"]:
                query = "SELECT number FROM event WHERE box = ? AND journal = ? ORDER BY number"
                numbers = [each[0] for each in self._all(query, box, row["journal"])]
                if spans := gaps(numbers, row["last"]):
                    found[str(row["journal"])] = spans
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
        with self.writing():
            self._keep(box, "heartbeat", to_json(beat), at)
            if beat.journal is not None and beat.number:
                self._reach(box, beat.journal, beat.number, at)

    def heard_presence(self, box: str, presence: Presence, at: datetime) -> None:
        """Its state; one that is there already keeps the time at which it was first heard (it is retained)."""
        held = self.known(box).presence
        with self.writing():
            if held != presence:
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
        self._db.execute(
            "INSERT INTO box_word VALUES (?, ?, ?, ?) ON CONFLICT (box, what) DO UPDATE SET "
            "body = excluded.body, at_s = excluded.at_s",
            (box, what, body, at.timestamp()),
        )

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
            self._db.execute("INSERT OR IGNORE INTO command VALUES (?, ?, ?, ?, ?)", values)

    def end_orders(self, jtis: Iterable[str], at: datetime) -> None:
        """They are sent no more."""
        with self.writing():
            for jti in jtis:
                query = "UPDATE command SET ended_at_s = ? WHERE jti = ? AND ended_at_s IS NULL"
                self._db.execute(query, (at.timestamp(), jti))

    def orders(self, since: datetime) -> list[Order]:
        """Orders given since then, the oldest first."""
        rows = self._all("SELECT * FROM command WHERE at_s >= ? ORDER BY at_s", since.timestamp())
        return [order for row in rows if (order := _order(row)) is not None]

    def has_ended(self, jti: str) -> bool:
        """Has somebody cancelled it?"""
        rows = self._all("SELECT 1 FROM command WHERE jti = ? AND ended_at_s IS NOT NULL", jti)
        return bool(rows)

    def add_answer(self, answer: Answer, heard_at: datetime) -> bool:
        """Take an answer in; True when it was not there."""
        with self.writing():
            before = self._db.total_changes
            values = (answer.jti or "", answer.box, to_json(answer), heard_at.timestamp())
            self._db.execute("INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?)", values)
            return self._db.total_changes > before

    def answers(self, jti: str) -> list[Answer]:
        """Every answer to an order, in the order of coming."""
        rows = self._all("SELECT body FROM answer WHERE jti = ? ORDER BY heard_at_s, rowid", jti)
        read = [from_json(Answer, row["body"], LARGEST_REPORT) for row in rows]
        return [answer for answer in read if not isinstance(answer, Refused)]

    # ── Rung by hand ─────────────────────────────────────────────────────────────────────────────────────────────

    def add_by_hand(self, entry: ByHand) -> None:
        """Write down that somebody rang by hand; a second entry of the same night replaces the first."""
        with self.writing():
            values = (entry.box, entry.night.isoformat(), entry.at.isoformat(), entry.by, entry.writer)
            self._db.execute("INSERT OR REPLACE INTO by_hand VALUES (?, ?, ?, ?, ?)", values)

    def by_hand(self, first: date, last: date) -> list[ByHand]:
        """Entries of nights from `first` to `last`, both included."""
        query = "SELECT * FROM by_hand WHERE night BETWEEN ? AND ? ORDER BY night, box"
        rows = self._all(query, first.isoformat(), last.isoformat())
        return [
            ByHand(
                row["box"],
                date.fromisoformat(row["night"]),
                datetime.fromisoformat(row["at"]),
                row["by"],
                row["writer"],
            )
            for row in rows
        ]

    def _all(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._told():
            return self._db.execute(query, values).fetchall()


_WORDS: Mapping[str, type] = {
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


def _order(row: sqlite3.Row) -> Order | None:
    claims = from_json(CommandClaims, row["claims"], LARGEST_REPORT)
    if isinstance(claims, Refused):
        return None
    ended = row["ended_at_s"]
    at = datetime.fromtimestamp(row["at_s"], UTC)
    return Order(claims, tuple(json.loads(row["boxes"])), at, datetime.fromtimestamp(ended, UTC) if ended else None)
