"""What SQLite complains of, as the faults that people know (language.md, 4)."""

import errno
import sqlite3
from dataclasses import dataclass

from gongd.core.words import Text

DISK_FULL = "disk-full"
DISK_READ_ONLY = "disk-read-only"
CORRUPT = "journal-corrupt"

_WORDS = {
    DISK_FULL: Text(
        vi="Thẻ nhớ đầy, chưa ghi được nhật ký ({why}). Thay thẻ; loa vẫn kêu",
        en="The disk is full, the journal waits in memory ({why}). The box still sounds",
    ),
    DISK_READ_ONLY: Text(
        vi="Thẻ nhớ hỏng, không ghi được nhật ký ({why}). Thay thẻ; loa vẫn kêu",
        en="The disk cannot be written, the journal waits in memory ({why}). The box still sounds",
    ),
    CORRUPT: Text(
        vi="Nhật ký hỏng, đã cất bản cũ ({why})",
        en="The journal was corrupt and has been set aside ({why})",
    ),
}
_CORRUPT_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PRIMARY = 0xFF


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble with the file: the fault's name and its sentence."""

    fault: str
    text: Text


def name_trouble(error: Exception) -> Trouble:
    """The fault behind an error of SQLite or of the operating system."""
    fault = _fault(error)
    return Trouble(fault, _WORDS[fault].fill(why=error))


def is_busy(error: Exception) -> bool:
    """Does another connection hold the file? That passes."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_second_night(error: Exception) -> bool:
    """Was a night refused because it has its record?"""
    return isinstance(error, sqlite3.IntegrityError) and "night.schedule" in str(error)


def _fault(error: Exception) -> str:
    if _code(error) in _CORRUPT_CODES:
        return CORRUPT
    full = _code(error) == sqlite3.SQLITE_FULL
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return DISK_FULL if full else DISK_READ_ONLY


def _code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & _PRIMARY
