"""The last good copy of the settings file, put aside by a thread of its own.

It is made durable with fsync, and a memory card may take seconds over that: no button waits for it.
"""

import hashlib
import os
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

CLOSE_S = 1.0


class LastGood:
    """Keeps `copy`. The copy is a help, not a duty: a full disk is told by the journal."""

    def __init__(self, copy: Path) -> None:
        self._copy = copy
        self._wanted: SimpleQueue[tuple[str, Path] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="last-good", daemon=True)
        self._thread.start()

    def keep(self, digest: str, file: Path) -> None:
        """Have a settings file put aside, the technician's or the desk's that is proven, unless by then it is another
        than the one of this SHA-256. Returns at once."""
        self._wanted.put((digest, file))

    def close(self) -> None:
        """Finish what was asked for; waits a second at most."""
        self._wanted.put(None)
        self._thread.join(CLOSE_S)

    def _work(self) -> None:
        while wanted := self._wanted.get():
            with suppress(OSError):
                self._put_aside(*wanted)

    def _put_aside(self, digest: str, file: Path) -> None:
        data = file.read_bytes()
        if hashlib.sha256(data).hexdigest() != digest or (self._copy.is_file() and self._copy.read_bytes() == data):
            return
        new = self._copy.with_suffix(".new")
        with new.open("wb") as written:
            written.write(data)
            written.flush()
            os.fsync(written.fileno())
        new.replace(self._copy)
