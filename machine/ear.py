"""An ear: it knows a recording only, nothing of how it was made."""

import numpy as np
from numpy.typing import NDArray

Recording = NDArray[np.float64]
RATE = 24_000
HOP_S = 0.005
RISE = 1.6
QUIET = 0.003


def level(sound: Recording) -> Recording:
    """Loudness of its bright part, one value every `HOP_S`. A blow is brightest in its first instant."""
    bright = np.diff(sound, 2)
    hop = round(HOP_S * RATE)
    blocks = bright[: bright.size // hop * hop].reshape(-1, hop)
    return np.asarray(np.sqrt((blocks**2).mean(axis=1)))


def onsets(sound: Recording, apart_s: float = 0.06) -> list[float]:
    """When something is struck, in seconds: where it becomes brighter by far than it was just before."""
    loud = level(sound)
    apart = round(apart_s / HOP_S)
    found: list[int] = []
    for place in range(4, loud.size):
        before = np.max(loud[place - 4 : place - 1])
        if loud[place] > QUIET and loud[place] > RISE * before and (not found or place - found[-1] >= apart):
            found.append(place)
    return [place * HOP_S for place in found]


def is_silent(sound: Recording) -> bool:
    """Is there nothing at all to hear?"""
    return bool(np.abs(sound).max(initial=0.0) < 0.001)
