"""The alarms and the gong are told apart in noise: by nothing but how their loudness moves."""

from functools import cache

import numpy as np
import pytest
from scipy import signal

from gongd.core.catalogue import Status
from gongd.core.label import RATE
from gongd.core.timeline import Timeline, compose
from gongd.studio.mix import linear
from tests.studio.ear import Recording, band, envelope
from tests.studio.village import heard, signals

HOP_S = 0.02
LISTEN_S = 12.0
BANDS_HZ = ((500.0, 900.0), (900.0, 1_500.0), (1_500.0, 2_400.0), (2_400.0, 4_500.0))
SIGNALS = ("peace", "fire", "security", "flood", "flood-watch")


@cache
def known(name: str) -> Recording:
    """One cycle of the signal without its words: what must be told apart by people who hear no word."""
    timeline = compose(signals()[name], Status.ACTUAL, {})
    passage = timeline.loop or timeline.head
    return linear(Timeline(passage), {}, 0)


def picture(sound: Recording) -> Recording:
    """How the level moves in each band, evened out; bands in rows."""
    return np.array([_moves(band(sound, low, high)) for low, high in BANDS_HZ])


@cache
def model(name: str) -> Recording:
    """The picture of a signal as a listener has learnt it."""
    return picture(known(name))


def _moves(sound: Recording) -> Recording:
    level = np.maximum(envelope(sound, HOP_S), -50.0)
    return np.asarray(level - level.mean())


def likeness(heard_picture: Recording, learnt: Recording) -> float:
    """The best correlation of what is heard with any place of what was learnt."""
    long = np.concatenate([learnt, learnt], axis=1)
    width = min(heard_picture.shape[1], learnt.shape[1])
    piece = heard_picture[:, :width] - heard_picture[:, :width].mean()
    scores = signal.correlate(long, piece, mode="valid")[0]
    energy = signal.correlate(long**2, np.ones_like(piece), mode="valid")[0]
    return float(np.max(scores / np.sqrt(np.maximum(energy, 1e-9) * (piece**2).sum())))


def recognised(recording: Recording) -> str:
    seen = picture(recording)
    return max(SIGNALS, key=lambda name: likeness(seen, model(name)))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SIGNALS)
def test_each_signal_is_recognised_in_noise_as_loud_as_itself(name: str, seed: int) -> None:
    chance = np.random.default_rng([seed, SIGNALS.index(name)])
    whole = known(name)
    start = int(chance.integers(0, max(1, whole.size - round(LISTEN_S * RATE))))
    piece = whole[start : start + round(LISTEN_S * RATE)]
    noise = chance.standard_normal(piece.size)
    noise *= np.sqrt(np.mean(piece**2) / np.mean(noise**2))
    assert recognised(piece + noise) == name


def test_the_whole_print_of_an_alarm_is_recognised_without_noise() -> None:
    assert recognised(heard("fire", loops=1)[: round(6 * RATE)]) == "fire"
