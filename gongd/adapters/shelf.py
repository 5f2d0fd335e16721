"""The shelf of prints: files that the studio has put into a folder, opened as tracks. Standard library only."""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gongd.core.errors import PrintError
from gongd.core.job import Clip
from gongd.core.label import FRAME_BYTES, LABEL_MOST, Label, read_label
from gongd.core.timeline import Timeline
from gongd.core.words import Text

SUFFIX = ".print"
PROVE_BYTES = 1 << 18
MOST_KNOWN = 128
"""Labels kept in memory: a box has some 30 prints."""

_STEM = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_UNREADABLE = Text(vi="Không đọc được bản dựng âm thanh: {error}", en="the print cannot be read: {error}")
_CUT_SHORT = Text(vi="Bản dựng âm thanh bị cụt", en="the print is cut short")
_CHANGED = Text(vi="Bản dựng âm thanh đã bị hỏng trên thẻ nhớ", en="the print does not match its checksum")
_CLOSED = Text(vi="Bản dựng âm thanh đã đóng", en="the print is closed")


class Shelf:
    """Implements Prints. Whatever is wrong with a file, it is simply not there; nothing is raised.

    A label is parsed once for each file, not at the trigger: that costs 5 to 15 ms. Used by one thread, except
    `learn`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[_Stamp, Label, int]] = {}

    def learn(self, stems: Iterable[str]) -> None:
        """Read the labels of these prints, so that `take` finds them read. From any thread."""
        for stem in stems:
            track = self.take(stem)
            if track is not None:
                track.close()

    def take(self, stem: str) -> "FilePrint | None":
        """The print of that stem as an open Track, or None. Reads its label only: `prove` reads the rest."""
        if not _STEM.fullmatch(stem):
            return None
        try:
            handle = os.open(f"{self._folder}/{stem}{SUFFIX}", os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            return FilePrint(handle, stem, *self._label(handle, stem))
        except PrintError:
            os.close(handle)
            return None

    def _label(self, handle: int, stem: str) -> tuple[Label, int]:
        """The label of an open file and where its PCM begins. Raises PrintError for a file that is no whole print."""
        try:
            stamp = _stamp(handle)
            known = self._known.get(stem)
            if known is None or known[0] != stamp:
                known = (stamp, *_whole(read_label(os.pread(handle, LABEL_MOST, 0)), stem, stamp.size))
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known[stem] = known
        except OSError as error:
            raise _unreadable(error) from error
        return known[1], known[2]


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Which file it is, and whether it is still the same."""

    node: int
    size: int
    modified_ns: int
    changed_ns: int


def _stamp(handle: int) -> _Stamp:
    found = os.fstat(handle)
    return _Stamp(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _whole(read: tuple[Label, int], stem: str, size: int) -> tuple[Label, int]:
    label, start = read
    if label.stem != stem or size != start + label.pcm_bytes:
        raise PrintError(_CUT_SHORT)
    return label, start


class FilePrint:
    """One print on disk. Implements Track; its file stays open, so it can be played while it is replaced or removed.

    Takes over `handle`, an open file descriptor; `start` is the byte at which the PCM begins.
    """

    def __init__(self, handle: int, stem: str, label: Label, start: int) -> None:
        self.stem = stem
        self._label = label
        self._start = start
        self._handle: int | None = handle
        self.rate = label.rate
        self.head_frames = label.head_frames
        self.loop_frames = label.loop_frames
        self.ending_frames = label.ending_frames
        self.timeline: Timeline = label.timeline

    @property
    def voiceless(self) -> bool:
        """Does it lack a word that it should have?"""
        return bool(self._label.voiceless)

    def prove(self) -> None:
        """Read all of it and compare with the checksum; raises PrintError."""
        digest = hashlib.sha256()
        frames = self._label.pcm_bytes // FRAME_BYTES
        step = PROVE_BYTES // FRAME_BYTES
        for first in range(0, frames, step):
            digest.update(self._frames(first, min(step, frames - first)))
        if digest.hexdigest() != self._label.sha256:
            raise PrintError(_CHANGED)

    def read(self, start: int, count: int) -> bytes:
        """At most `count` frames of head and then loop from frame `start`; empty at the end of a head without loop.

        Raises PrintError when the disk fails.
        """
        parts = []
        while count > 0:
            first, room = self._place(start)
            if room == 0:
                break
            part = self._frames(first, min(count, room))
            parts.append(part)
            start += len(part) // FRAME_BYTES
            count -= len(part) // FRAME_BYTES
        return b"".join(parts)

    def read_ending(self, start: int, count: int) -> bytes:
        """At most `count` frames of the ending. Raises PrintError when the disk fails."""
        room = max(0, min(count, self.ending_frames - start))
        return self._frames(self.head_frames + self.loop_frames + start, room) if room else b""

    def close(self) -> None:
        """Give the file back; a second time does nothing."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with contextlib.suppress(OSError):
                os.close(handle)

    def _place(self, start: int) -> tuple[int, int]:
        """Where frame `start` of the axis stands in the file, and how many frames follow there in a row."""
        if start < self.head_frames:
            return start, self.head_frames + self.loop_frames - start
        if not self.loop_frames:
            return start, 0
        into = (start - self.head_frames) % self.loop_frames
        return self.head_frames + into, self.loop_frames - into

    def _frames(self, first: int, count: int) -> bytes:
        if self._handle is None:
            raise PrintError(_CLOSED)
        try:
            data = os.pread(self._handle, count * FRAME_BYTES, self._start + first * FRAME_BYTES)
        except OSError as error:
            raise _unreadable(error) from error
        if len(data) != count * FRAME_BYTES:
            raise PrintError(_CUT_SHORT)
        return data


def find_clip(name: str, folders: Sequence[Path]) -> Clip:
    """The recording of that name in the first folder that has it; without a stamp when none has.

    The stamp is its size and the instant of its last change: a recording that was replaced asks for new prints.
    """
    for folder in folders:
        path = folder / name
        with contextlib.suppress(OSError, ValueError):
            known = path.stat()
            return Clip(str(path), f"{known.st_size}-{known.st_mtime_ns}")
    return Clip(name, "")


def _unreadable(error: OSError) -> PrintError:
    return PrintError(_UNREADABLE.fill(error=error.strerror or error))
