"""What a journal remembers: read from the daemon's own connection, or from a file that cannot be written any more."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote

from gongd.adapters.journal.schema import SELECT, to_record
from gongd.core.activation import Outcome
from gongd.core.catalogue import Origin
from gongd.core.record import Kind, Record
from gongd.ports import Unfinished

UNREADABLE = (LookupError, TypeError, ValueError)
"""Rows that SQLite finds whole, and that mean nothing."""

_MOST_OUTAGES = 100
_OF_LATE = 2000
"""So many records are looked through for gongs that were silenced: a night and its alarms, many times over."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a new journal takes over from one that was set aside: no night may ring twice for a torn page."""

    nights: frozenset[tuple[str, date]] = frozenset()
    first_nights: Mapping[str, date] = field(default_factory=dict)
    is_heir: bool = False


@dataclass(frozen=True, slots=True)
class Recollection:
    """All of it; nothing where nothing can be read. `is_heir`: another journal was before this one, and is lost."""

    journal_id: str = ""
    carried: Carried = field(default_factory=Carried)
    unfinished: tuple[Unfinished, ...] = ()
    open_faults: tuple[Record, ...] = ()
    outages: tuple[tuple[datetime, datetime], ...] = ()
    muted: frozenset[str] = frozenset()
    is_heir: bool = False


def recollect(db: sqlite3.Connection, boot: str, sounded: Mapping[str, float]) -> Recollection:
    """Everything that a start needs. `sounded` is seconds by activation. Raises sqlite3.Error."""
    db.row_factory = sqlite3.Row
    about = {row["name"]: row["value"] for row in db.execute("SELECT name, value FROM meta").fetchall()}
    return Recollection(
        journal_id=about["journal_id"],
        carried=_carried(db),
        unfinished=_unfinished(db, boot, sounded),
        open_faults=tuple(to_record(row) for row in db.execute(_of("open_fault")).fetchall()),
        outages=_outages(db),
        muted=_muted(db),
        is_heir="replaced_at" in about,
    )


def salvage(path: Path, boot: str, sounded: Mapping[str, float]) -> Recollection:
    """What can still be read of a journal that is corrupt or read-only: all, or its nights, or nothing."""
    name = quote(str(path.absolute()))
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        try:
            with closing(sqlite3.connect(f"file:{name}?{mode}", uri=True, timeout=1.0)) as db:
                return recollect(db, boot, sounded)
        except (sqlite3.Error, *UNREADABLE):
            found = _nights_only(f"file:{name}?{mode}")
            if found.carried.nights:
                return found
    return Recollection()


def _nights_only(uri: str) -> Recollection:
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=1.0)) as db:
            db.row_factory = sqlite3.Row
            return Recollection(carried=_carried(db))
    except (sqlite3.Error, *UNREADABLE):
        return Recollection()


def _of(table: str) -> str:
    return f"{SELECT} JOIN (SELECT number AS chosen FROM {table}) ON number = chosen ORDER BY number"


def _carried(db: sqlite3.Connection) -> Carried:
    nights = db.execute("SELECT schedule, night FROM night").fetchall()
    first = db.execute("SELECT schedule, night FROM first_night").fetchall()
    return Carried(
        frozenset((row["schedule"], date.fromisoformat(row["night"])) for row in nights),
        {row["schedule"]: date.fromisoformat(row["night"]) for row in first},
    )


def _unfinished(db: sqlite3.Connection, boot: str, sounded: Mapping[str, float]) -> tuple[Unfinished, ...]:
    follow = {row["activation"]: row for row in db.execute("SELECT * FROM unfinished").fetchall()}
    records = [to_record(row) for row in db.execute(_of("unfinished")).fetchall()]
    return tuple(
        Unfinished(
            record=record,
            attempts=follow[record.activation]["attempts"],
            sounded_s=float(sounded.get(record.activation or "", 0.0)),
            same_boot=follow[record.activation]["boot"] == boot,
        )
        for record in records
    )


def _muted(db: sqlite3.Connection) -> frozenset[str]:
    rows = db.execute(
        "SELECT activation FROM record WHERE number > (SELECT max(number) FROM record) - ?"
        " AND kind = ? AND origin = ? AND outcome = ?",
        (_OF_LATE, str(Kind.ACTIVATION), str(Origin.SCHEDULE), str(Outcome.SILENCED)),
    )
    return frozenset(row["activation"] for row in rows.fetchall())


def _outages(db: sqlite3.Connection) -> tuple[tuple[datetime, datetime], ...]:
    rows = db.execute(f"SELECT * FROM outage ORDER BY rowid DESC LIMIT {_MOST_OUTAGES}").fetchall()
    spans = [(datetime.fromisoformat(row["since"]), datetime.fromisoformat(row["until"])) for row in rows]
    return tuple(reversed(spans))
