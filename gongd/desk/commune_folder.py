"""The folder of a commune: where its keys, certificates and lists lie, and how they are written.

```
commune.json      who and where: id, broker's names, port
root/             the commune's own key, which signs lists of trust and nothing else: keep it offline
authority/        who signs certificates, and which count no more
desk/             the desk's signing key and its seats at the broker
broker/           what the broker needs, whole: copy it to where the broker runs
boxes/            one record a box
trust/            every list of trust, by its number
answers/          what goes back to the boxes
```

Folders are 0700 and private files 0600 from their first byte. A file takes its place in one step.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gongd.core.errors import GongdError
from gongd.core.lexicon import why_not
from gongd.core.words import Text
from gongd.folder import settle

PRIVATE = 0o600
PUBLIC = 0o644
FOLDER = 0o700

THERE_ALREADY = Text(
    "{path} đã có, không ghi đè. Chọn thư mục khác", "{path} is there already and stays as it is. Choose another folder"
)
NOT_A_COMMUNE = Text(
    "{path} không phải thư mục của một xã (chưa có commune.json)", "{path} is not a commune's folder (no commune.json)"
)
NOT_YOURS = Text(
    "{path} là của người dùng khác. Gõ: sudo -u gongctl gongctl",
    "{path} is another user's. Type: sudo -u gongctl gongctl",
)
NOT_FOR_ME = Text(
    "Tài khoản đang chạy gongctl không được đọc {path}. Gõ: sudo chmod a+r {path}",
    "The account that runs gongctl may not read {path}. Type: sudo chmod a+r {path}",
)
NOT_WRITTEN = Text("Không ghi được {path}: {why}", "{path} cannot be written: {why}")
NOT_READ = Text("Không đọc được {path}: {why}", "{path} cannot be read: {why}")
TOO_LARGE = Text("{path} quá lớn", "{path} is too large")


class FolderError(GongdError, OSError):
    """The commune's folder, or a file of it, cannot be read or written."""


@dataclass(frozen=True, slots=True)
class CommuneFolder:
    """One commune's folder. `root` is where the root key lies when it is not in the folder (a stick in a safe)."""

    path: Path
    root: Path | None = None

    @property
    def commune(self) -> Path:
        """Who and where."""
        return self.path / "commune.json"

    @property
    def root_key(self) -> Path:
        """The private root key."""
        return (self.root or self.path / "root") / "root.key"

    @property
    def root_public(self) -> Path:
        """The public root key, which boxes pin."""
        return self.path / "root.pub"

    @property
    def authority(self) -> Path:
        """Who signs certificates."""
        return self.path / "authority"

    @property
    def desk(self) -> Path:
        """The desk's keys."""
        return self.path / "desk"

    @property
    def broker(self) -> Path:
        """All that the broker needs."""
        return self.path / "broker"

    @property
    def boxes(self) -> Path:
        """One record a box."""
        return self.path / "boxes"

    @property
    def trust(self) -> Path:
        """Every list of trust."""
        return self.path / "trust"

    @property
    def answers(self) -> Path:
        """What goes back to the boxes."""
        return self.path / "answers"


def make(folder: CommuneFolder) -> None:
    """Make the folders of a new commune. Raises FolderError where anything lies already: nothing is overwritten."""
    try:
        if folder.path.exists() and any(folder.path.iterdir()):
            raise FolderError(THERE_ALREADY.fill(path=folder.path))
        if folder.root_key.exists():
            raise FolderError(THERE_ALREADY.fill(path=folder.root_key))
        places = (folder.authority, folder.desk, folder.broker, folder.boxes, folder.trust, folder.answers)
        for place in (folder.path, folder.root_key.parent, *places, folder.broker / "store", folder.broker / "conf.d"):
            place.mkdir(mode=FOLDER, parents=True, exist_ok=True)
            place.chmod(FOLDER)
    except FolderError:
        raise
    except OSError as error:
        raise _unwritten(folder.path, error) from error


@contextmanager
def held(folder: CommuneFolder) -> Iterator[None]:
    """One change at a time. Raises FolderError when this is no commune's folder."""
    try:
        handle = os.open(folder.commune, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise FolderError(NOT_A_COMMUNE.fill(path=folder.path)) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read(path: Path, most_bytes: int = 1_048_576, denied: Text = NOT_YOURS) -> bytes:
    """A file of at most so many bytes; `denied` is said where it is not for us to read. Raises FolderError."""
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except PermissionError as error:
        raise FolderError(denied.fill(path=path)) from error
    except OSError as error:
        raise FolderError(NOT_READ.fill(path=path, why=why_not(error))) from error
    if len(data) > most_bytes:
        raise FolderError(TOO_LARGE.fill(path=path))
    return data


def write(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Put a file in place in one step, on the disk before it has its name. Raises FolderError."""
    try:
        new = _beside(path, data, mode)
        Path(new).replace(path)
        settle(path.parent)
    except OSError as error:
        raise _unwritten(path, error) from error


def write_new(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """The same for a file that must not be there yet, on any kind of stick. Raises FolderError when it is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError as error:
        raise FolderError(THERE_ALREADY.fill(path=path)) from error
    except OSError as error:
        raise _unwritten(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        settle(path.parent)
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise _unwritten(path, error) from error


def _beside(path: Path, data: bytes, mode: int) -> str:
    handle, new = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(handle, mode)
            os.fsync(handle)
    except OSError:
        with suppress(OSError):
            Path(new).unlink()
        raise
    return new


def _unwritten(path: Path, error: OSError) -> FolderError:
    return FolderError(NOT_WRITTEN.fill(path=path, why=why_not(error)))
