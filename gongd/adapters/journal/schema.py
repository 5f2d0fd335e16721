"""What stands in the file, and how a record becomes a row and a row a record."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from gongd.core.record import Kind, Record

VERSION = 1

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE record (
    number INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    at_s REAL NOT NULL,
    trusted INTEGER NOT NULL,
    kind TEXT NOT NULL,
    signal TEXT,
    schedule TEXT,
    night TEXT,
    activation TEXT,
    origin TEXT,
    status TEXT,
    outcome TEXT,
    reason TEXT,
    detail TEXT NOT NULL
);
CREATE TABLE night (schedule TEXT NOT NULL, night TEXT NOT NULL, PRIMARY KEY (schedule, night)) WITHOUT ROWID;
CREATE TABLE first_night (schedule TEXT PRIMARY KEY, night TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE unfinished (
    activation TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    run TEXT NOT NULL,
    boot TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE open_fault (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE outage (since TEXT NOT NULL, until TEXT NOT NULL);
"""
"""`night` alone says which nights have their record; its key makes a second one impossible. `unfinished.run` is the
run of the daemon that last began the activation: when a later run begins it again, that is an attempt."""

COLUMNS = (
    "number",
    "at",
    "kind",
    "signal",
    "schedule",
    "night",
    "activation",
    "origin",
    "status",
    "outcome",
    "reason",
    "detail",
    "trusted",
)
SELECT = f"SELECT {', '.join(COLUMNS)} FROM record"
INSERT = f"INSERT INTO record ({', '.join(COLUMNS)}, at_s) VALUES ({', '.join('?' for _ in COLUMNS)}, ?)"
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


def to_row(number: int, record: Record) -> tuple[object, ...]:
    """The values of INSERT."""
    return (
        number,
        record.at.isoformat(),
        str(record.kind),
        record.signal,
        record.schedule,
        record.night.isoformat() if record.night else None,
        record.activation,
        _plain(record.origin),
        _plain(record.status),
        _plain(record.outcome),
        _plain(record.reason),
        to_json(record.detail),
        int(record.trusted),
        record.at.timestamp(),
    )


def _plain(word: str | None) -> str | None:
    return None if word is None else str(word)


def to_json(detail: Mapping[str, object]) -> str:
    """Compact JSON; what JSON does not know becomes its text, so that a record is never lost for its detail."""
    return _COMPACT.encode(dict(detail))


def to_record(row: Iterable[Any]) -> Record:
    """A row of SELECT as the record it was. Raises ValueError or TypeError for what is none."""
    _, at, kind, signal, schedule, night, activation, origin, status, outcome, reason, detail, trusted = row
    return Record(
        at=datetime.fromisoformat(at),
        kind=Kind(kind),
        signal=signal,
        schedule=schedule,
        night=date.fromisoformat(night) if night else None,
        activation=activation,
        origin=origin,
        status=status,
        outcome=outcome,
        reason=reason,
        detail=json.loads(detail),
        trusted=bool(trusted),
    )
