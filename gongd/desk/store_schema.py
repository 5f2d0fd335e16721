"""What stands in the desk's store, and how an event becomes a row and a row an event."""

import json
import sqlite3
from datetime import date, datetime

from gongd.core.wire_event import Event

VERSION = 1

TABLES = """
CREATE TABLE event (
    box TEXT NOT NULL,
    journal TEXT NOT NULL,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    signal TEXT,
    schedule TEXT,
    night TEXT,
    activation TEXT,
    origin TEXT,
    status TEXT,
    outcome TEXT,
    reason TEXT,
    detail TEXT NOT NULL,
    trusted INTEGER NOT NULL,
    at_s REAL NOT NULL,
    heard_at_s REAL NOT NULL,
    PRIMARY KEY (box, journal, number)
) WITHOUT ROWID;
CREATE INDEX event_at ON event (at_s);
CREATE INDEX event_night ON event (night) WHERE night IS NOT NULL;
CREATE INDEX event_activation ON event (activation) WHERE activation IS NOT NULL;
CREATE TABLE journal (
    box TEXT NOT NULL,
    journal TEXT NOT NULL,
    last INTEGER NOT NULL,
    heard_at_s REAL NOT NULL,
    PRIMARY KEY (box, journal)
) WITHOUT ROWID;
CREATE TABLE box_word (
    box TEXT NOT NULL,
    what TEXT NOT NULL,
    body BLOB NOT NULL,
    at_s REAL NOT NULL,
    PRIMARY KEY (box, what)
) WITHOUT ROWID;
CREATE TABLE command (
    jti TEXT PRIMARY KEY,
    at_s REAL NOT NULL,
    claims BLOB NOT NULL,
    boxes TEXT NOT NULL,
    ended_at_s REAL
);
CREATE TABLE answer (
    jti TEXT NOT NULL,
    box TEXT NOT NULL,
    body BLOB NOT NULL,
    heard_at_s REAL NOT NULL,
    UNIQUE (jti, box, body)
);
CREATE TABLE by_hand (
    box TEXT NOT NULL,
    night TEXT NOT NULL,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    writer TEXT NOT NULL,
    PRIMARY KEY (box, night)
) WITHOUT ROWID;
"""
"""`journal.last` is the highest number that a box has told of a journal: what is not there up to it is missing."""

EVENT_COLUMNS = (
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
    "at_s",
)


def event_row(event: Event) -> tuple[object, ...]:
    """The values of EVENT_COLUMNS."""
    return (
        event.number,
        event.at.isoformat(),
        event.kind,
        event.signal,
        event.schedule,
        event.night.isoformat() if event.night else None,
        event.activation,
        event.origin,
        event.status,
        event.outcome,
        event.reason,
        json.dumps(dict(event.detail), ensure_ascii=False, separators=(",", ":")),
        int(event.trusted),
        event.at.timestamp(),
    )


def event_of_row(row: sqlite3.Row) -> Event:
    """The event that a row was made of."""
    return Event(
        number=row["number"],
        at=datetime.fromisoformat(row["at"]),
        kind=row["kind"],
        signal=row["signal"],
        schedule=row["schedule"],
        night=date.fromisoformat(row["night"]) if row["night"] else None,
        activation=row["activation"],
        origin=row["origin"],
        status=row["status"],
        outcome=row["outcome"],
        reason=row["reason"],
        detail=json.loads(row["detail"]),
        trusted=bool(row["trusted"]),
    )
