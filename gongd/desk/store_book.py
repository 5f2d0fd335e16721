"""What the desk's store stands on: a book of rows, whoever keeps it. SQL is written once, with ? for values.

Both kinds know `ON CONFLICT`; what they do not share (types, who waits for whom) is in their own files.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from gongd.core.errors import JournalError
from gongd.core.words import Text

Place = Path | str
"""A file of SQLite's, or `postgresql://...` without a password."""
Row = Mapping[str, Any]
"""What a query has found, by the names of its columns."""

BUSY_S = 10.0
"""So long one writer waits for the others."""

TROUBLE = Text("Không dùng được sổ của bàn trực {path}: {why}", "The desk's store {path} cannot be used: {why}")
OTHER_VERSION = Text("bản {version}, cần bản {wanted}", "version {version}, not {wanted}")


class StoreError(JournalError):
    """The desk's store cannot be opened, read or written."""


def trouble(name: object, why: object) -> StoreError:
    """The error that says so."""
    return StoreError(TROUBLE.fill(path=name, why=why if isinstance(why, Text) else _plain(why)))


def _plain(why: object) -> str:
    """Words of a library on one line."""
    return " ".join(str(why).split())[:300]


class Book(Protocol):
    """One connection, for one thread. Every method raises StoreError."""

    name: str
    """What people are told of where it is: never a password."""

    @property
    def is_writing(self) -> bool:
        """Is a step open?"""

    def begin(self) -> None:
        """Open a step: until its end nobody else writes."""

    def commit(self) -> None:
        """End it: all of it is on the disk."""

    def rollback(self) -> None:
        """End it: none of it was."""

    def rows(self, query: str, values: Sequence[object] = ()) -> Sequence[Any]:
        """What a query finds: each is a Row."""

    def change(self, query: str, values: Sequence[object]) -> int:
        """Write inside a step; how many rows were touched."""

    def change_all(self, query: str, rows: Iterable[Sequence[object]]) -> int:
        """The same for each of these."""

    def close(self) -> None:
        """Give it back."""
