"""An Output into WAV files (`backend: file`, and `--dry`): one file per activation, written as time goes by.

Instant 0 of a file is the instant of `begin`, so the lead is in it as silence, and what a relay does at an instant
can be laid beside it. A file is named `YYYYMMDD-HHMMSS-mmm-STEM.wav` after the local time at which it was opened. It
ends where the sound was stopped. After a loss (a full disk) the sound goes on in a new file, from where it should be.
"""

import os
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gongd.core.errors import SpeakerError
from gongd.core.stream import FRAME_BYTES
from gongd.core.words import Text

HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
"""RIFF/WAVE with one `fmt ` chunk of 16 bytes and one `data` chunk (Microsoft and IBM, 1991): 44 bytes."""
PCM_FORMAT = 1

CANNOT_WRITE = Text(
    vi="Không ghi được tệp âm thanh vào {folder}: {why}", en="the sound cannot be written into {folder}: {why}"
)


def header(rate: int, data_bytes: int) -> bytes:
    """The first 44 bytes of a mono 16 bit WAV file with so many bytes of sound."""
    sizes = (rate, rate * FRAME_BYTES, FRAME_BYTES, 8 * FRAME_BYTES)
    return HEADER.pack(
        b"RIFF", HEADER.size - 8 + data_bytes, b"WAVE", b"fmt ", 16, PCM_FORMAT, 1, *sizes, b"data", data_bytes
    )


def _local_now() -> datetime:
    return datetime.now(UTC).astimezone()


@dataclass(frozen=True, slots=True)
class WaveFolder:
    """Opens a new WAV file in `folder` for each activation."""

    folder: Path
    now: Callable[[], datetime] = _local_now

    def open(self, rate: int, stem: str | None) -> "WaveFile":
        """A new file, with its header from the first moment. Raises SpeakerError. A trial's is removed again."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return WaveFile(self._path(stem or "trial"), rate, trial=stem is None)
        except OSError as error:
            raise _trouble(self.folder, error) from error

    def _path(self, stem: str) -> Path:
        now = self.now()
        plain = re.sub(r"[^\w.-]+", "-", stem)
        return self.folder / f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}-{plain}.wav"


class WaveFile:
    """One WAV file being written. At every moment it is a valid file of all that was offered but the last piece."""

    live = False
    latency_s = 0.0

    def __init__(self, path: Path, rate: int, trial: bool = False) -> None:
        self._path = path
        self._rate = rate
        self._trial = trial
        self._data_bytes = 0
        begun = path.with_suffix(".begun")
        self._fd = os.open(begun, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            os.pwrite(self._fd, header(rate, 0), 0)
            begun.rename(path)
        except OSError:
            os.close(self._fd)
            begun.unlink(missing_ok=True)
            raise

    def fileno(self) -> None:
        """A file always has room."""

    def offer(self, pcm: bytes | memoryview) -> int:
        """Write it all: first the sound, then the header that counts it in. Raises SpeakerError (a full disk)."""
        try:
            done = 0
            while done < len(pcm):
                done += os.pwrite(self._fd, pcm[done:], HEADER.size + self._data_bytes + done)
            self._data_bytes += done
            os.pwrite(self._fd, header(self._rate, self._data_bytes), 0)
        except OSError as error:
            raise _trouble(self._path.parent, error) from error
        return done

    def check(self) -> None:
        """A file does not go away."""

    def finish(self, timeout_s: float) -> None:
        """All is written already."""

    def kill(self) -> None:
        """What was due until now is still written; the feeder sees to that."""

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)
        if self._trial:
            self._path.unlink(missing_ok=True)


def _trouble(folder: Path, error: OSError) -> SpeakerError:
    return SpeakerError(CANNOT_WRITE.fill(folder=folder, why=error.strerror or error))
