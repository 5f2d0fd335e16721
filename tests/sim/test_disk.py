"""The simulated card: a power cut in the middle of a write leaves all of it or nothing, whatever the torn part."""

import sqlite3
from pathlib import Path

import pytest

from gongd.sim.chance import Chance
from gongd.sim.disk import Cut, Disk, PowerCutError, State


def _disk(ram: Path, seed: int) -> tuple[Disk, sqlite3.Connection]:
    disk = Disk(ram, Chance(seed))
    db = disk.connect(disk.journal)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE line (number INTEGER)")
    return disk, db


def _write(db: sqlite3.Connection, number: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO line VALUES (?)", (number,))
    db.execute("COMMIT")


def _rows(disk: Disk) -> list[int]:
    db = sqlite3.connect(disk.journal)
    try:
        return [row[0] for row in db.execute("SELECT number FROM line ORDER BY number")]
    finally:
        db.close()


@pytest.mark.parametrize("cut", list(Cut))
@pytest.mark.parametrize("seed", range(8))
def test_what_was_acknowledged_survives_and_what_was_cut_is_whole_or_gone(ram: Path, cut: Cut, seed: int) -> None:
    disk, db = _disk(ram, seed)
    _write(db, 1)
    disk.cut = cut
    with pytest.raises(PowerCutError):
        _write(db, 2)
    files = disk.look()
    db.close()
    disk.settle(files)
    left = {Cut.NOTHING: [[1]], Cut.ALL: [[1, 2]], Cut.TORN: [[1], [1, 2]]}[cut]
    assert _rows(disk) in left


@pytest.mark.parametrize("cut", list(Cut))
@pytest.mark.parametrize("seed", range(8))
def test_a_cut_while_the_log_is_folded_in_takes_nothing_that_was_acknowledged(ram: Path, cut: Cut, seed: int) -> None:
    disk, db = _disk(ram, seed)
    for number in range(40):
        _write(db, number)
    disk.cut = cut
    with pytest.raises(PowerCutError):
        db.execute("PRAGMA wal_checkpoint(PASSIVE)")
    files = disk.look()
    db.close()
    disk.settle(files)
    assert _rows(disk) == list(range(40))


@pytest.mark.parametrize("state", [State.FULL, State.READ_ONLY])
def test_a_card_that_will_not_says_so_as_sqlite_does(ram: Path, state: State) -> None:
    disk, db = _disk(ram, 1)
    disk.state = state
    with pytest.raises(sqlite3.OperationalError) as told:
        _write(db, 1)
    wanted = {State.FULL: sqlite3.SQLITE_FULL, State.READ_ONLY: sqlite3.SQLITE_READONLY}
    assert told.value.sqlite_errorcode == wanted[state]
    db.close()
