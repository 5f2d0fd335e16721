"""The SQLite file itself: opened and checked, appended to, remembered from, pruned. Used by one thread only."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from gongd.adapters.journal.means import MACHINE, Means
from gongd.adapters.journal.recollection import UNREADABLE, Carried, Recollection, recollect
from gongd.adapters.journal.schema import COLUMNS, INSERT, SELECT, TABLES, VERSION, to_record, to_row
from gongd.adapters.journal.trouble import is_second_night
from gongd.core.activation import Outcome
from gongd.core.air import is_final
from gongd.core.record import ADOPTED, CLEARED, OUTAGE, RETIRED, Kind, Record
from gongd.folder import settle
from gongd.ports import Recalled

KEEP_RECORDS = 20_000
"""So many are kept whatever their age: a clock that was far ahead for a day must not empty the journal."""
_LONG, _TOO_LONG = 100, 1000
"""Records in the write-ahead log: worth folding in when the box is quiet; and whatever it does."""
_RECORD_BYTES = 4096
"""The least that a record takes there: a page. So a log that earlier runs have left is never taken for too short."""
_CACHE_KIB = 256
_MOST_ASIDE = 5
_BEGINS = (Outcome.WAITING, Outcome.STARTED, Outcome.RESUMED, Outcome.JOINED)
_BEGUN_AGAIN = "UPDATE SET attempts = attempts + (run <> ?3), run = ?3, boot = ?4"
_OUR_MISTAKES = (
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ValueError,
    KeyError,
    TypeError,
)
_PUBLISHED = "SELECT (SELECT value FROM meta WHERE name = 'published')"
_REPLACED = "SELECT (SELECT value FROM meta WHERE name = 'replaced_at')"
_SIDE_FILES = ("", "-wal", "-shm")
UNFIT = "record-unfit"
"""Reason of the record that stands for one that cannot be stored, or read back."""


def _as_far_as_it_can_be_read(text: bytes) -> str:
    return text.decode(errors="replace")


class RefusedError(Exception):
    """A batch was left out whole: its night has its record already (`second_night`), or a value cannot be stored."""

    def __init__(self, record: Record, second_night: bool, why: Exception) -> None:
        super().__init__(str(why))
        self.record = record
        self.second_night = second_night


class Book:
    """An open journal. Every method may raise sqlite3.Error; the caller decides what that means."""

    def __init__(self, path: Path, boot: str, carried: Carried, means: Means = MACHINE) -> None:
        self.path = path
        self._boot = boot
        self._means = means
        self._run = means.new_id()
        self._unfolded = _size(Path(f"{path}-wal")) // _RECORD_BYTES
        self._replaced_now = False
        is_new = not path.exists()
        self._db = means.connect(path)
        try:
            self._prepare(carried)
            self._read_about()
        except sqlite3.Error:
            self._db.close()
            raise
        except UNREADABLE as error:
            self._db.close()
            raise _corrupt(repr(error)) from error
        if is_new:
            settle(path.parent)

    def _prepare(self, carried: Carried) -> None:
        self._db.row_factory = sqlite3.Row
        self._db.text_factory = _as_far_as_it_can_be_read
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA wal_autocheckpoint = 0")
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self.check()
        version = self._one("PRAGMA user_version")
        if version == 0 and not self._one("SELECT count(*) FROM sqlite_master"):
            self._create(carried)
        elif version != VERSION:
            raise _corrupt(f"version {version}, not {VERSION}")

    def _read_about(self) -> None:
        replaced_at = self._one(_REPLACED)
        self._replaced_at = datetime.fromisoformat(replaced_at) if replaced_at else None
        self.journal_id = str(self._one("SELECT value FROM meta WHERE name = 'journal_id'"))
        self.last_number = int(self._one("SELECT coalesce(max(number), 0) FROM record"))
        self.published = self._saved = int(self._one(_PUBLISHED) or 0)

    def check(self) -> None:
        """Read the whole file; raises sqlite3.DatabaseError (SQLITE_CORRUPT) when its structure is torn."""
        verdict = self._one("PRAGMA quick_check(1)")
        if verdict != "ok":
            raise _corrupt(f"quick_check: {verdict}")

    def _create(self, carried: Carried) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        for statement in TABLES.split(";")[:-1]:
            self._db.execute(statement)
        began_at = self._means.wall().isoformat()
        about = {"journal_id": self._means.new_id(), "began_at": began_at}
        if carried.is_heir:
            about["replaced_at"] = began_at
            self._replaced_now = True
        self._db.executemany("INSERT INTO meta VALUES (?, ?)", about.items())
        nights = [(schedule, night.isoformat()) for schedule, night in carried.nights]
        self._db.executemany("INSERT INTO night VALUES (?, ?)", nights)
        first = [(schedule, night.isoformat()) for schedule, night in carried.first_nights.items()]
        self._db.executemany("INSERT INTO first_night VALUES (?, ?)", first)
        self._db.execute(f"PRAGMA user_version = {VERSION}")
        self._db.execute("COMMIT")

    def _one(self, query: str) -> Any:
        return self._db.execute(query).fetchone()[0]

    # ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def write(self, batches: Iterable[Sequence[Record]]) -> list[RefusedError | None]:
        """Commit all batches at once, durably. A batch that cannot be is left out whole, and told.

        They are asked for once the file is ours, however long that took.
        """
        number = self.last_number
        refused: list[RefusedError | None] = []
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for batch in batches:
                number, why = self._write_batch(number, batch)
                refused.append(why)
            published = self._save_published()
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise
        self._unfolded += number - self.last_number
        self.last_number, self._saved = number, published
        return refused

    def fold(self, is_quiet: bool) -> None:
        """Put what is in the write-ahead log into the file, once there is enough of it: three writes that wait for the
        card, so no commit of an alarm does it. A card that will not is asked again after as many records."""
        if self._unfolded >= (_LONG if is_quiet else _TOO_LONG):
            self._unfolded = 0
            with suppress(sqlite3.OperationalError):
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _save_published(self) -> int:
        """How far the broker has the records: written along, never for its own sake."""
        published = self.published
        if published != self._saved:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('published', ?)", (str(published),))
        return published

    def recall(self, first: int, most: int) -> Recalled:
        """At most `most` records from number `first` on. A row that means nothing is told as that, under its number."""
        rows = self._db.execute(f"{SELECT} WHERE number >= ? ORDER BY number LIMIT ?", (first, most)).fetchall()
        found = tuple((int(row["number"]), self._record_of(row)) for row in rows)
        return Recalled(self.journal_id, self.last_number, self.published, found, self._replaced_at, self._replaced_now)

    def _record_of(self, row: sqlite3.Row) -> Record:
        try:
            return to_record(row)
        except UNREADABLE as error:
            told = {"why": str(error)} | {name: str(row[name]) for name in COLUMNS if row[name] is not None}
            return Record(self._means.wall(), Kind.FAULT, outcome=Outcome.REFUSED, reason=UNFIT, detail=told)

    def _write_batch(self, number: int, batch: Sequence[Record]) -> tuple[int, RefusedError | None]:
        if not batch:
            return number, None
        self._db.execute("SAVEPOINT batch")
        try:
            for count, record in enumerate(batch, 1):
                self._insert_or_refuse(number + count, record)
        except RefusedError as error:
            self._db.execute("ROLLBACK TO batch")
            self._db.execute("RELEASE batch")
            return number, error
        self._db.execute("RELEASE batch")
        return number + len(batch), None

    def _insert_or_refuse(self, number: int, record: Record) -> None:
        try:
            self._insert(number, record)
        except _OUR_MISTAKES as error:
            raise RefusedError(record, is_second_night(error), error) from error

    def _insert(self, number: int, record: Record) -> None:
        self._db.execute(INSERT, to_row(number, record))
        match record.kind:
            case Kind.NIGHT:
                self._mark_night(record)
            case Kind.ACTIVATION if record.activation is not None:
                self._follow(number, record.activation, record)
            case Kind.FAULT:
                self._latch(number, record)
            case Kind.SETTINGS if record.schedule is not None:
                self._mark_schedule(record.schedule, record)
            case Kind.BOOT if record.outcome == OUTAGE:
                span = (str(record.detail["since"]), str(record.detail["until"]))
                self._db.execute("INSERT INTO outage VALUES (?, ?)", span)

    def _mark_night(self, record: Record) -> None:
        night = record.night.isoformat() if record.night else None
        self._db.execute("INSERT INTO night VALUES (?, ?)", (record.schedule, night))

    def _follow(self, number: int, activation: str, record: Record) -> None:
        if record.outcome is None:
            return
        outcome = Outcome(record.outcome)
        if is_final(outcome, record.detail):
            self._db.execute("DELETE FROM unfinished WHERE activation = ?", (activation,))
        elif outcome in _BEGINS:
            again = "NOTHING" if outcome is Outcome.WAITING else _BEGUN_AGAIN
            self._db.execute(
                f"INSERT INTO unfinished VALUES (?1, ?2, 0, ?3, ?4) ON CONFLICT (activation) DO {again}",
                (activation, number, self._run, self._boot),
            )

    def _latch(self, number: int, record: Record) -> None:
        name = f"{record.reason}/{record.detail.get('subject') or ''}"
        if record.outcome == Outcome.REFUSED:
            return
        if record.outcome == CLEARED:
            self._db.execute("DELETE FROM open_fault WHERE name = ?", (name,))
        else:
            self._db.execute("INSERT OR IGNORE INTO open_fault VALUES (?, ?)", (name, number))

    def _mark_schedule(self, schedule: str, record: Record) -> None:
        if record.outcome == ADOPTED:
            first = date.fromisoformat(str(record.detail["first"])).isoformat()
            self._db.execute("INSERT OR REPLACE INTO first_night VALUES (?, ?)", (schedule, first))
        elif record.outcome == RETIRED:
            self._db.execute("DELETE FROM first_night WHERE schedule = ?", (schedule,))

    def prune(self, keep_days: int) -> int:
        """Drop the oldest records, all of them older than `keep_days` before the newest trusted one. How many."""
        if self.last_number <= KEEP_RECORDS:
            return 0
        newest = self._db.execute("SELECT max(at_s) FROM record WHERE trusted").fetchone()[0]
        if newest is None:
            return 0
        cutoff_s = newest - timedelta(days=keep_days).total_seconds()
        oldest = self._db.execute("SELECT min(number) FROM record WHERE at_s >= ?", (cutoff_s,)).fetchone()[0]
        below = min(oldest, self.last_number - KEEP_RECORDS + 1)
        needed = "SELECT number FROM unfinished UNION SELECT number FROM open_fault"
        kept = self._db.execute(f"SELECT min(number) FROM ({needed})").fetchone()[0]
        below = below if kept is None else min(below, kept)
        dropped = self._db.execute("DELETE FROM record WHERE number < ?", (below,)).rowcount
        self._unfolded += dropped
        return dropped

    def recollect(self, sounded: Mapping[str, float]) -> Recollection:
        """What a start needs to know. Raises SQLITE_CORRUPT too where rows are whole and mean nothing."""
        try:
            return recollect(self._db, self._boot, sounded)
        except UNREADABLE as error:
            raise _corrupt(repr(error)) from error

    def close(self) -> None:
        """Close; SQLite then folds the write-ahead log into the file."""
        self._db.close()


def _corrupt(why: object) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(str(why))
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def set_aside(path: Path, at: datetime) -> Path:
    """Rename a corrupt journal, with its side files, to a name with the time; the new name. Raises OSError."""
    aside = path.with_name(f"{path.name}.corrupt-{at:%Y%m%dT%H%M%S}")
    count = 1
    while aside.exists():
        count += 1
        aside = path.with_name(f"{path.name}.corrupt-{at:%Y%m%dT%H%M%S}-{count}")
    for side in _SIDE_FILES:
        with suppress(FileNotFoundError):
            Path(f"{path}{side}").rename(f"{aside}{side}")
    _forget_old(path)
    return aside


def _forget_old(path: Path) -> None:
    found = sorted(path.parent.glob(f"{path.name}.corrupt-*"))
    for aside in [each for each in found if not each.name.endswith(_SIDE_FILES[1:])][:-_MOST_ASIDE]:
        for side in _SIDE_FILES:
            Path(f"{aside}{side}").unlink(missing_ok=True)
