"""Takes a commune's store to another place: every row, then the folder's own note of where it is."""

from dataclasses import replace

from gongd.core.wire_form import to_json
from gongd.core.words import Text
from gongd.desk.commune_folder import CommuneFolder, held, write
from gongd.desk.office import STORE
from gongd.desk.register import RegisterError, load_commune
from gongd.desk.store import insertion, open_book
from gongd.desk.store_book import Book, Place
from gongd.desk.store_schema import COLUMNS

HERE = "sqlite"
"""Back into the folder's own file."""
ROWS_AT_ONCE = 5000
NO_PLACE = Text(
    "Ghi postgresql://TÊN@MÁY/CƠ-SỞ-DỮ-LIỆU (không có mật khẩu), hoặc sqlite",
    "Write postgresql://USER@HOST/DATABASE (without a password), or sqlite",
)
_ORDERED = {"answer": ("heard_at_s", "rowid")}
"""Answers are read in the order of their coming."""


def place_of(folder: CommuneFolder) -> Place:
    """Where the store is now. Raises FolderError, RegisterError."""
    return load_commune(folder).store or folder.path / STORE


def move(folder: CommuneFolder, address: str) -> int:
    """Copy every row, then say so in `commune.json`. How many rows. What is there already stays: it may be done again.

    Raises StoreError, FolderError, RegisterError where the address is none.
    """
    with held(folder):
        commune = replace(load_commune(folder), store=None if address == HERE else address)
        to: Place = commune.store or folder.path / STORE
        if isinstance(to, str) and not to.startswith("postgresql://"):
            raise RegisterError(NO_PLACE)
        copied = 0 if to == place_of(folder) else _copy(place_of(folder), to)
        write(folder.commune, to_json(commune) + b"\n")
    return copied


def _copy(old: Place, new: Place) -> int:
    target = open_book(new)
    try:
        source = open_book(old)
        try:
            return sum(_copy_table(source, target, table) for table in COLUMNS)
        finally:
            source.close()
    finally:
        target.close()


def _copy_table(source: Book, target: Book, table: str) -> int:
    names = COLUMNS[table]
    order = ", ".join(_ORDERED.get(table, names[:3]))
    copied = 0
    while found := source.rows(f"SELECT * FROM {table} ORDER BY {order} LIMIT ? OFFSET ?", (ROWS_AT_ONCE, copied)):
        target.begin()
        try:
            target.change_all(insertion(table), [tuple(row[name] for name in names) for row in found])
            target.commit()
        except BaseException:
            target.rollback()
            raise
        copied += len(found)
    return copied
