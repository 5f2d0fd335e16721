"""Where prints are put: written whole or not at all, proved, and thrown away when there are too many."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Set
from pathlib import Path

from gongd.core.errors import PrintError
from gongd.core.label import LABEL_MOST, Label, read_label, write_label
from gongd.core.words import Text
from gongd.folder import settle

SUFFIX = ".print"
MOST_BYTES = 256 * 1024 * 1024
"""Prints that nobody asks for now are kept, the latest used first, while all together are no more than this."""

_WRITING = ".writing-"
_LENGTH = Text(vi="Bản dựng thiếu hoặc thừa tiếng", en="the print has the wrong length")
_CHANGED = Text(vi="Bản dựng âm thanh đã bị hỏng trên thẻ nhớ", en="the print does not match its checksum")


def path_of(folder: Path, stem: str) -> Path:
    """The file of a print."""
    return folder / f"{stem}{SUFFIX}"


def proved(path: Path) -> Label:
    """The label of a print that is whole and unchanged. Raises PrintError, or FileNotFoundError."""
    with path.open("rb") as file:
        label, start = read_label(file.read(LABEL_MOST))
        file.seek(0, os.SEEK_END)
        if file.tell() - start != label.pcm_bytes:
            raise PrintError(_LENGTH)
        file.seek(start)
        if hashlib.file_digest(file, "sha256").hexdigest() != label.sha256:
            raise PrintError(_CHANGED)
    return label


def put(folder: Path, label: Label, pcm: bytes) -> Path:
    """Write one print: it is there whole, durable, or not at all. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder, label.stem)
    handle, name = tempfile.mkstemp(prefix=_WRITING, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(write_label(label) + pcm)
            file.flush()
            os.fchmod(handle, 0o644)
            os.fsync(handle)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    settle(folder)
    return path


def tidy(folder: Path, wanted: Set[str], most_bytes: int = MOST_BYTES) -> None:
    """Remove torn writings, and prints that are not wanted, the oldest first, until all fit into `most_bytes`."""
    for torn in folder.glob(f"{_WRITING}*"):
        torn.unlink(missing_ok=True)
    known = [(path.stat().st_mtime, path.stat().st_size, path) for path in folder.glob(f"*{SUFFIX}")]
    total = sum(size for _, size, _ in known)
    for _, size, path in sorted(known):
        if total <= most_bytes:
            return
        if path.stem not in wanted:
            path.unlink(missing_ok=True)
            total -= size


def used(path: Path) -> None:
    """Mark a print as asked for today."""
    with contextlib.suppress(OSError):
        os.utime(path)
