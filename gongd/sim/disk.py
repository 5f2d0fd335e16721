"""A memory card: real SQLite on real files, with what happens to cards. A power cut keeps what had been synchronised.

The files lie in a folder of the machine (in memory, best). SQLite makes its commits durable before they return, so a
power cut leaves everything that returned; of the one that was being written it leaves nothing, all, or a torn part
of the write-ahead log: bytes of the new frames up to some point, and what stood there before beyond it.
"""

import sqlite3
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from gongd.adapters.journal.life import SLOT, LifeFile, Sign
from gongd.sim.chance import Chance

JOURNAL = "journal.db"
_FOLD = "PRAGMA wal_checkpoint"
_WRITES = ("BEGIN", "PRAGMA journal_mode", "COMMIT", _FOLD)


class PowerCutError(BaseException):
    """The machine is dead in the middle of whatever it did. Nothing in the product may catch it."""


class State(StrEnum):
    """How the card is."""

    WELL = "well"
    FULL = "full"
    READ_ONLY = "read-only"


class Cut(StrEnum):
    """What a power cut in the middle of a write leaves of it."""

    NOTHING = "nothing"
    TORN = "torn"
    ALL = "all"


def published(journal: Path) -> int:
    """How far this journal knows that the broker has it."""
    db = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        found = db.execute("SELECT value FROM meta WHERE name = 'published'").fetchone()
    finally:
        db.close()
    return int(found[0]) if found else 0


@dataclass(slots=True)
class Disk:
    """`cut` armed: the next write is the machine's last. `stalled`: nothing that waits for the card gets its answer."""

    folder: Path
    chance: Chance
    state: State = State.WELL
    stalled: bool = False
    cut: Cut | None = None
    left: dict[str, bytes] = field(default_factory=dict)
    """What a cut in the middle of a write has left, by file name."""

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.folder / JOURNAL

    @property
    def life(self) -> Path:
        """Its sign of life."""
        return self.folder / f"{JOURNAL}.life"

    def connect(self, path: Path) -> sqlite3.Connection:
        """A connection that feels what happens to the card."""

        connection = sqlite3.connect(path, timeout=0.0, isolation_level=None, factory=Connection)
        connection.disk = self
        return connection

    def look(self) -> dict[str, bytes]:
        """The journal's files as they are now."""
        names = (JOURNAL, f"{JOURNAL}-wal")
        return {name: path.read_bytes() for name in names if (path := self.folder / name).exists()}

    def settle(self, files: dict[str, bytes]) -> None:
        """After a power cut: the journal's files are these, and nothing else of it."""
        files = {**files, **self.left}
        self.left = {}
        for name in (JOURNAL, f"{JOURNAL}-wal", f"{JOURNAL}-shm"):
            (self.folder / name).unlink(missing_ok=True)
        for name, data in files.items():
            (self.folder / name).write_bytes(data)

    def write(self, path: Path, data: bytes) -> None:
        """Another file in one step, as those of the state folder are written. Raises OSError.

        A power cut leaves what was there before, with or without a part of the new one beside it, or the new one.
        """
        self.must_work(State.FULL, State.READ_ONLY)
        cut, self.cut = self.cut, None
        if cut is Cut.TORN:
            path.with_suffix(".new").write_bytes(data[: self.chance.whole(0, len(data))])
        if cut in (None, Cut.ALL):
            path.write_bytes(data)
        if cut is not None:
            raise PowerCutError

    def remove(self, path: Path) -> None:
        """A file is gone, or a power cut has kept it. Raises OSError."""
        self.must_work(State.READ_ONLY)
        cut, self.cut = self.cut, None
        if cut in (None, Cut.ALL):
            path.unlink(missing_ok=True)
        if cut is not None:
            raise PowerCutError

    def must_work(self, *states: State) -> None:
        """In none of these. Raises OSError."""
        if self.state in states:
            raise OSError(28 if self.state is State.FULL else 30, "the card will not")

    def corrupt(self) -> None:
        """The first page of the journal is lost."""
        with self.journal.open("r+b") as file:
            file.write(bytes(4096))

    def torn(self, before: bytes, after: bytes) -> bytes:
        """A part of `after` over what was there before."""
        longest = max(len(before), len(after))
        old, new = before.ljust(longest, b"\0"), after.ljust(longest, b"\0")
        first = _first_change(old, new)
        last = longest - _first_change(old[::-1], new[::-1])
        end = self.chance.whole(first, max(first, last))
        return new[:end] + before[end:]


def _first_change(one: bytes, other: bytes) -> int:
    """Where two strings of one length begin to differ."""
    low, high = 0, len(one)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


class Connection(sqlite3.Connection):
    """SQLite on that card."""

    disk: Disk
    is_checked: bool = False

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """As always, unless the card will not, or the power goes in the middle."""
        disk = self.disk
        if disk.state is not State.WELL and sql.startswith(_WRITES):
            _refuse(disk.state, sql)
        if disk.cut is not None and sql.startswith(("COMMIT", _FOLD)):
            self._die(disk.cut, sql)
        if sql.startswith("PRAGMA quick_check"):
            return self._check(sql)
        return super().execute(sql, *values)

    def _check(self, sql: str) -> sqlite3.Cursor:
        """Read the whole file once: it is torn only while nobody has it open (`Disk.settle`, `Disk.corrupt`)."""
        if self.is_checked:
            return super().execute("SELECT 'ok'")
        found = super().execute(sql)
        self.is_checked = True
        return found

    def _die(self, cut: Cut, sql: str) -> None:
        """A commit writes to the log; to fold it in writes to the file."""
        disk = self.disk
        before = disk.look()
        super().execute(sql)
        after = disk.look()
        name = JOURNAL if sql.startswith(_FOLD) else f"{JOURNAL}-wal"
        torn = {**before, name: disk.torn(before.get(name, b""), after.get(name, b""))}
        disk.left = {Cut.NOTHING: before, Cut.TORN: torn, Cut.ALL: after}[cut]
        disk.cut = None
        raise PowerCutError


def _refuse(state: State, sql: str) -> None:
    full = state is State.FULL
    if full and sql != "COMMIT":
        return
    error = sqlite3.OperationalError("database or disk is full" if full else "attempt to write a readonly database")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL if full else sqlite3.SQLITE_READONLY
    raise error


class Life(LifeFile):
    """The sign of life on that card."""

    def __init__(self, disk: Disk, path: Path) -> None:
        super().__init__(path)
        self._disk = disk

    def write(self, sign: Sign) -> None:
        """As always, or not at all, or torn. A full card has no room for a new file, and this one is overwritten."""
        disk = self._disk
        disk.must_work(State.READ_ONLY, *(() if disk.life.exists() else (State.FULL,)))
        if disk.cut is None or not disk.life.exists():
            super().write(sign)
            return
        before = disk.life.read_bytes()
        super().write(sign)
        after = disk.life.read_bytes()
        end = disk.chance.whole(0, SLOT * 2) if disk.cut is Cut.TORN else (0 if disk.cut is Cut.NOTHING else len(after))
        disk.left = {disk.life.name: after[:end] + before[end:]}
        disk.cut = None
        raise PowerCutError
