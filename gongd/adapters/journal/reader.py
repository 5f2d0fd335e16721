"""Reading the journal while the daemon writes it, or when nobody does: never changes a byte of it."""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gongd.adapters.journal.schema import COLUMNS, SELECT, VERSION, to_record
from gongd.core.errors import JournalError
from gongd.core.record import Record
from gongd.core.words import Text

_CHUNK = 500
_BUSY_S = 5.0
_KEYS = tuple(column for column in COLUMNS if column != "trusted")


def read(path: Path, since: datetime | None = None, until: datetime | None = None) -> Iterator[dict[str, Any]]:
    """Records with `since` <= at < `until`, by number, each a dict of JSON values.

    Keys: number, at (ISO 8601), kind, signal, schedule, night (a date), activation, origin, status, outcome, reason,
    detail (a dict). Raises JournalError, at the first record at the latest.
    """
    with _told(path), _opened(path) as db:
        for row in _rows(db, since, until):
            yield {key: row[key] for key in _KEYS} | {"detail": json.loads(row["detail"])}


def read_records(
    path: Path, since: datetime | None = None, until: datetime | None = None
) -> Iterator[tuple[int, Record]]:
    """The same as values, each with its number. Raises JournalError, at the first record at the latest."""
    with _told(path), _opened(path) as db:
        for row in _rows(db, since, until):
            yield row["number"], to_record(row)


@dataclass(frozen=True, slots=True)
class Examined:
    """What a journal is: its identity, how many records it holds, the last one, and what SQLite finds wrong with it."""

    journal_id: str
    count: int
    last: Record | None
    trouble: str | None


def examine(path: Path) -> Examined:
    """Have SQLite check the whole file. Raises JournalError where it cannot be read at all."""
    with _told(path), _opened(path) as db:
        verdict = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
        identity = str(db.execute("SELECT value FROM meta WHERE name = 'journal_id'").fetchone()[0])
        count = int(db.execute("SELECT count(*) FROM record").fetchone()[0])
        row = db.execute(f"{SELECT} ORDER BY number DESC LIMIT 1").fetchone()
        last = to_record(row) if row else None
    return Examined(identity, count, last, None if verdict == "ok" else verdict)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever is wrong with the file is a JournalError."""
    try:
        if not path.is_file():
            raise _no_journal(path)
        yield
    except JournalError:
        raise
    except (sqlite3.Error, OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _rows(db: sqlite3.Connection, since: datetime | None, until: datetime | None) -> Iterator[sqlite3.Row]:
    span = (since.timestamp() if since else float("-inf"), until.timestamp() if until else float("inf"))
    query = f"{SELECT} WHERE number > ? AND at_s >= ? AND at_s < ? ORDER BY number LIMIT {_CHUNK}"
    last = -1
    while rows := db.execute(query, (last, *span)).fetchall():
        yield from rows
        last = rows[-1]["number"]


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Without a log the file is whole and is read as it is; else beside the daemon, or from a copy of both."""
    log = Path(f"{path}-wal")
    name = quote(str(path.absolute()))
    if not log.exists():
        with closing(_connect(f"file:{name}?mode=ro&immutable=1")) as db:
            yield db
        return
    try:
        db = _connect(f"file:{name}?mode=ro")
    except sqlite3.OperationalError:
        with _copied(path, log) as copy:
            yield copy
        return
    with closing(db):
        yield db


@contextmanager
def _copied(path: Path, log: Path) -> Iterator[sqlite3.Connection]:
    """The side files cannot be opened in place: somebody who may only read, or a disk that nobody may write."""
    with tempfile.TemporaryDirectory(prefix="gongd-history-") as folder:
        copy = Path(folder) / "journal.db"
        shutil.copyfile(path, copy)
        shutil.copyfile(log, f"{copy}-wal")
        with closing(_connect(f"file:{quote(str(copy))}")) as db:
            yield db


def _connect(uri: str) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, timeout=_BUSY_S)
    try:
        db.row_factory = sqlite3.Row
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise ValueError(f"version {version}, not {VERSION}")
        db.execute("SELECT max(number) FROM record").fetchone()
    except (sqlite3.Error, ValueError):
        db.close()
        raise
    return db


def _no_journal(path: Path) -> JournalError:
    return JournalError(Text(vi=f"Chưa có nhật ký ở {path}", en=f"There is no journal at {path}"))


def _unreadable(path: Path, error: Exception) -> JournalError:
    return JournalError(
        Text(vi=f"Không đọc được nhật ký {path}: {error}", en=f"The journal {path} cannot be read: {error}")
    )
