"""The bare rhythm: always there, without a click, without NumPy."""

import subprocess
import sys
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.adapters.bare import SAMPLES, bare_track
from gongd.core.catalogue import Status
from gongd.core.label import RATE
from gongd.core.pattern import Blast, Stroke, Tone
from gongd.core.timeline import Passage, Timeline, compose
from gongd.ports import Track
from gongd.studio.samples import samples
from tests.studio.village import signals

NAMES = ("peace", "fire", "security", "flood", "flood-watch")


def track_of(name: str, volume: int = 100) -> Track:
    return bare_track(compose(signals()[name], Status.ACTUAL, {}), volume)


def numbers(pcm: bytes) -> "array[int]":
    return array("h", pcm)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_as_long_as_the_timeline_says(name: str) -> None:
    track = track_of(name)
    assert track.head_frames == round(track.timeline.head.duration_s * RATE)
    assert track.loop_frames == (round(track.timeline.loop.duration_s * RATE) if track.timeline.loop else 0)
    assert track.ending_frames == 0
    assert track.read_ending(0, 100) == b""


@pytest.mark.parametrize("name", NAMES)
def test_each_stroke_begins_at_its_instant(name: str) -> None:
    track = track_of(name)
    for stroke in track.timeline.head.strokes:
        frame = round(stroke.at_s * RATE)
        before = numbers(track.read(max(0, frame - 6), min(6, frame)))
        after = numbers(track.read(frame, 120))
        assert max(map(abs, after)) > 4 * max([200, *map(abs, before[-2:])])


@pytest.mark.parametrize("name", NAMES)
def test_there_is_no_click_where_tones_are_cut_and_where_the_loop_repeats(name: str) -> None:
    track = track_of(name)
    end = track.head_frames + 2 * track.loop_frames
    sound = numbers(track.read(0, end))
    corners = [abs(sound[at - 1] - 2 * sound[at] + sound[at + 1]) for at in range(1, len(sound) - 1)]
    natural = max(_corners_of_samples())
    assert max(corners) <= natural


def _corners_of_samples() -> list[int]:
    """The sharpest corner of the wave inside each tone: the blow itself, or a siren's harmonics."""
    tones = [numbers((SAMPLES / f"{name}.pcm").read_bytes()) for name in samples()]
    return [max(abs(t[at - 1] - 2 * t[at] + t[at + 1]) for at in range(1, len(t) - 1)) for t in tones]


@given(start=st.integers(0, 3_000_000), count=st.integers(0, 5_000))
@settings(max_examples=60, deadline=None)
def test_head_and_loop_are_read_on_one_endless_axis(start: int, count: int) -> None:
    track = track_of("flood")
    piece = track.read(start, count)
    assert len(piece) == 2 * count
    if start >= track.head_frames:
        assert piece == track.read(start + track.loop_frames, count)
    assert piece[: 2 * (count // 3)] == track.read(start, count // 3)


def test_a_rhythm_that_ends_ends() -> None:
    track = track_of("peace")
    assert track.read(track.head_frames, 10) == b""
    assert len(track.read(track.head_frames - 5, 10)) == 10


def test_blasts_of_any_length_have_soft_edges() -> None:
    for length_s in (0.1, 0.3, 7.77):
        passage = Passage((), (Blast(0.5, length_s, Tone.WAILING),), (), 10.0)
        sound = numbers(bare_track(Timeline(passage)).read(0, 10 * RATE))
        first, last = round(0.5 * RATE), round(0.5 * RATE) + round(length_s * RATE)
        assert not any(sound[:first])
        assert not any(sound[last:])
        assert max(map(abs, sound[first : first + 20])) < 1_500
        assert max(map(abs, sound[last - 20 : last])) < 1_500


def test_softer_strokes_are_softer_and_volume_is_the_law_of_prints() -> None:
    def peak(strength: float, volume: int) -> int:
        one = Timeline(Passage((Stroke(0.0, strength),), (), (), 2.0))
        return max(map(abs, numbers(bare_track(one, volume).read(0, 2 * RATE))))

    assert peak(0.5, 100) < peak(0.75, 100) < peak(1.0, 100)
    assert peak(1.0, 50) == pytest.approx(peak(1.0, 100) / 4, abs=2)
    assert peak(1.0, 0) == 0


def test_strokes_closer_than_any_fade_and_an_empty_timeline_are_no_trouble() -> None:
    dense = Passage((Stroke(0.0), Stroke(0.0), Stroke(0.001)), (Blast(0.0, 0.001),), (), 0.01)
    assert len(bare_track(Timeline(dense, dense)).read(0, 1_000)) == 2_000
    nothing = bare_track(Timeline(Passage((), (), (), 0.0)))
    assert nothing.read(0, 100) == b""


def test_it_can_be_played_again_after_it_was_closed() -> None:
    track = track_of("fire")
    track.prove()
    track.close()
    assert any(track.read(0, 100))


def test_the_shipped_tones_are_what_our_gong_and_siren_make() -> None:
    assert {path.stem for path in SAMPLES.glob("*.pcm")} == set(samples())
    for name, pcm in samples().items():
        made, shipped = numbers(pcm), numbers((SAMPLES / f"{name}.pcm").read_bytes())
        assert len(made) == len(shipped)
        assert max(abs(a - b) for a, b in zip(made, shipped, strict=True)) <= 2, name


@pytest.mark.parametrize("module", ["shelf", "bare", "renderer"])
def test_the_daemon_never_loads_numpy(module: str) -> None:
    look = (
        f"import sys, gongd.adapters.{module}, gongd.core.job; print('numpy' in sys.modules or 'pydub' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=_root())
    assert done.stdout.strip() == "False"


def _root() -> Path:
    return Path(__file__).parents[2]
