"""The siren: steady (đều) and wailing (hú) blasts with soft edges. Arrays are float64, mono, peak about 1.

A rotor siren is rich in harmonics; here they lie where a horn is strong (500 Hz to 3 kHz, signals.md). Two rotors a
fourth apart make it carry in wind and not be taken for a car's horn.
"""

from functools import lru_cache

import numpy as np

from gongd.core.label import RATE
from gongd.core.pattern import Tone
from gongd.studio.filter import Sound, soft_edges

EDGE_S = 0.06
"""How long a blast takes to rise and to fall, in seconds."""

STEADY_HZ = (600.0, 800.0)
WAIL_HZ = (520.0, 1_040.0)
WAIL_S = 3.0
"""One wail, up and down again, in seconds."""

_HIGHEST_HZ = 4_000.0
_STEEPNESS = 0.9


def blast(tone: Tone, duration_s: float) -> Sound:
    """One blast, `duration_s` long to the frame, silent at its first and last frame."""
    return soft_edges(sustained(tone, round(duration_s * RATE)), EDGE_S)


@lru_cache(maxsize=8)
def sustained(tone: Tone, frames: int) -> Sound:
    """The bare tone without edges. STEADY repeats every 1/200 s, WAILING every `WAIL_S`."""
    time = np.arange(frames) / RATE
    match tone:
        case Tone.STEADY:
            sound = sum((_rotor(np.full(frames, hz), 2 * np.pi * hz * time) for hz in STEADY_HZ), np.zeros(frames))
        case Tone.WAILING:
            sound = _rotor(*_wail(time))
    return sound / _peak(tone)


def _rotor(frequency: Sound, phase: Sound) -> Sound:
    """A tone with its harmonics, each fading out before `_HIGHEST_HZ` so that a sweep brings in no sudden partial."""
    sound = np.zeros_like(phase)
    for harmonic in range(1, int(_HIGHEST_HZ / np.min(frequency)) + 1) if frequency.size else ():
        room = np.clip((_HIGHEST_HZ - harmonic * frequency) / 500.0, 0.0, 1.0)
        sound += room * np.sin(harmonic * (phase + 0.9 * harmonic)) / harmonic**_STEEPNESS
    return sound


def _wail(time: Sound) -> tuple[Sound, Sound]:
    """Frequency and phase of the wail: between its two pitches along a sine of the logarithm.

    The phase of one wail is stretched to a whole number of turns, so that wails meet in phase.
    """
    one = np.arange(round(WAIL_S * RATE)) / RATE
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * one / WAIL_S)
    frequency = WAIL_HZ[0] * (WAIL_HZ[1] / WAIL_HZ[0]) ** swing
    turns = np.cumsum(frequency) / RATE
    whole = round(float(turns[-1]))
    frequency *= whole / turns[-1]
    phase = 2 * np.pi * np.concatenate([[0.0], np.cumsum(frequency)[:-1]]) / RATE
    at = np.arange(time.size) % one.size
    return frequency[at], phase[at]


@lru_cache(maxsize=2)
def _peak(tone: Tone) -> float:
    frames = round(WAIL_S * RATE)
    time = np.arange(frames) / RATE
    steady = (_rotor(np.full(frames, hz), 2 * np.pi * hz * time) for hz in STEADY_HZ)
    sound = sum(steady, np.zeros(frames)) if tone is Tone.STEADY else _rotor(*_wail(time))
    return float(np.max(np.abs(sound)))
