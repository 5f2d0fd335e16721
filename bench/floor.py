"""The floors: the least that anybody could do, written for the purpose. No thread, no decision, no record of why.

`python -m bench.floor DISK DRY switch` starts, switches one relay and waits; with `wait` it only waits; with `ring` it
sleeps until each instant of the wall clock that it is told, a line each, and switches the relay on and off.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from gpiozero import OutputDevice

from bench.box import AMPLIFIER
from bench.moment import boot_seconds
from gongd.adapters.dry import DryFactory

TABLE = "CREATE TABLE IF NOT EXISTS record (number INTEGER PRIMARY KEY, at REAL, what TEXT)"
WHAT = "x" * 200
"""About as long as the record of an activation."""


class Bare:
    """One relay on the same dry driver, and one table in SQLite (WAL, FULL) on the same disk."""

    def __init__(self, disk: Path, dry: Path) -> None:
        """A table on `disk`, pins in `dry`. Both are folders; the first is made when it is not there."""
        disk.mkdir(parents=True, exist_ok=True)
        self._factory = DryFactory(dry, boot_seconds)
        self._relay = OutputDevice(AMPLIFIER, pin_factory=self._factory)
        self._book = sqlite3.connect(disk / "floor.db", isolation_level=None)
        self._book.execute("PRAGMA journal_mode = WAL")
        self._book.execute("PRAGMA synchronous = FULL")
        self._book.execute(TABLE)

    def on(self) -> float:
        """Switch on: seconds until the edge has been made."""
        started = boot_seconds()
        self._relay.on()
        return boot_seconds() - started

    def off(self) -> float:
        """Switch off: seconds until the edge has been made."""
        started = boot_seconds()
        self._relay.off()
        return boot_seconds() - started

    def commit_and_on(self) -> float:
        """One durable row, then switch on."""
        started = boot_seconds()
        self._commit()
        self._relay.on()
        return boot_seconds() - started

    def commit_and_on_at(self, due: float) -> float:
        """Sleep until an instant, then one durable row and the edge: how late it was."""
        time.sleep(max(0.0, due - boot_seconds()))
        self._commit()
        self._relay.on()
        return boot_seconds() - due

    def close(self) -> None:
        """Give everything back."""
        self._relay.off()
        self._book.close()
        self._factory.close()

    def _commit(self) -> None:
        self._book.execute("INSERT INTO record (at, what) VALUES (?, ?)", (boot_seconds(), WHAT))


def _ring(bare: Bare) -> None:
    """Until an empty line."""
    while due := sys.stdin.readline().strip():
        bare.commit_and_on_at(boot_seconds() + float(due) - time.time())
        bare.off()


def main(argv: Sequence[str]) -> int:
    """A bare program of its own, until its standard input ends."""
    disk, dry, does = argv
    bare = Bare(Path(disk), Path(dry))
    if does == "switch":
        bare.commit_and_on()
    print(boot_seconds(), flush=True)
    if does == "ring":
        _ring(bare)
    else:
        os.read(0, 1)
    bare.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
