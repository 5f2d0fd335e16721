"""The journal: an append-only record in one SQLite file (WAL, FULL), written by one thread through one connection."""

from gongd.adapters.journal.reader import examine, journal_id, read, read_records
from gongd.adapters.journal.writer import SqliteJournal

__all__ = ["SqliteJournal", "examine", "journal_id", "read", "read_records"]
