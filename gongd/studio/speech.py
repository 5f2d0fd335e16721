"""A voice made ready for horns: loud and soft syllables brought together, peaks held down, nothing distorted."""

import numpy as np

from gongd.core.label import RATE
from gongd.studio.filter import Sound, emphasised, resampled, soft_edges, within_band
from gongd.studio.loudness import gain_to

VOICE_BAND_HZ = (360.0, 6_000.0)
"""What a horn reproduces: about 400 Hz to 6 kHz (signals.md). What lies below only takes power from the amplifier."""

CLARITY_HZ = (450.0, 2_500.0)
CLARITY_DB_PER_OCTAVE = 5.0
"""A voice has most of its power below 500 Hz and most of its meaning above 1 kHz: what carries meaning is raised."""

VOICE_LUFS = -20.0
"""The loudness at which voices are kept before the mix."""

_RATIO = 0.5
_SYLLABLE_S = 0.08
_PEAK = 10 ** (-8.5 / 20)
_PEAK_S = 0.006
_SILENCE = 10 ** (-42 / 20)
_WINDOW_S = 0.01
_MARGIN_S = 0.03


def prepared(sound: Sound, rate: int) -> Sound:
    """A raw voice brought to our rate, band and loudness, without the silence around it. Empty when it is silent."""
    clear = emphasised(within_band(resampled(sound, rate), *VOICE_BAND_HZ), *CLARITY_HZ, CLARITY_DB_PER_OCTAVE)
    heard = trimmed(clear)
    if heard.size == 0:
        return heard
    evened = _evened(heard * gain_to(heard, VOICE_LUFS))
    return soft_edges(_held_down(evened * gain_to(evened, VOICE_LUFS)), 0.005)


def trimmed(sound: Sound) -> Sound:
    """Without the silence before and after, but for a margin of some hundredths of a second."""
    window = round(_WINDOW_S * RATE)
    levels = np.sqrt((sound[: sound.size // window * window] ** 2).reshape(-1, window).mean(axis=1))
    loud = np.flatnonzero(levels > max(_SILENCE * float(levels.max(initial=0.0)), 1e-4))
    if loud.size == 0:
        return np.zeros(0)
    margin = round(_MARGIN_S * RATE)
    return sound[max(0, loud[0] * window - margin) : (loud[-1] + 1) * window + margin]


def _evened(sound: Sound) -> Sound:
    """Above its mean level a syllable grows only half as loud (2:1); what is softer stays, breath is not raised."""
    level = np.sqrt(np.maximum(_averaged(_averaged(sound**2, _SYLLABLE_S), _SYLLABLE_S), 0.0))
    mean = float(np.sqrt(np.mean(sound**2)))
    return sound * np.minimum(1.0, (mean / np.maximum(level, 1e-9)) ** _RATIO)


def _held_down(sound: Sound) -> Sound:
    """Peaks are led under a limit by a gain that knows them in advance and moves slowly enough to add no edge."""
    span = 2 * round(_PEAK_S * RATE) + 1
    wide = np.pad(np.abs(sound), span // 2)
    highest = np.lib.stride_tricks.sliding_window_view(wide, span).max(axis=1)
    gain = np.minimum(1.0, _PEAK / np.maximum(highest, 1e-9))
    return sound * _averaged(gain, _PEAK_S)


def _averaged(values: Sound, span_s: float) -> Sound:
    """The mean of a span around each value; the first and last value go on beyond the borders."""
    half = round(span_s * RATE / 2)
    sums = np.cumsum(np.concatenate([[0.0], np.pad(values, half, mode="edge")]))
    return np.asarray((sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1), dtype=np.float64)
