"""The write-ahead log is folded into the file while the box is quiet, and never by the commit of an alarm."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gongd.adapters.journal import SqliteJournal
from gongd.adapters.journal.means import MACHINE
from tests.adapters.journal_desk import BOOT, START, counts, press

WHILE_QUIET: dict[str, float] = {}
WHILE_SOUNDING = {"fire-1": 3.0}


class Scene:
    """A journal that its test drives."""

    def __init__(self, path: Path, connection: type[sqlite3.Connection] = sqlite3.Connection) -> None:
        def connect(where: Path) -> sqlite3.Connection:
            return sqlite3.connect(where, isolation_level=None, factory=connection)

        self.path, self.told, self.given = path, list[object](), 0
        means = replace(MACHINE, connect=connect)
        self.journal = SqliteJournal(path, self.told.append, BOOT, means=means, threaded=False)
        self.journal.remember()

    def write(self, count: int) -> None:
        """So many commits of one record."""
        for _ in range(count):
            self.journal.append([press(self.given)])
            self.journal.turn()
            self.given += 1

    def live(self, sounding: dict[str, float]) -> None:
        """A sign of life."""
        self.journal.seen(START, sounding)
        self.journal.turn()

    @property
    def file(self) -> bytes:
        return self.path.read_bytes()


def test_no_commit_folds_the_log(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "journal.db")
    before = scene.file
    scene.write(400)
    assert scene.file == before


def test_a_quiet_box_folds_a_long_log_and_no_record_is_lost(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "journal.db")
    scene.write(99)
    before = scene.file
    scene.live(WHILE_QUIET)
    assert scene.file == before
    scene.write(1)
    scene.live(WHILE_QUIET)
    assert len(scene.file) > len(before)
    scene.journal.abandon()
    assert counts(scene.path) == list(range(100))


def test_while_something_sounds_the_log_waits(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "journal.db")
    before = scene.file
    scene.write(150)
    scene.live(WHILE_SOUNDING)
    assert scene.file == before
    scene.live(WHILE_QUIET)
    assert scene.file != before


def test_a_log_that_would_fill_the_card_is_folded_whatever_sounds(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "journal.db")
    before = scene.file
    scene.journal.append([press(count) for count in range(999)])
    scene.live(WHILE_SOUNDING)
    assert scene.file == before
    scene.journal.append([press(999)])
    scene.live(WHILE_SOUNDING)
    assert scene.file != before


def test_a_box_that_dies_again_and_again_does_not_fill_its_card_with_the_log(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    for _ in range(30):
        scene = Scene(path)
        before = scene.file
        scene.write(90)
        for name in ("journal.db", "journal.db-wal"):
            (tmp_path / f"card-{name}").write_bytes((tmp_path / name).read_bytes())
        grown = scene.file != before
        scene.journal.abandon()
        for name in ("journal.db", "journal.db-wal"):
            (tmp_path / f"card-{name}").replace(tmp_path / name)
        if grown:
            return
    raise AssertionError(f"the log has {Path(f'{path}-wal').stat().st_size} bytes")


class Stubborn(sqlite3.Connection):
    """A card that lets nothing be folded."""

    asked = 0

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if "wal_checkpoint" in sql:
            Stubborn.asked += 1
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *values)


def test_a_card_that_lets_nothing_be_folded_still_takes_every_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stubborn, "asked", 0)
    scene = Scene(tmp_path / "journal.db", Stubborn)
    for asked in (1, 2):
        scene.write(100)
        scene.live(WHILE_QUIET)
        scene.live(WHILE_QUIET)
        assert Stubborn.asked == asked
    assert (scene.told, scene.journal.is_failing) == ([], False)
    assert counts(scene.path) == list(range(200))
