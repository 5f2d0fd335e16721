"""The desk's store in a PostgreSQL database (psycopg 3), for collectors on several machines. Loaded only where it is.

A password stands in libpq's own place (`~/.pgpass`), never in the address. One writer at a time, as in SQLite: a lock
of the database's own, given back with the step, so that two collectors never wait for each other crosswise.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg.types.string import StrDumper

from gongd.core.words import Text
from gongd.desk.store_book import BUSY_S, OTHER_VERSION, StoreError, trouble
from gongd.desk.store_schema import POSTGRESQL_TABLES, VERSION

CONNECT_S = 5
SILENT_MS = 20_000
"""A server that says nothing for so long is gone: libpq waits for ever by itself."""
FROZEN_S = 30
"""A program that stops in the middle of a step loses its connection: the others are waiting for its lock."""
LOCK = 0x676F6E67
BEGIN = f"BEGIN; SELECT pg_advisory_xact_lock({LOCK})"
SETTINGS = (
    f"SET lock_timeout = '{{patience_s:.0f}}s'; SET idle_in_transaction_session_timeout = '{FROZEN_S}s'; "
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
)
_SECRETS = ("password", "sslpassword")

PASSWORD_TOLD = Text(
    "Không ghi mật khẩu vào địa chỉ của sổ: ghi vào ~/.pgpass (chmod 600) của người dùng chạy gongctl",
    "The store's address must not hold a password: it belongs into ~/.pgpass (chmod 600) of gongctl's user",
)
NO_ADDRESS = Text("không phải địa chỉ postgresql://", "is no address postgresql://")


class _NoNul(StrDumper):
    """PostgreSQL has no place for the sign NUL, and a box can say it: a record is never refused for it."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd"))


def checked(address: str) -> str:
    """The same address. Raises StoreError, without naming it, where it holds a password."""
    try:
        parts = urlsplit(address)
        told = parts.password is not None or any(secret in parse_qs(parts.query) for secret in _SECRETS)
    except ValueError as error:
        raise trouble("postgresql://...", NO_ADDRESS) from error
    if told:
        raise StoreError(PASSWORD_TOLD)
    return address


class PostgresqlBook:
    """A database, its tables made where there are none. A connection that has died is opened anew at the next step."""

    def __init__(self, address: str, patience_s: float = BUSY_S) -> None:
        self.name = checked(address)
        self._settings = SETTINGS.format(patience_s=patience_s)
        self._db: psycopg.Connection[DictRow] | None = None
        with self._told():
            self._live()

    def _live(self) -> psycopg.Connection[DictRow]:
        if self._db is None or self._db.closed:
            self._db = None
            db = psycopg.connect(
                self.name,
                autocommit=True,
                row_factory=dict_row,
                connect_timeout=CONNECT_S,
                tcp_user_timeout=SILENT_MS,
                application_name="gongctl",
            )
            try:
                self._prepare(db)
            except BaseException:
                db.close()
                raise
            self._db = db
        return self._db

    def _prepare(self, db: psycopg.Connection[DictRow]) -> None:
        db.adapters.register_dumper(str, _NoNul)
        db.execute(self._settings)
        with db.transaction():
            db.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            found = db.execute("SELECT to_regclass('store_version') AS name").fetchone()
            if found is None or found["name"] is None:
                db.execute(POSTGRESQL_TABLES)
                db.execute("INSERT INTO store_version VALUES (%s)", (VERSION,))
            row = db.execute("SELECT version FROM store_version").fetchone()
            if row is None or row["version"] != VERSION:
                raise trouble(self.name, OTHER_VERSION.fill(version=row and row["version"], wanted=VERSION))

    @property
    def is_writing(self) -> bool:
        """Is a step open?"""
        return self._db is not None and self._db.info.transaction_status in _OPEN

    def begin(self) -> None:
        """Waits for whoever else writes."""
        with self._told():
            self._fresh(BEGIN)

    def commit(self) -> None:
        """On the server's disk when it returns."""
        with self._told():
            self._live().execute("COMMIT")

    def rollback(self) -> None:
        """As it was before; a connection that is gone has done that itself."""
        if self._db is not None:
            with suppress(psycopg.Error):
                self._db.execute("ROLLBACK")

    def rows(self, query: str, values: Sequence[object] = ()) -> Sequence[Any]:
        """What a query finds."""
        with self._told():
            ask = self._live().execute if self.is_writing else self._fresh
            return ask(_spelt(query), values).fetchall()

    def change(self, query: str, values: Sequence[object]) -> int:
        """How many rows were touched."""
        with self._told():
            return self._live().execute(_spelt(query), values).rowcount

    def change_all(self, query: str, rows: Iterable[Sequence[object]]) -> int:
        """How many rows were touched; they travel together."""
        with self._told(), self._live().cursor() as cursor:
            cursor.executemany(_spelt(query), rows)
            return max(0, cursor.rowcount)

    def close(self) -> None:
        """Give the connection back."""
        if self._db is not None:
            self._db.close()

    def _fresh(self, query: str, values: Sequence[object] | None = None) -> psycopg.Cursor[DictRow]:
        """Where nothing is open yet, a connection that has died meanwhile costs nothing but another."""
        try:
            return self._live().execute(query, values)
        except psycopg.OperationalError:
            if self._db is None or not self._db.closed:
                raise
            return self._live().execute(query, values)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.Error, OSError) as error:
            if isinstance(error, StoreError):
                raise
            raise trouble(self.name, error) from error


_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR, TransactionStatus.ACTIVE)


@lru_cache(maxsize=256)
def _spelt(query: str) -> str:
    return query.replace("?", "%s")
