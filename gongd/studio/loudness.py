"""Loudness as ITU-R BS.1770 measures it, and how sounds are brought to one loudness without clipping."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gongd.core.label import RATE
from gongd.studio.filter import Sound, roomy

TARGET_LUFS = -15.0
"""Of every signal at volume 100: as loud as the sparsest gong can be without being clipped."""

CEILING = 0.84
"""No sample is greater; 1.5 dB are kept for what lies between samples."""

_KNEE = 0.60
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_STANDARD_RATE = 48_000
"""ITU-R BS.1770-4, tables 1 and 2: the two filters of the K weighting, at 48 kHz."""


def loudness(sound: Sound) -> float:
    """Integrated loudness in LUFS, gated as BS.1770-4 says; minus infinity for silence."""
    power = _block_power(_k_weighted(sound))
    power = power[power > _power_of(-70.0)]
    if power.size == 0:
        return float("-inf")
    return _lufs(power[power > _power_of(_lufs(power.mean()) - 10.0)].mean())


def gain_to(sound: Sound, lufs: float) -> float:
    """The factor that brings a sound to that loudness; 0 for silence."""
    now = loudness(sound)
    return float(10 ** ((lufs - now) / 20)) if np.isfinite(now) else 0.0


def levelled(sound: Sound, lufs: float = TARGET_LUFS) -> Sound:
    """The sound at that loudness, its highest peaks rounded off under CEILING.

    The rounding has no memory, so equal stretches of sound stay equal: a loop still meets itself.
    """
    return rounded_off(sound * rounding_gain(sound, lufs))


def rounding_gain(sound: Sound, lufs: float = TARGET_LUFS) -> float:
    """The factor after which the sound, once rounded off, has that loudness; 0 for silence."""
    gain = gain_to(sound, lufs)
    for _ in range(2):
        gain *= gain_to(rounded_off(sound * gain), lufs)
    return gain


def rounded_off(sound: Sound) -> Sound:
    """Samples beyond a knee bend towards CEILING and never reach it."""
    size = np.abs(sound)
    room = CEILING - _KNEE
    bent = _KNEE + room * np.tanh((size - _KNEE) / room)
    return np.where(size > _KNEE, np.sign(sound) * bent, sound)


def volume_gain(volume: int) -> float:
    """The law of volume: (v / 100) squared. 70 is 6 dB, 50 is 12 dB under full, near what hands expect of a knob."""
    return (volume / 100) ** 2


def _k_weighted(sound: Sound) -> Sound:
    if sound.size == 0:
        return sound
    room = roomy(sound.size + RATE // 2)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, room) * _response(room), room)[: sound.size], dtype=np.float64)


@lru_cache(maxsize=2)
def _response(room: int) -> NDArray[np.complex128]:
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(room, 1 / RATE) / _STANDARD_RATE)
    response = np.ones(turn.size, dtype=np.complex128)
    for above, below in (_SHELF, _HIGH_PASS):
        response *= np.polyval(above[::-1], turn) / np.polyval(below[::-1], turn)
    return response


def _block_power(weighted: Sound) -> NDArray[np.float64]:
    """Mean squares of blocks of 400 ms, one every 100 ms; a shorter sound is one block."""
    hop = RATE // 10
    if weighted.size < 4 * hop:
        weighted = np.concatenate([weighted, np.zeros(4 * hop - weighted.size)])
    hops = (weighted[: weighted.size // hop * hop] ** 2).reshape(-1, hop).sum(axis=1)
    return np.convolve(hops, np.ones(4), mode="valid") / (4 * hop)


def _lufs(power: float) -> float:
    return float(-0.691 + 10 * np.log10(power))


def _power_of(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
