"""What the daemon's sound files hold: followed while they grow, measured, and played aloud if asked."""

import contextlib
import shutil
import subprocess
import threading
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gongd.adapters.aplay import NOT_INSTALLED
from gongd.adapters.wavefile import HEADER
from gongd.core.label import FRAME_BYTES, RATE
from gongd.core.words import Text
from gongd.demo.village import Village

QUIETEST_DB = -48.0
"""What a picture shows as nothing."""
_LOOK_S = 0.02
_PROBE_S = 3.0
_NO_CARD = Text(
    "Máy này không phát ra tiếng được ({why}); nghe các tệp WAV ở cuối",
    "no sound comes out of this machine ({why}); listen to the WAV files named below",
)


class Tail:
    """Follows the newest sound file."""

    def __init__(self, village: Village) -> None:
        self._village = village
        self._path: Path | None = None
        self._read = 0

    def hear(self) -> tuple[Path | None, bytes]:
        """The newest file and the whole frames that are new in it."""
        newest = self._village.waves[-1:]
        if not newest:
            return None, b""
        if newest[0] != self._path:
            self._path, self._read = newest[0], HEADER.size
        with newest[0].open("rb") as file:
            file.seek(self._read)
            pcm = file.read()
        pcm = pcm[: len(pcm) // FRAME_BYTES * FRAME_BYTES]
        self._read += len(pcm)
        return self._path, pcm


def level(pcm: bytes) -> float:
    """How loud the loudest sample is: 0 for silence, 1 for the fullest, in even steps of dB."""
    return _heights(np.frombuffer(pcm, "<i2").reshape(1, -1))[0] if pcm else 0.0


def levels(path: Path, step_s: float) -> list[float]:
    """A file's level, a number for every step. Raises OSError, wave.Error."""
    with wave.open(str(path)) as file:
        step = round(file.getframerate() * step_s)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    whole = samples[: samples.size // step * step].reshape(-1, step)
    return _heights(whole)


def seconds(path: Path) -> float:
    """How long a sound file is. Raises OSError, wave.Error."""
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def _heights(samples: NDArray[np.int16]) -> list[float]:
    peaks = np.abs(samples.astype(np.float64)).max(axis=1) / 32768
    heights = np.clip(1 - 20 * np.log10(np.maximum(peaks, 1e-9)) / QUIETEST_DB, 0, 1)
    return [float(height) for height in heights]


# ── Aloud ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Aloud:
    """Plays what the daemon writes, as it is written, half a second behind. The files stay the same."""

    def __init__(self, village: Village) -> None:
        self._tail = Tail(village)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="aloud", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Silence."""
        self._ending.set()
        self._thread.join(2.0)

    def _work(self) -> None:
        player: subprocess.Popen[bytes] | None = None
        playing: Path | None = None
        while not self._ending.wait(_LOOK_S):
            path, pcm = self._tail.hear()
            if path != playing:
                _stop(player)
                player, playing = _aplay(), path
            if player and player.stdin and pcm:
                with contextlib.suppress(OSError):  # the card has gone: the files still have it all
                    player.stdin.write(pcm)
        _stop(player)


def silent_because() -> Text | None:
    """Why nothing would be heard, found by trying; None where there is a sound card."""
    if shutil.which("aplay") is None:
        return _NO_CARD.fill(why=NOT_INSTALLED)
    with _aplay() as trial:
        try:
            _, said = trial.communicate(bytes(RATE // 10 * FRAME_BYTES), _PROBE_S)
        except subprocess.TimeoutExpired:
            trial.kill()
            return _NO_CARD.fill(why="aplay: timeout")
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        return _NO_CARD.fill(why=last[0] if last else "aplay") if trial.returncode else None


def _aplay() -> subprocess.Popen[bytes]:
    argv = ["aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(RATE), "-"]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)


def _stop(player: subprocess.Popen[bytes] | None) -> None:
    if player:
        player.kill()
        with contextlib.suppress(OSError):
            player.communicate()
