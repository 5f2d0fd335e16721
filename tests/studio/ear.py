"""An ear for the tests: it knows recordings only, nothing of how they were made. Uses SciPy, not our own filters."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from gongd.core.label import RATE

Recording = NDArray[np.float64]

HOP_S = 0.001

_LEAD_S = 0.2
_FLOOR_DB = -62.0
_LATE_S = 0.003
"""The ear marks the foot of a rise, which lies a little before its middle."""


def band(sound: Recording, low_hz: float, high_hz: float) -> Recording:
    """What lies between two frequencies, without delay."""
    sections = signal.butter(4, (low_hz, high_hz), "bandpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfiltfilt(sections, sound))


def envelope(sound: Recording, hop_s: float = HOP_S) -> Recording:
    """Level in dB, one value every `hop_s`."""
    hop = round(hop_s * RATE)
    blocks = (sound[: sound.size // hop * hop] ** 2).reshape(-1, hop).mean(axis=1)
    return np.asarray(10 * np.log10(blocks + 1e-10))


def onsets(sound: Recording, rise_db: float = 4.0, apart_s: float = 0.06) -> list[float]:
    """When something is struck, in seconds: where the bright part of the sound leaps up within a few milliseconds."""
    led_in = np.concatenate([np.zeros(round(_LEAD_S * RATE)), sound])
    level = np.maximum(envelope(band(led_in, 2_600.0, 7_000.0)), _FLOOR_DB)
    smooth = np.convolve(level, np.ones(3) / 3, mode="same")
    before = np.convolve(smooth, np.ones(12) / 12)[: smooth.size]
    leap = smooth[4:] - before[:-4]
    peaks, _ = signal.find_peaks(leap, height=rise_db, distance=round(apart_s / HOP_S))
    return [float(peak * HOP_S) - _LEAD_S + _LATE_S for peak in peaks]


def step_at(sound: Recording, frame: int, around: int = 3) -> float:
    """The greatest curvature (second difference) within some frames of one: a click is a corner in the wave."""
    near = sound[max(0, frame - around) : frame + around + 3]
    return float(np.max(np.abs(np.diff(near, 2))))


def share(sound: Recording, low_hz: float, high_hz: float) -> float:
    """Which share of the energy lies between two frequencies."""
    frequency, power = signal.welch(sound, RATE, nperseg=8192)
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    return float(power[inside].sum() / power.sum())
