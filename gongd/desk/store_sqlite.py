"""The desk's store in one SQLite file: WAL, full synchronisation. Several programs of one machine write in turn."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gongd.desk.store_book import BUSY_S, OTHER_VERSION, StoreError, trouble
from gongd.desk.store_schema import TABLES, UPGRADES, VERSION


class SqliteBook:
    """A file, made where there is none. Raises StoreError."""

    def __init__(self, path: Path, patience_s: float = BUSY_S) -> None:
        self.name = str(path)
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=patience_s, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("BEGIN IMMEDIATE")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if not 0 <= version <= VERSION:
            raise trouble(self.name, OTHER_VERSION.fill(version=version, wanted=VERSION))
        for script in [TABLES] if version == 0 else UPGRADES[version - 1 :]:
            for statement in script.split(";")[:-1]:
                self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {VERSION}")
        self._db.execute("COMMIT")

    @property
    def is_writing(self) -> bool:
        """Is a step open?"""
        return self._db.in_transaction

    def begin(self) -> None:
        """Waits for whoever else writes."""
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """On the disk when it returns."""
        with self._told():
            self._db.execute("COMMIT")

    def rollback(self) -> None:
        """As it was before."""
        with suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")

    def rows(self, query: str, values: Sequence[object] = ()) -> Sequence[Any]:
        """What a query finds."""
        with self._told():
            return self._db.execute(query, values).fetchall()

    def change(self, query: str, values: Sequence[object]) -> int:
        """How many rows were touched."""
        with self._told():
            return self._db.execute(query, values).rowcount

    def change_all(self, query: str, rows: Iterable[Sequence[object]]) -> int:
        """How many rows were touched."""
        with self._told():
            return self._db.executemany(query, rows).rowcount

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, StoreError):
                raise
            raise trouble(self.name, error) from error
