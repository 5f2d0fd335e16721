"""What lies beside the journal: the local socket and the lock. One daemon per journal."""

from pathlib import Path


def control_path(journal: Path) -> Path:
    """The local socket of the daemon that keeps this journal."""
    return journal.parent / "gongd.sock"


def lock_path(journal: Path) -> Path:
    """The lock that this daemon holds."""
    return journal.parent / "gongd.lock"
