"""Settings files that the desk has pushed, in the state folder: each under its digest, and a note of which counts.

The note is the only thing that decides, and it changes in one step; files that it does not name are swept away. Reading
and writing is done by a thread of its own: a memory card may take seconds over an fsync, and no button waits for it.
"""

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from gongd.core.errors import ConfigError
from gongd.core.plain import from_plain, to_plain
from gongd.core.push import DIFFERS, INVALID, NOT_STORED, Declined, Note, Push
from gongd.folder import settle
from gongd.one_core import go_free
from gongd.settings import Settings, load
from gongd.settings.pushed import parse_pushed
from gongd.settings.source import LARGEST_BYTES

NOTE = "pushed.json"
LARGEST_NOTE = 4096
CLOSE_S = 1.0

log = logging.getLogger("gongd")


def _write(path: Path, data: bytes) -> None:
    """In one step, and on the disk before it has its name. Raises OSError."""
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    settle(path.parent)


def _remove(path: Path) -> None:
    """Gone, and gone from the disk. Raises OSError."""
    path.unlink(missing_ok=True)
    settle(path.parent)


@dataclass(frozen=True, slots=True)
class Means:
    """What a shelf is made with: how settings are read, a file written and removed. The simulator brings its own."""

    load: Callable[[Path, Path], Settings] = load
    write: Callable[[Path, bytes], None] = _write
    remove: Callable[[Path], None] = _remove


MACHINE = Means()
"""Those of the machine that the state lies on."""


class Clerk(Protocol):
    """Does jobs one after the other, in the order in which they came, while whoever gives them goes on."""

    def do(self, job: Callable[[], object]) -> None: ...
    def close(self) -> None: ...


class Thread:
    """A Clerk: a thread of its own, which begins with the first job."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def do(self, job: Callable[[], object]) -> None:
        """Returns at once."""
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="pushes", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Finish what was asked for; waits a second at most."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(CLOSE_S)

    def _work(self) -> None:
        go_free()
        while job := self._jobs.get():
            try:
                job()
            except Exception:  # the outermost loop of this thread: the trial runs into its deadline
                log.exception("pushed settings")


class PushShelf:
    """Keeps pushed files in `state`, which go with the file `config`. `note` is what is remembered, None: nothing.

    `as_asked` makes settings what this start of the daemon wants of them (`--dry`). The clerk reads and writes.
    """

    def __init__(
        self,
        config: Path,
        state: Path,
        as_asked: Callable[[Settings], Settings],
        clerk: Clerk | None = None,
        means: Means = MACHINE,
    ) -> None:
        self._config, self._state, self._as_asked = config, state, as_asked
        self._clerk, self._means = clerk or Thread(), means
        self.note = self._read_note()

    # ── Which settings count ─────────────────────────────────────────────────────────────────────────────────────

    def load(self, starting: bool = False) -> Settings:
        """The settings that count now: the file in /etc, or the one that was pushed over it. Raises ConfigError.

        A pushed file that is gone or cannot be used any more is none.
        """
        push = self.note.chosen(self._digest_of_config(), starting) if self.note else None
        if push is not None:
            with suppress(ConfigError):
                found = self._means.load(self.path_of(push.digest), self._config.parent)
                if found.source_digest == push.digest:
                    return self._as_asked(found)
            log.warning("%s: cannot be used any more", self.path_of(push.digest))
        return self._as_asked(self._means.load(self._config, self._config.parent))

    def path_of(self, digest: str) -> Path:
        """Where the settings of this digest lie."""
        pushed = self._state / f"pushed-{digest[:16]}.yaml"
        return (
            pushed if self.note is not None and digest in (self.note.last.digest, _before(self.note)) else self._config
        )

    # ── Changing it ──────────────────────────────────────────────────────────────────────────────────────────────

    def read(self, push: Push, data: bytes, held: Settings, answer: Callable[[Settings | Declined], None]) -> None:
        """Check a pushed file, and lay it down as not proven. `answer` is called by the clerk."""
        self._clerk.do(lambda: answer(self._take(push, data, held)))

    def prove(self, answer: Callable[[bool], None]) -> None:
        """The last is proven. `answer` hears whether that is on the disk."""
        self._clerk.do(lambda: answer(self.note is not None and self._keep(self.note.proved())))

    def undo(self, answer: Callable[[bool], None]) -> None:
        """Forget the last, at once. Where the disk does not take that, it stays unproven there: no start uses it."""
        self.note = note = self.note.undone() if self.note else None
        self._clerk.do(lambda: answer(self._leave(note)))

    def forget(self) -> None:
        """Forget all: the file in /etc is another."""
        self._clerk.do(lambda: self._leave(None))

    def close(self) -> None:
        """Finish what was asked for; waits a second at most."""
        self._clerk.close()

    # ── What the clerk does ──────────────────────────────────────────────────────────────────────────────────────

    def _take(self, push: Push, data: bytes, held: Settings) -> Settings | Declined:
        if self._digest_of_config() != push.replaces:
            return Declined(DIFFERS)
        try:
            settings = self._as_asked(parse_pushed(data, self._config.name, self._config.parent, held))
        except ConfigError as error:
            return Declined(INVALID, tuple(problem for problem in error.problems if not problem.warning))
        try:
            self._means.write(self._state / f"pushed-{push.digest[:16]}.yaml", data)
        except OSError as error:
            log.error("%s: %s", self._state, error)
            return Declined(NOT_STORED)
        followed = self.note.followed_by(push) if self.note else Note(push)
        return settings if self._keep(followed) else Declined(NOT_STORED)

    def _leave(self, note: Note | None) -> bool:
        kept = self._keep(note)
        self.note = note
        return kept

    def _keep(self, note: Note | None) -> bool:
        """The note on disk, in one step, then in memory; what no note names is swept away."""
        try:
            if note is None:
                self._means.remove(self._state / NOTE)
            else:
                self._means.write(self._state / NOTE, json.dumps(to_plain(note)).encode())
        except OSError as error:
            log.error("%s: %s", self._state / NOTE, error)
            return False
        self.note = note
        named = {f"pushed-{digest[:16]}.yaml" for digest in ((note.last.digest, _before(note)) if note else ())}
        for path in self._state.glob("pushed-*"):
            if path.name not in named:
                with suppress(OSError):
                    path.unlink()
        return True

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _read_note(self) -> Note | None:
        try:
            with (self._state / NOTE).open("rb") as file:
                return from_plain(Note, json.loads(file.read(LARGEST_NOTE)))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            log.error("%s: %s", self._state / NOTE, error)
            return None

    def _digest_of_config(self) -> str:
        with suppress(OSError), self._config.open("rb") as file:
            return hashlib.sha256(file.read(LARGEST_BYTES + 1)).hexdigest()
        return ""


def _before(note: Note) -> str:
    return note.before.digest if note.before else ""
