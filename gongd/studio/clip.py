"""Recordings become sound: any WAV, MP3, OGG or FLAC, through pydub and ffmpeg; trimmed, levelled, at our rate."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np

from gongd.core.errors import VoiceError
from gongd.core.words import Text
from gongd.studio.filter import Sound
from gongd.studio.speech import prepared

LONGEST_S = 60.0
"""What a recording holds beyond this is left out: no text of an alarm is so long."""

DECODE_S = 20.0
"""ffmpeg takes a fraction of a second; after this long it hangs."""

_BROKEN = Text(vi="Không đọc được bản thu {file}: {error}", en="cannot read the recording {file}: {error}")


def load(path: Path) -> Sound:
    """The voice of one recording, ready for the mix. Raises VoiceError naming the file."""
    try:
        with _at_most(DECODE_S):
            sound = prepared(*_decoded(path))
    except Exception as error:
        raise VoiceError(_BROKEN.fill(file=path, error=_first_line(error))) from error
    if sound.size == 0:
        raise VoiceError(_BROKEN.fill(file=path, error=Text(vi="không có tiếng", en="there is no sound in it")))
    return sound


def _decoded(path: Path) -> tuple[Sound, int]:
    from pydub import AudioSegment

    segment = AudioSegment.from_file(path, duration=LONGEST_S).set_channels(1)
    samples = np.asarray(segment.get_array_of_samples(), dtype=np.float64)
    return samples / float(1 << (8 * segment.sample_width - 1)), segment.frame_rate


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


@contextmanager
def _at_most(span_s: float) -> Iterator[None]:
    """Raises TimeoutError inside the block when it takes longer. In the main thread only."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError("took too long")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, span_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
