"""The loop meets itself: what is cut into head and loop is one endless sound."""

import numpy as np
import pytest

from gongd.core.label import RATE
from gongd.core.pattern import Blast, Stroke, Tone
from gongd.core.timeline import Passage, Timeline, Word
from gongd.studio.filter import Sound
from gongd.studio.mix import frames, linear, mix, pcm

BEEP = 0.1 * np.sin(np.arange(RATE) * 2 * np.pi * 1_000 / RATE)
VOICES: dict[str, Sound] = {"short": BEEP}

SHORT = Passage((Stroke(0.0), Stroke(0.3, 0.6)), (), (), 0.7)
LONG = Passage((Stroke(1.60001),), (Blast(2.0, 1.5, Tone.WAILING),), (Word(0.1, 1.0, "short"),), 4.0000123)
TIMELINES = {
    "a loop shorter than its ringing": Timeline(Passage((Stroke(0.0),), (), (), 0.5), SHORT),
    "a loop with everything": Timeline(Passage((Stroke(0.2), Stroke(0.45)), (), (), 1.00003), LONG),
    "a head that is the loop": Timeline(LONG, LONG),
}


@pytest.mark.parametrize("name", TIMELINES)
def test_head_and_loops_are_the_linear_rendering(name: str) -> None:
    timeline = TIMELINES[name]
    made = mix(timeline, VOICES, 100)
    beyond = (len(made.head) + 3 * len(made.loop)) // 2 - frames(timeline.head)
    endless = np.frombuffer(made.head + 3 * made.loop, "<i2").astype(int)
    whole = np.frombuffer(pcm(linear(timeline, VOICES, beyond)), "<i2").astype(int)
    assert endless.size == whole.size
    assert np.abs(endless - whole).max() <= 1


@pytest.mark.parametrize("name", TIMELINES)
def test_a_loop_is_as_long_as_the_timeline_says(name: str) -> None:
    timeline = TIMELINES[name]
    assert timeline.loop is not None
    assert len(mix(timeline, VOICES, 100).loop) == 2 * round(timeline.loop.duration_s * RATE)


def test_a_head_without_a_loop_is_as_long_as_the_timeline_says_and_ends_in_silence() -> None:
    made = mix(Timeline(SHORT), {}, 100)
    samples = np.frombuffer(made.head, "<i2")
    assert samples.size == round(0.7 * RATE)
    assert not made.loop
    assert abs(int(samples[-1])) <= 1


def test_a_gong_rings_on_from_the_end_of_the_loop_into_its_beginning() -> None:
    quiet_start = Passage((Stroke(3.4),), (), (), 3.5)
    made = mix(Timeline(Passage((), (), (), 1.0), quiet_start), {}, 100)
    twice = np.frombuffer(made.loop * 2, "<i2").astype(float)
    struck = int(np.argmax(np.abs(twice)))
    rings = twice[struck + round(0.15 * RATE) : struck + round(0.25 * RATE)]
    assert np.sqrt(np.mean(rings**2)) > 500


def test_nothing_is_rendered_of_nothing() -> None:
    made = mix(Timeline(Passage((), (), (), 0.0)), {}, 100)
    assert made.head == made.loop == made.ending == b""
