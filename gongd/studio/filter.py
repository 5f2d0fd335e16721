"""Filters on whole sounds: band, rate and edges, done exactly by one Fourier transform. Arrays are float64, mono."""

import numpy as np
from numpy.typing import NDArray

from gongd.core.label import RATE

Sound = NDArray[np.float64]
"""Samples about -1 to 1, `RATE` a second unless said otherwise."""


def roomy(frames: int) -> int:
    """A length of at least so many frames that transforms quickly: 1, 3 or 5 times a power of two."""
    return min(odd << max(0, (max(1, frames) - 1) // odd).bit_length() for odd in (1, 3, 5))


def within_band(sound: Sound, low_hz: float, high_hz: float, rate: int = RATE) -> Sound:
    """What lies between two frequencies, with edges a fifth of an octave wide; no delay, the same length."""
    if sound.size == 0:
        return sound
    room = roomy(sound.size + rate // 10)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(room, 1 / rate), 1e-3))
    rise = np.clip((octaves - np.log2(low_hz)) / 0.2 + 0.5, 0, 1)
    fall = np.clip((np.log2(high_hz) - octaves) / 0.2 + 0.5, 0, 1)
    gain = np.sin(rise * np.pi / 2) ** 2 * np.sin(fall * np.pi / 2) ** 2
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, room) * gain, room)[: sound.size], dtype=np.float64)


def emphasised(sound: Sound, low_hz: float, high_hz: float, db_per_octave: float) -> Sound:
    """What lies above `low_hz` raised by so much an octave, up to `high_hz`; no delay, the same length."""
    if sound.size == 0:
        return sound
    room = roomy(sound.size + RATE // 10)
    octaves = np.log2(np.clip(np.fft.rfftfreq(room, 1 / RATE), low_hz, high_hz) / low_hz)
    raised = np.fft.rfft(sound, room) * 10 ** (octaves * db_per_octave / 20)
    return np.asarray(np.fft.irfft(raised, room)[: sound.size], dtype=np.float64)


def resampled(sound: Sound, rate: int, to: int = RATE) -> Sound:
    """The same sound at another rate, band-limited on the way."""
    if rate == to or sound.size == 0:
        return sound
    room = np.concatenate([sound, np.zeros(rate // 10)])
    length = round(room.size * to / rate)
    spectrum = np.fft.rfft(room)[: length // 2 + 1]
    whole = np.fft.irfft(spectrum, length) * (length / room.size)
    return np.asarray(whole[: round(sound.size * to / rate)], dtype=np.float64)


def soft_edges(sound: Sound, edge_s: float) -> Sound:
    """The sound with both edges raised from and lowered to exactly nothing within `edge_s`."""
    length = min(round(edge_s * RATE), sound.size // 2)
    if length == 0:
        return sound
    edge = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)
    soft = sound.copy()
    soft[:length] *= edge
    soft[-length:] *= edge[::-1]
    return soft
