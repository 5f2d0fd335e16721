"""The journal: an append-only record in one SQLite file (WAL, FULL), written by one thread through one connection."""

from gongd.adapters.journal.reader import Examined, examine, read, read_records
from gongd.adapters.journal.writer import SqliteJournal

__all__ = ["Examined", "SqliteJournal", "examine", "read", "read_records"]
