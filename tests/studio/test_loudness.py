"""Loudness by ITU-R BS.1770, measured with a meter that is not ours."""

import numpy as np
import pyloudnorm
import pytest

from gongd.core.label import RATE
from gongd.studio import gong, loudness
from tests.studio.ear import Recording
from tests.studio.village import heard, printed, signals

METER = pyloudnorm.Meter(RATE)


def lufs(recording: Recording) -> float:
    return float(METER.integrated_loudness(recording))


def test_all_emergencies_are_equally_loud() -> None:
    measured = [lufs(heard(name)) for name in ("fire", "security", "flood")]
    assert max(measured) - min(measured) < 1.0


@pytest.mark.parametrize("name", signals())
def test_at_full_volume_every_signal_has_the_same_loudness(name: str) -> None:
    assert lufs(heard(name, loops=1)) == pytest.approx(loudness.TARGET_LUFS, abs=0.5)


def test_words_are_not_softer_than_the_strokes_around_them() -> None:
    label, _ = printed("fire")
    recording = heard("fire", loops=0)
    word = label.timeline.head.words[0]
    first, last = round(word.at_s * RATE), round((word.at_s + word.duration_s) * RATE)
    assert lufs(recording[first:last]) >= lufs(recording[: round(5.5 * RATE)])


@pytest.mark.parametrize("seed", range(4))
def test_our_meter_agrees_with_another(seed: int) -> None:
    chance = np.random.default_rng(seed)
    noise = chance.standard_normal(RATE * 4) * np.linspace(0.0, 0.3, RATE * 4) ** (1 + seed)
    assert loudness.loudness(noise) == pytest.approx(lufs(noise), abs=0.15)


def test_silence_has_no_loudness_and_stays_silent() -> None:
    silence = np.zeros(RATE)
    assert loudness.loudness(silence) == float("-inf")
    assert not loudness.levelled(silence).any()


def test_volume_is_the_square_of_its_share() -> None:
    assert [loudness.volume_gain(volume) for volume in (0, 50, 100)] == [0.0, 0.25, 1.0]


def test_rounding_off_changes_nothing_below_the_knee() -> None:
    soft = gong.stroke(0.5)
    assert np.array_equal(loudness.rounded_off(soft), soft)
    assert np.abs(loudness.rounded_off(10 * soft)).max() <= loudness.CEILING
