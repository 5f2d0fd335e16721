"""What a journal is made with: its connection, its clocks, its names. The simulator brings its own."""

import sqlite3
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gongd.adapters.journal.life import LifeFile

BUSY_S = 1.0


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)


def _new_id() -> str:
    return str(uuid.uuid4())


def _wall() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Means:
    """`new_id` names journals and runs; `wall` is only for records about the journal itself; `mono` is seconds."""

    connect: Callable[[Path], sqlite3.Connection] = _connect
    life: Callable[[Path], LifeFile] = LifeFile
    new_id: Callable[[], str] = _new_id
    wall: Callable[[], datetime] = _wall
    mono: Callable[[], float] = time.monotonic


MACHINE = Means()
"""Those of the machine that the journal lies on."""
