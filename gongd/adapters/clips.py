"""Recordings that the desk has sent, in the state folder, for the studio to read. A few are kept, the newest.

Each is written by a thread of its own: a memory card may take seconds over it, and no button waits for it.
"""

import hashlib
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gongd.core.job import Clip
from gongd.one_core import go_free

MOST = 4
"""So many lie there: 4 MiB."""

log = logging.getLogger("gongd")


class ClipFolder:
    """Keeps clips in `folder`. The port `Clips`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes, suffix: str, answer: Callable[[Clip | None], None]) -> None:
        """Have a recording written; `answer`, on another thread, hears where it lies, None: it could not be."""
        threading.Thread(target=lambda: answer(self._write(data, suffix)), name="clip", daemon=True).start()

    def _write(self, data: bytes, suffix: str) -> Clip | None:
        go_free()
        stamp = hashlib.sha256(data).hexdigest()
        path = self._folder / f"{stamp[:32]}{suffix}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            path.write_bytes(data)
        except OSError as error:
            log.error("%s: %s", path, error)
            return None
        return Clip(str(path), stamp)

    def _sweep(self) -> None:
        """Room for one more."""
        with suppress(OSError):
            oldest_first = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime)
            for path in oldest_first[: max(0, len(oldest_first) - MOST + 1)]:
                path.unlink(missing_ok=True)
