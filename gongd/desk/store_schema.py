"""What stands in the desk's store, for SQLite and PostgreSQL, and how an event becomes a row and a row an event."""

import json
import re
from datetime import date, datetime

from gongd.core.wire_event import Event
from gongd.desk.store_book import Row

VERSION = 2

_TABLES = """
CREATE TABLE event (
    box TEXT NOT NULL,
    journal TEXT NOT NULL,
    number {integer} NOT NULL,
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
    trusted {integer} NOT NULL,
    at_s {real} NOT NULL,
    heard_at_s {real} NOT NULL,
    PRIMARY KEY (box, journal, number)
){rowless};
CREATE INDEX event_at ON event (at_s);
CREATE INDEX event_night ON event (night) WHERE night IS NOT NULL;
CREATE INDEX event_activation ON event (activation) WHERE activation IS NOT NULL;
CREATE TABLE journal (
    box TEXT NOT NULL,
    journal TEXT NOT NULL,
    last {integer} NOT NULL,
    heard_at_s {real} NOT NULL,
    whole {integer} NOT NULL DEFAULT 0,
    PRIMARY KEY (box, journal)
){rowless};
CREATE TABLE box_word (
    box TEXT NOT NULL,
    what TEXT NOT NULL,
    body {bytes} NOT NULL,
    at_s {real} NOT NULL,
    PRIMARY KEY (box, what)
){rowless};
CREATE TABLE command (
    jti TEXT PRIMARY KEY,
    at_s {real} NOT NULL,
    claims {bytes} NOT NULL,
    boxes TEXT NOT NULL,
    ended_at_s {real}
);
CREATE TABLE answer (
    jti TEXT NOT NULL,
    box TEXT NOT NULL,
    body {bytes} NOT NULL,
    heard_at_s {real} NOT NULL{counted}
);
CREATE TABLE by_hand (
    box TEXT NOT NULL,
    night TEXT NOT NULL,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    writer TEXT NOT NULL,
    PRIMARY KEY (box, night)
){rowless};
CREATE TABLE gap (
    box TEXT NOT NULL,
    journal TEXT NOT NULL,
    first {integer} NOT NULL,
    last {integer} NOT NULL,
    since_s {real} NOT NULL,
    asked_at_s {real},
    tries {integer} NOT NULL,
    PRIMARY KEY (box, journal)
){rowless};
CREATE INDEX journal_lacks ON journal (box) WHERE whole < last;
"""
"""`journal.last` is the highest number that a box has told of a journal: what is not there up to it is missing. Up to
`journal.whole` nothing is. A `gap` is what some collector has seen missing, and when it was asked for. What has ended a
`command` is the cancel that stands beside it; nothing is written into `ended_at_s` any more."""

TABLES = _TABLES.format(
    integer="INTEGER", real="REAL", bytes="BLOB", rowless=" WITHOUT ROWID", counted=",\n    UNIQUE (jti, box, body)"
)
"""For SQLite."""

UPGRADES = (
    f"ALTER TABLE journal ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;\n{TABLES[TABLES.index('CREATE TABLE gap') :]}",
)
"""For a file of SQLite's: from version 1 to 2, and so on."""

_POSTGRESQL_ONLY = """
CREATE UNIQUE INDEX answer_once ON answer (jti, box, sha256(body));
CREATE TABLE store_version (version INTEGER NOT NULL);
"""
POSTGRESQL_TABLES = (
    _TABLES.format(
        integer="BIGINT",
        real="DOUBLE PRECISION",
        bytes="BYTEA",
        rowless="",
        counted=",\n    rowid BIGINT GENERATED ALWAYS AS IDENTITY",
    )
    + _POSTGRESQL_ONLY
)
"""For PostgreSQL: an index there holds no long value, and rows have no number of their own."""

COLUMNS = {
    table.group(1): tuple(re.findall(r"^    ([a-z_]+) ", table.group(2), re.MULTILINE))
    for table in re.finditer(r"CREATE TABLE (\w+) \(\n(.*?)\n\)", _TABLES, re.DOTALL)
}
"""By table, in the order of the table."""

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

DOUBTED = (
    "SELECT e.* FROM journal j CROSS JOIN event e "
    "WHERE e.box = j.box AND e.journal = j.journal AND e.number > j.last - 200 AND e.kind = ? AND e.trusted = 0 "
    "AND j.heard_at_s >= ? AND e.heard_at_s >= ? ORDER BY e.box, e.journal, e.number"
)
"""The last records of each journal that were heard since then and bear a time that means nothing. So few are found by
their key: SQLite takes the tables of a CROSS JOIN as they stand here, and does not go through years of records."""

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


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
        _COMPACT.encode(dict(event.detail)),
        int(event.trusted),
        event.at.timestamp(),
    )


def event_of_row(row: Row) -> Event:
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
