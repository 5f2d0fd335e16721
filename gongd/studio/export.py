"""A track written to a WAV file: exactly the bytes that will be played."""

import wave
from collections.abc import Iterator
from pathlib import Path

from gongd.core.label import FRAME_BYTES
from gongd.ports import Track

_STEP_S = 1.0


def wav(track: Track, path: Path, cap_s: float) -> None:
    """Write head, loop again and again until the ending just fits under `cap_s`, and the ending.

    Raises OSError when it cannot be written, PrintError when the track cannot be read.
    """
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(FRAME_BYTES)
        file.setframerate(track.rate)
        for piece in played(track, cap_s):
            file.writeframesraw(piece)


def played(track: Track, cap_s: float) -> Iterator[bytes]:
    """The PCM that is heard when a track may sound for `cap_s`, piece by piece."""
    step = round(_STEP_S * track.rate)
    room = max(0, round(cap_s * track.rate) - track.ending_frames)
    at = 0
    while at < room and (piece := track.read(at, min(step, room - at))):
        at += len(piece) // FRAME_BYTES
        yield piece
    at = 0
    while piece := track.read_ending(at, step):
        at += len(piece) // FRAME_BYTES
        yield piece
