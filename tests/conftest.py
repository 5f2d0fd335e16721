"""What tests of several rooms share."""

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from gongd.adapters.journal import SqliteJournal

hypothesis.settings.register_profile("gongd", deadline=None)
hypothesis.settings.load_profile("gongd")
"""A slow machine fails no test: how long an example takes is nobody's promise."""

signal.signal(signal.SIGINT, signal.default_int_handler)
"""A shell starts what runs behind it with Ctrl-C ignored, and every child would inherit that: tests press it."""


@pytest.fixture
def ram() -> Iterator[Path]:
    """A folder in memory, where there is one: a durable commit costs nothing, and thousands are made here."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def no_journal_stays_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A box whose test is over holds its files still: past a thousand in a process, no socket can be waited for."""
    opened: list[SqliteJournal] = []
    begin = SqliteJournal.__init__

    def noted(journal: SqliteJournal, *given: Any, **named: Any) -> None:
        begin(journal, *given, **named)
        opened.append(journal)

    monkeypatch.setattr(SqliteJournal, "__init__", noted)
    yield
    for journal in opened:
        if journal._thread is not None and journal._thread.is_alive():
            journal.close()
        journal._close_book()
