"""The book of a program that gives orders: an alarm must go out without its book, too.

Where the desk's own book cannot be used (torn, full, locked by somebody, a database that is away), whether at its
opening or in the middle of a step, another takes its place for as long as the program runs, and that is told once: a
file beside the folder's own, else the machine's memory. What stood in that file is taken home by the next program that
finds its book well.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from gongd.core.words import Text
from gongd.desk.commune_folder import PRIVATE
from gongd.desk.store import insertion, open_book
from gongd.desk.store_book import Book, Place, StoreError
from gongd.desk.store_schema import COLUMNS

SPARE = "spare-desk.db"
MEMORY = Path(":memory:")
PATIENCE_S = 2.0
"""An order waits so long for another program that writes: such a step takes some hundredths of a second."""
LOOK_HOME_S, GLANCE_S = 2.0, 0.1
"""So often it is seen whether the desk's own book is well again, and for so long."""
INSTEAD = Text(
    "{why}. Lệnh vẫn gửi được; tạm ghi vào {path}",
    "{why}. Orders go out all the same, and are noted in {path} meanwhile",
)
IN_MEMORY = Text(
    "{why}. Lệnh vẫn gửi được, nhưng không ghi lại được ở đâu cả",
    "{why}. Orders go out all the same, but cannot be noted anywhere",
)
_FILES = ("", "-wal", "-shm")
_TAKEN_HOME = {"command": "at_s", "answer": "heard_at_s", "event": "heard_at_s", "journal": "heard_at_s"}
"""What is taken home, and the time of each row."""
_FETCHED = ("command", "answer")
"""What others have noted at home is known to whoever notes elsewhere, too: a cancel ends the sending."""
_LONGEST_S = 86_400.0
"""No older than so long: at home stand years."""
_LEEWAY_S = 60.0
"""A row's time was taken so long before it was written, at most."""

Done = TypeVar("Done")


class LastingBook:
    """A Book that does not fail for want of a place. `trouble` says why it is not the desk's own; else it is None."""

    def __init__(self, place: Place, folder: Path, say: Callable[[Text], None]) -> None:
        self._say = say
        self._spare = folder / SPARE
        self._lock: int | None = None
        self._home, self._looked_home_at, self._brought_home_s = place, float("-inf"), 0.0
        self._left: list[Place] = [place, self._spare, MEMORY]
        self._step: list[tuple[str, list[Sequence[object]]]] | None = None
        self.trouble: Text | None = None
        self._book = self._open()
        self.name = self._book.name
        if self.trouble is None:
            _take_home(self._spare, self._book)

    def _open(self, why: StoreError | None = None) -> Book:
        """The next place that can be used. Raises StoreError where even the machine's memory cannot."""
        while self._left:
            place = self._left.pop(0)
            if place == self._spare:
                self._lock = _lock(self._spare, fcntl.LOCK_SH)
            try:
                book = open_book(place, PATIENCE_S)
            except StoreError as error:
                why = why or error
                continue
            if why is not None:
                self._tell(why, place)
            return book
        assert why is not None
        raise why

    def _tell(self, why: StoreError, place: Place) -> None:
        self.trouble = self.trouble or why.text
        self._say((IN_MEMORY if place == MEMORY else INSTEAD).fill(why=why.text, path=place))

    def _done(self, deed: Callable[[Book], Done]) -> Done:
        """Do it, in another place where it cannot be done here."""
        while True:
            try:
                return deed(self._book)
            except StoreError as error:
                self._turn(error)

    def _turn(self, why: StoreError) -> None:
        """To the next place, where the step that is open is opened again and what it has written is written."""
        while True:
            with suppress(StoreError):
                self._book.rollback()
                self._book.close()
            self._book = self._open(why)
            self.name = self._book.name
            try:
                self._again()
            except StoreError as error:
                why = error
            else:
                return

    def _again(self) -> None:
        if self._step is not None:
            self._book.begin()
            for query, rows in self._step:
                self._book.change_all(query, rows)

    @property
    def is_writing(self) -> bool:
        """Is a step open?"""
        return self._step is not None

    def begin(self) -> None:
        """Open a step."""
        self._done(lambda book: book.begin())
        self._step = []

    def commit(self) -> None:
        """All of it is written, wherever that is."""
        self._done(lambda book: book.commit())
        self._step = None
        if self.trouble is not None and time.monotonic() - self._looked_home_at >= LOOK_HOME_S:
            self._bring_home()
            self._looked_home_at = time.monotonic()

    def _bring_home(self) -> None:
        """What is noted here is noted at home too, once, as soon as that can be, and what others have ordered is
        fetched: a cancel is read of on either side. A database that is away would hold up the orders for seconds: there
        the next program brings it."""
        if not isinstance(self._home, Path):
            return
        at_s = time.time()
        since_s = min(self._brought_home_s, at_s) - _LEEWAY_S
        with suppress(StoreError):
            home = open_book(self._home, GLANCE_S)
            try:
                _copy_all(self._book, home, since_s)
                for table in _FETCHED:
                    _copy(home, self._book, table, max(since_s, at_s - _LONGEST_S))
            finally:
                home.close()
            self._brought_home_s = at_s

    def rollback(self) -> None:
        """None of it was."""
        self._step = None
        self._book.rollback()

    def rows(self, query: str, values: Sequence[object] = ()) -> Sequence[Any]:
        """What a query finds; another book knows nothing of what was before."""
        return self._done(lambda book: book.rows(query, values))

    def change(self, query: str, values: Sequence[object]) -> int:
        """How many rows were touched."""
        touched = self._done(lambda book: book.change(query, values))
        self._note(query, [values])
        return touched

    def change_all(self, query: str, rows: Iterable[Sequence[object]]) -> int:
        """The same for each of these."""
        held = list(rows)
        touched = self._done(lambda book: book.change_all(query, held))
        self._note(query, held)
        return touched

    def _note(self, query: str, rows: list[Sequence[object]]) -> None:
        if self._step is not None:
            self._step.append((query, rows))

    def close(self) -> None:
        """Give it back."""
        self._book.close()
        _unlock(self._lock)


def _take_home(spare: Path, home: Book) -> None:
    """What another program had to write into the spare file. It goes, unless one still writes there."""
    if not spare.exists():
        return
    lock = _lock(spare, fcntl.LOCK_EX)
    try:
        with suppress(StoreError, OSError):
            book = open_book(spare, PATIENCE_S)
            try:
                _copy_all(book, home)
            finally:
                book.close()
            for end in _FILES if lock is not None else ():
                Path(f"{spare}{end}").unlink(missing_ok=True)
    finally:
        _unlock(lock)


def _lock(spare: Path, how: int) -> int | None:
    """Whoever writes the spare file shares its lock; None where it cannot be had."""
    try:
        handle = os.open(spare.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    except OSError:
        return None
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _unlock(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def _copy_all(book: Book, home: Book, since_s: float = 0.0) -> None:
    for table in _TAKEN_HOME:
        _copy(book, home, table, since_s)


def _copy(book: Book, home: Book, table: str, since_s: float) -> None:
    """What stands there already stays as it is."""
    found = book.rows(f"SELECT * FROM {table} WHERE {_TAKEN_HOME[table]} >= ?", (since_s,))
    if not found:
        return
    rows = [tuple(row[name] for name in COLUMNS[table]) for row in found]
    home.begin()
    try:
        home.change_all(insertion(table), rows)
        home.commit()
    except BaseException:
        home.rollback()
        raise
