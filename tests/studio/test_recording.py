"""What comes out, recorded and measured: by an ear that knows nothing of how it was made."""

import wave
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from gongd.adapters.shelf import Shelf
from gongd.core.label import RATE
from gongd.core.pattern import Blast
from gongd.core.timeline import Word
from gongd.studio import export, rack
from gongd.studio.loudness import CEILING
from tests.studio.ear import Recording, onsets, share, step_at
from tests.studio.village import heard, printed, signals, strokes_s

STRUCK = ("peace", "fire", "security", "flood", "all-clear", "false-alarm", "test")
STRUCK_DB = 8.0
"""The beats of a ringing gong also swell, by a few decibels; a blow leaps up."""
LOOPED = ("fire", "security", "flood")


@pytest.mark.parametrize("name", STRUCK)
def test_every_stroke_is_heard_within_10_ms_of_the_timeline(name: str) -> None:
    struck = onsets(heard(name))
    for due in strokes_s(printed(name)[0].timeline):
        assert min(abs(one - due) for one in struck) <= 0.010, f"the stroke at {due} s"


@pytest.mark.parametrize("name", STRUCK)
def test_nothing_is_struck_that_is_not_in_the_timeline(name: str) -> None:
    label, _ = printed(name)
    due = strokes_s(label.timeline)
    for one in onsets(heard(name, loops=0), rise_db=STRUCK_DB):
        if one < label.timeline.head.duration_s and not _voiced(name, one):
            assert min(abs(one - stroke) for stroke in due) <= 0.010, f"something is struck at {one} s"


def _voiced(name: str, at_s: float) -> bool:
    """Does a word or a blast sound there? They have onsets of their own."""
    head = printed(name)[0].timeline.head
    sounding: list[Word | Blast] = [*head.words, *head.blasts]
    return any(one.at_s - 0.05 <= at_s <= one.at_s + one.duration_s + 0.05 for one in sounding)


@pytest.mark.parametrize("name", LOOPED)
def test_the_loop_repeats_without_a_click(name: str) -> None:
    label, _ = printed(name)
    recording = heard(name, loops=3)
    usual = float(np.quantile(np.abs(np.diff(recording, 2)), 0.999))
    for number in range(3):
        assert step_at(recording, label.head_frames + number * label.loop_frames) <= usual


@pytest.mark.parametrize("name", LOOPED)
def test_an_ending_begins_and_ends_in_silence(name: str) -> None:
    label, pcm = printed(name)
    ending = np.frombuffer(pcm, "<i2")[label.head_frames + label.loop_frames :]
    assert ending.size == label.ending_frames > RATE
    assert np.abs(ending[[0, 1, -2, -1]]).max() <= 1


@pytest.mark.parametrize("name", signals())
def test_nothing_is_clipped_not_even_between_samples(name: str) -> None:
    recording = heard(name)
    assert np.abs(recording).max() <= CEILING + 2e-3
    assert np.abs(signal.resample_poly(recording, 4, 1)).max() < 1.0


@pytest.mark.parametrize("name", signals())
def test_the_energy_lies_where_a_horn_is_strong(name: str) -> None:
    recording = heard(name)
    assert share(recording, 500.0, 3_000.0) > 0.70
    assert share(recording, 0.0, 300.0) < 0.001


def test_gong_and_siren_have_nine_tenths_of_their_energy_between_500_hz_and_3_khz() -> None:
    assert share(_without_words("flood"), 500.0, 3_000.0) > 0.90
    assert share(heard("peace"), 500.0, 3_000.0) > 0.95


def _without_words(name: str) -> Recording:
    label, _ = printed(name)
    words = [*label.timeline.head.words]
    kept = np.ones(label.head_frames, dtype=bool)
    for word in words:
        kept[round(word.at_s * RATE) : round((word.at_s + word.duration_s) * RATE)] = False
    return heard(name, loops=0)[kept]


def test_gongd_render_writes_exactly_what_the_track_gives(tmp_path: Path) -> None:
    label, pcm = printed("fire")
    rack.put(tmp_path, label, pcm)
    track = Shelf(tmp_path).take(label.stem)
    assert track is not None
    export.wav(track, tmp_path / "fire.wav", cap_s=100.0)
    with wave.open(str(tmp_path / "fire.wav"), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        written = file.readframes(file.getnframes())
    ending = pcm[2 * (label.head_frames + label.loop_frames) :]
    sounding = round(100.0 * RATE) - label.ending_frames
    assert written == track.read(0, sounding) + ending
    assert written[: 2 * label.head_frames] == pcm[: 2 * label.head_frames]
    track.close()
