"""The gong is iron, and the siren a siren."""

import numpy as np
import pytest
from scipy import signal

from gongd.core.label import RATE
from gongd.core.pattern import Tone
from gongd.studio import gong, siren
from tests.studio.ear import Recording, envelope


def level_db(sound: Recording, at_s: float) -> float:
    """The level of a twentieth of a second, in dB."""
    return float(envelope(sound[round(at_s * RATE) :][: RATE // 20], 0.05)[0])


def centre_hz(sound: Recording) -> float:
    frequency, power = signal.welch(sound[: RATE // 4], RATE, nperseg=2048)
    return float((frequency * power).sum() / power.sum())


def test_a_stroke_rings_on_under_the_next_and_dies() -> None:
    sound = gong.stroke(1.0)
    assert level_db(sound, 0.25) > level_db(sound, 0.0) - 10
    assert level_db(sound, 1.5) < level_db(sound, 0.0) - 30
    assert sound[-1] == 0.0


def test_a_stroke_starts_with_the_noise_of_the_striker() -> None:
    sound = gong.stroke(1.0)
    high = signal.sosfiltfilt(signal.butter(4, 3_500, "highpass", fs=RATE, output="sos"), sound)
    assert level_db(high, 0.0) > level_db(high, 0.3) + 20
    assert int(np.argmax(np.abs(sound))) < 0.03 * RATE


def test_the_partials_are_not_harmonic() -> None:
    spectrum = np.abs(np.fft.rfft(gong.stroke(1.0)))
    peaks, _ = signal.find_peaks(spectrum, height=spectrum.max() * 0.05, distance=200)
    ratios = peaks[1:5] / peaks[0]
    assert len(ratios) == 4
    assert np.abs(ratios - np.round(ratios)).max() > 0.3


def test_a_harder_stroke_is_louder_and_brighter() -> None:
    soft, hard = gong.stroke(0.5), gong.stroke(1.0)
    assert level_db(hard, 0.0) > level_db(soft, 0.0) + 6
    assert centre_hz(hard) > centre_hz(soft) + 50


def test_neighbouring_strokes_differ_a_little() -> None:
    first, second = gong.stroke(1.0, 0), gong.stroke(1.0, 1)
    assert not np.array_equal(first, second)
    assert level_db(first, 0.0) == pytest.approx(level_db(second, 0.0), abs=2.5)


def test_the_same_stroke_is_always_the_same() -> None:
    once = gong.stroke(0.7, 2).copy()
    gong._stroke.cache_clear()
    gong._full_peak.cache_clear()
    assert np.array_equal(gong.stroke(0.7, 2), once)


@pytest.mark.parametrize("tone", Tone)
def test_a_blast_has_its_length_and_soft_edges(tone: Tone) -> None:
    sound = siren.blast(tone, 2.5)
    assert sound.size == round(2.5 * RATE)
    assert abs(sound[0]) < 1e-6
    assert abs(sound[-1]) < 1e-3
    assert np.abs(np.diff(sound[: RATE // 50])).max() < 0.3


def test_a_wail_goes_up_and_down_and_a_steady_blast_does_not() -> None:
    def lowest_hz(sound: Recording, at_s: float) -> float:
        piece = sound[round(at_s * RATE) :][: RATE // 10]
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(piece.size)))
        return float(np.flatnonzero(spectrum > 0.25 * spectrum.max())[0] * 10)

    wailing, steady = siren.blast(Tone.WAILING, 6.0), siren.blast(Tone.STEADY, 6.0)
    assert lowest_hz(wailing, 1.45) > 1.6 * lowest_hz(wailing, 2.95)
    assert lowest_hz(steady, 1.45) == pytest.approx(lowest_hz(steady, 2.95), abs=10)


@pytest.mark.parametrize("tone", Tone)
def test_wails_meet_in_phase(tone: Tone) -> None:
    sound = siren.sustained(tone, round(7 * RATE))
    turn = round(siren.WAIL_S * RATE)
    assert np.allclose(sound[:turn], sound[turn : 2 * turn], atol=1e-6)
