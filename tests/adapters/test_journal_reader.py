"""Reading the journal: while it is written, by somebody who may not write, with a span, and with clear errors."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gongd.adapters.journal import read
from gongd.core.errors import JournalError
from gongd.core.words import Language
from tests.adapters.journal_desk import START, numbers, opened, press

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
KEYS = {
    *("number", "at", "kind", "signal", "schedule", "night"),
    *("activation", "origin", "status", "outcome", "reason", "detail"),
}

STRANGER = """
import os, sys
from pathlib import Path
from gongd.adapters.journal import read
os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(len(list(read(Path(sys.argv[1])))))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_it_reads_while_the_daemon_writes(path: Path) -> None:
    with opened(path) as journal:
        for n in range(1, 40):
            assert journal.append([press(n)]).wait(10)
            assert numbers(path) == list(range(1, n + 1))


def test_a_slow_reader_does_not_hold_the_writer_up(path: Path) -> None:
    with opened(path) as journal:
        assert journal.append([press(n) for n in range(1500)]).wait(10)
        reading = read(path)
        first = next(reading)
        assert journal.append([press(n) for n in range(1500)]).wait(10)
        assert [first["number"], *(row["number"] for row in reading)] == list(range(1, 3001))


def test_every_row_has_the_same_keys(path: Path) -> None:
    with opened(path) as journal:
        journal.append([press()])
    assert [set(row) for row in read(path)] == [KEYS]


def test_a_span_includes_its_start_and_not_its_end(path: Path) -> None:
    with opened(path) as journal:
        journal.append([press(n) for n in range(10)])
    found = read(path, START + timedelta(seconds=3), START + timedelta(seconds=6))
    assert [row["detail"]["count"] for row in found] == [3, 4, 5]


def test_reading_changes_no_file(path: Path) -> None:
    with opened(path) as journal:
        journal.append([press()])
    before = {each.name: each.stat().st_mtime_ns for each in path.parent.iterdir()}
    assert numbers(path) == [1]
    assert {each.name: each.stat().st_mtime_ns for each in path.parent.iterdir()} == before


@AS_ROOT
@pytest.mark.parametrize("running", [True, False])
def test_somebody_who_may_only_read_can_read(running: bool) -> None:
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    path = folder / "journal.db"
    with opened(path) as journal:
        assert journal.append([press(n) for n in range(7)]).wait(10)
        if running:
            assert as_nobody(folder) == "7\n"
    if not running:
        assert as_nobody(folder) == "7\n"
    subprocess.run(["rm", "-r", folder], check=True)


def as_nobody(folder: Path) -> str:
    """What `read` counts for a user with no right to write here."""
    folder.chmod(0o755)
    for each in folder.iterdir():
        each.chmod(0o644)
    return subprocess.run(
        [sys.executable, "-c", STRANGER, folder / "journal.db"], capture_output=True, text=True, check=True
    ).stdout


def test_a_log_that_cannot_be_opened_in_place_is_read_from_a_copy(path: Path, tmp_path: Path) -> None:
    aside = tmp_path / "copy"
    aside.mkdir()
    with opened(path) as journal:
        assert journal.append([press(n) for n in range(7)]).wait(10)
        for name in ("journal.db", "journal.db-wal"):
            (aside / name).write_bytes((tmp_path / name).read_bytes())
    (aside / "journal.db-shm").mkdir()
    assert numbers(aside / "journal.db") == list(range(1, 8))


@pytest.mark.parametrize("content", [None, b"", b"rubbish" * 1000])
def test_what_is_no_journal_is_told_in_both_languages(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(JournalError) as caught:
        list(read(path))
    assert all(str(path) in caught.value.text.read(language) for language in Language)


def test_another_programs_database_is_no_journal(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE record (number)")
        other.commit()
    with pytest.raises(JournalError):
        list(read(path))
