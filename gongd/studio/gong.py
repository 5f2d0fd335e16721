"""The gong: a hanging piece of struck iron, built from inharmonic partials that decay. Arrays are float64, mono.

A *kẻng* is a rail, a wheel rim or a bomb case. What makes it iron and no organ: partials at ratios that are no
whole numbers, each pair beating slowly (no casting is quite round), high ones dying first, and a noisy attack of the
striker. A harder blow excites the high partials more: strength changes brightness as well as level.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gongd.core.label import RATE
from gongd.studio.filter import Sound, within_band

RING_S = 3.0
"""How long a stroke sounds, in seconds; its last part is faded to exactly nothing, so a loop can meet itself."""

VARIANTS = 3
"""No two neighbouring blows of a striker are equal: strokes take these in turn."""

STEPS = 20
"""Strengths are rounded to twentieths, so that equal strokes are rendered once."""

_FUNDAMENTAL_HZ = 612.0
_SEED = 20_261_121
_ONSET_S = 0.000_5
_CLICK_S = 0.030
_BRIGHTNESS = 0.45
_LOUDNESS = 1.2


@dataclass(frozen=True, slots=True)
class _Partial:
    """`ratio` to the fundamental, `level` at full strength, `half_s` until its amplitude has halved."""

    ratio: float
    level: float
    half_s: float
    beat_hz: float


_PARTIALS = (
    _Partial(1.000, 0.62, 0.36, 0.9),
    _Partial(1.347, 0.30, 0.30, 1.7),
    _Partial(1.662, 1.00, 0.28, 1.3),
    _Partial(2.093, 0.78, 0.22, 2.3),
    _Partial(2.548, 0.85, 0.17, 1.9),
    _Partial(3.011, 0.58, 0.13, 3.1),
    _Partial(3.562, 0.52, 0.10, 2.7),
    _Partial(4.237, 0.40, 0.07, 4.1),
    _Partial(5.060, 0.24, 0.05, 3.7),
    _Partial(6.113, 0.16, 0.035, 5.3),
)


def stroke(strength: float, variant: int = 0) -> Sound:
    """One blow of `strength` 0 to 1, `RING_S` long, at most about 1.0 at strength 1. The array is shared: read only."""
    return _stroke(min(STEPS, max(1, round(strength * STEPS))), variant % VARIANTS)


@lru_cache(maxsize=STEPS * VARIANTS)
def _stroke(step: int, variant: int) -> Sound:
    sound = _struck(step, variant) / _full_peak()
    sound.flags.writeable = False
    return sound


@lru_cache(maxsize=1)
def _full_peak() -> float:
    """The peak of the hardest blow before scaling; every blow is divided by this one number."""
    return float(np.max(np.abs(_struck(STEPS, 0))))


def _struck(step: int, variant: int) -> Sound:
    strength = step / STEPS
    time = np.arange(round(RING_S * RATE)) / RATE
    chance = np.random.default_rng([_SEED, variant])
    sound = np.zeros_like(time)
    for partial in _PARTIALS:
        sound += _ringing(partial, time, strength, chance)
    sound *= np.minimum(time / _ONSET_S, 1.0)
    sound += _click(time, strength, chance)
    return np.asarray(sound * _last_fade(time) * strength**_LOUDNESS)


def _ringing(partial: _Partial, time: Sound, strength: float, chance: np.random.Generator) -> Sound:
    """A pair of modes a beat apart. Bright partials need a hard blow: `strength` to the power of their ratio."""
    level = partial.level * strength ** (_BRIGHTNESS * (partial.ratio - 1)) * chance.uniform(0.85, 1.15)
    phases = chance.uniform(0, 2 * np.pi, 2)
    frequency = _FUNDAMENTAL_HZ * partial.ratio
    pair = np.sin(2 * np.pi * frequency * time + phases[0])
    pair += 0.5 * np.sin(2 * np.pi * (frequency + partial.beat_hz) * time + phases[1])
    return np.asarray(level * pair * np.exp2(-time / partial.half_s))


def _click(time: Sound, strength: float, chance: np.random.Generator) -> Sound:
    """The striker itself: a few milliseconds of noise between 700 Hz and 5 kHz."""
    length = round(_CLICK_S * RATE)
    noise = within_band(chance.standard_normal(length), 700.0, 5_000.0)
    sound = np.zeros_like(time)
    sound[:length] = noise * np.exp(-time[:length] / (_CLICK_S / 8)) * np.minimum(time[:length] / _ONSET_S, 1.0)
    return sound * 1.2 * strength


def _last_fade(time: Sound) -> Sound:
    """One until the last half second, then down to exactly nothing."""
    return np.asarray(np.clip((time[-1] - time) / 0.5, 0.0, 1.0) ** 2)
