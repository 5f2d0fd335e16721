"""Files that a stranger delivers: read with care, put in place in one step, and nothing of them ever run.

A memory card or a stick may hold anything: a link to another file, a pipe that never ends, a file of gigabytes.
"""

import errno
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gongd.core.errors import GongdError
from gongd.core.lexicon import why_not
from gongd.core.words import Text
from gongd.folder import settle

CLIP_BYTES = 20 * 1024 * 1024
"""A spoken text of twelve seconds is about 2 MiB as WAV."""
MOST_ENTRIES = 2_000
"""So many files of a folder are looked at."""
MESSAGES = "say.json"
MOST_MESSAGES = 5
MODE = 0o640

NOT_READ = Text(vi="Không đọc được {path}: {why}", en="{path} cannot be read: {why}")
NOT_A_FILE = Text(vi="không phải tệp thường", en="not a plain file")
OUTSIDE = Text(vi="lối tắt ra ngoài thư mục", en="a link out of its folder")
NOT_WRITTEN = Text(vi="Không ghi được {path}: {why}", en="{path} cannot be written: {why}")


class DeliveryError(GongdError, OSError):
    """A file that cannot be read, or a place that cannot be written."""


def read_plain(path: Path, root: Path, most_bytes: int) -> bytes:
    """At most `most_bytes` + 1 bytes of a plain file under `root`; links, pipes and devices are refused.

    Raises DeliveryError.
    """
    try:
        if path.parent.resolve() != root.resolve() and root.resolve() not in path.parent.resolve().parents:
            raise DeliveryError(NOT_READ.fill(path=path, why=OUTSIDE))
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise DeliveryError(NOT_READ.fill(path=path, why=NOT_A_FILE))
            return file.read(most_bytes + 1)
    except DeliveryError:
        raise
    except OSError as error:
        why: object = NOT_A_FILE if error.errno in (errno.ELOOP, errno.ENXIO) else why_not(error)
        raise DeliveryError(NOT_READ.fill(path=path, why=why)) from error


def digest_of(data: bytes) -> str:
    """The SHA-256 (hex) by which a file is known again."""
    return hashlib.sha256(data).hexdigest()


# ── Clips ────────────────────────────────────────────────────────────────────────────────────────────────────────


def clips_in(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """The recorded clips below a folder, by their path inside it. Links are left out."""
    found: dict[str, Path] = {}
    entries = 0
    for start, _folders, names in os.walk(folder):
        entries += 1 + len(names)
        if entries > MOST_ENTRIES:
            return found
        for name in names:
            path = Path(start, name)
            if path.suffix.lower() in suffixes and not path.is_symlink() and path.is_file():
                found[path.relative_to(folder).as_posix()] = path
    return found


@contextmanager
def laid_together(*folders: dict[str, Path]) -> Iterator[Path]:
    """A passing folder of links in which the clips of several folders lie as they will lie in one; the last wins.

    Raises DeliveryError.
    """
    try:
        passing = tempfile.TemporaryDirectory(prefix="gongd-adopt-", ignore_cleanup_errors=True)
    except OSError as error:
        raise DeliveryError(NOT_WRITTEN.fill(path=tempfile.gettempprefix(), why=why_not(error))) from error
    with passing as name:
        together = Path(name)
        for inside, path in (item for clips in folders for item in clips.items()):
            place = together / inside
            with suppress(OSError):  # a clip that cannot lie there is missed by whoever looks for it
                place.parent.mkdir(parents=True, exist_ok=True)
                place.unlink(missing_ok=True)
                place.symlink_to(path.absolute())
        yield together


# ── Putting in place ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that was put in place, and where the one before lies now."""

    path: Path
    former: Path | None

    def undo(self) -> None:
        """Bring the former file back. Raises DeliveryError."""
        try:
            if self.former is None:
                self.path.unlink()
            else:
                self.former.replace(self.path)
        except OSError as error:
            raise DeliveryError(NOT_WRITTEN.fill(path=self.path, why=why_not(error))) from error


def put(path: Path, data: bytes, now: datetime) -> Placed:
    """Put a file in place in one step, on the disk before it has its name; the one before is kept beside it.

    It belongs to whom the former belonged to, or else to root and the group of its folder. Raises DeliveryError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        former = _keep_aside(path, now)
        _write(path, data)
    except OSError as error:
        raise DeliveryError(NOT_WRITTEN.fill(path=path, why=why_not(error))) from error
    return Placed(path, former)


def holds(path: Path, data: bytes) -> bool:
    """Is this what the file holds?"""
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def _keep_aside(path: Path, now: datetime) -> Path | None:
    """A second name for the file as it is: it is there under its own name at every moment."""
    if not path.exists():
        return None
    stamp = f"{path.name}.{now:%Y%m%d-%H%M%S}"
    for number in range(1, 100):
        aside = path.with_name(stamp if number == 1 else f"{stamp}-{number}")
        try:
            os.link(path, aside)
        except FileExistsError:
            continue
        except PermissionError:  # a file system without links
            shutil.copy2(path, aside)
        return aside
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _write(path: Path, data: bytes) -> None:
    owner = path.stat() if path.exists() else path.parent.stat()
    mode = stat.S_IMODE(owner.st_mode) if path.exists() else MODE
    handle, new = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchown(handle, owner.st_uid, owner.st_gid)
            os.fchmod(handle, mode)
            os.fsync(handle)
        Path(new).replace(path)
    except OSError:
        with suppress(OSError):
            Path(new).unlink()
        raise
    settle(path.parent)


# ── Notes in the state folder ────────────────────────────────────────────────────────────────────────────────────


def read_note(path: Path) -> object:
    """A small JSON file of our own; None where there is none that can be read."""
    try:
        return json.loads(read_plain(path, path.parent, 65_536))
    except (OSError, ValueError, RecursionError):
        return None


def write_note(path: Path, note: object) -> None:
    """Write one. Raises DeliveryError."""
    try:
        _write(path, json.dumps(note, ensure_ascii=False, indent=1).encode() + b"\n")
    except OSError as error:
        raise DeliveryError(NOT_WRITTEN.fill(path=path, why=why_not(error))) from error


def leave_message(folder: Path, text: str) -> None:
    """Leave a text that the daemon speaks at its next start: `say.json`, a list of texts. Raises DeliveryError."""
    note = read_note(folder / MESSAGES)
    texts = [one for one in note if isinstance(one, str)] if isinstance(note, list) else []
    write_note(folder / MESSAGES, [*texts, text][-MOST_MESSAGES:])
