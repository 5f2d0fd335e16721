"""A timeline becomes sound: strokes, blasts and words, each at its loudness, laid on one axis of frames.

How the loop meets itself: head, then loop after loop, are laid out as one long sound, whose tones ring on across every
border. `gong.RING_S` after the end of the head nothing of the head sounds any more; from there on the sound repeats
itself exactly, and there the print's loop is cut out. So the print's head is longer than the timeline's, by that time.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gongd.core.label import RATE
from gongd.core.timeline import Passage, Timeline
from gongd.studio import gong, siren
from gongd.studio.filter import Sound, soft_edges
from gongd.studio.loudness import TARGET_LUFS, gain_to, levelled, rounded_off, rounding_gain, volume_gain

VOICE_ABOVE_LU = 1.5
"""Words are that much louder than the strokes and blasts beside them."""

CUT_S = 0.03
"""How long a sound that ends before it has died is faded, in seconds."""

Voices = Mapping[str, Sound]
"""The words by key, each as long as the timeline says."""


@dataclass(frozen=True, slots=True)
class Mix:
    """PCM of the three parts of a print, signed 16 bit little endian."""

    head: bytes
    loop: bytes
    ending: bytes


def mix(timeline: Timeline, voices: Voices, volume: int) -> Mix:
    """The sound of a timeline at a volume of 0 to 100. Equal arguments give equal bytes."""
    gain = volume_gain(volume)
    head, loop = frames(timeline.head), frames(timeline.loop)
    rings = round(gong.RING_S * RATE) if loop else 0
    whole = linear(timeline, voices, rings + loop)
    whole = whole if loop else _ended(whole)
    ending = _ending(timeline.ending, voices)
    return Mix(
        head=pcm(whole[: head + rings] * gain),
        loop=pcm(whole[head + rings : head + rings + loop] * gain),
        ending=pcm(ending * gain),
    )


def linear(timeline: Timeline, voices: Voices, beyond: int) -> Sound:
    """Head and then loop after loop as one sound, `beyond` frames longer than the head; levelled, at full volume."""
    head, loop = frames(timeline.head), frames(timeline.loop)
    once = head + loop + (round(gong.RING_S * RATE) if loop else 0)
    laid = _laid(timeline, voices, max(head + beyond, once))
    beaten = laid.strokes * gain_to(laid.strokes[:once], TARGET_LUFS)
    blown = laid.blasts * gain_to(laid.blasts[:once], TARGET_LUFS)
    spoken = laid.words * gain_to(laid.words[:once], TARGET_LUFS + VOICE_ABOVE_LU)
    together = beaten + blown + spoken
    return rounded_off(together * rounding_gain(together[:once]))[: head + beyond]


def frames(passage: Passage | None) -> int:
    """How many frames a passage is long; 0 for none."""
    return round(passage.duration_s * RATE) if passage else 0


def pcm(sound: Sound) -> bytes:
    """Samples -1 to 1 as signed 16 bit little endian."""
    return np.round(np.clip(sound, -1.0, 1.0) * 32767).astype("<i2").tobytes()


@dataclass(frozen=True, slots=True)
class _Laid:
    strokes: Sound
    blasts: Sound
    words: Sound


def _laid(timeline: Timeline, voices: Voices, length: int) -> _Laid:
    laid = _Laid(np.zeros(length), np.zeros(length), np.zeros(length))
    for start, passage in _passages(timeline, length):
        for number, stroke in enumerate(passage.strokes):
            _lay(laid.strokes, start + round(stroke.at_s * RATE), gong.stroke(stroke.strength, number))
        for blast in passage.blasts:
            _lay(laid.blasts, start + round(blast.at_s * RATE), siren.blast(blast.tone, blast.duration_s))
        for word in passage.words:
            _lay(laid.words, start + round(word.at_s * RATE), voices[word.key])
    return laid


def _passages(timeline: Timeline, length: int) -> Iterator[tuple[int, Passage]]:
    """Head, and then the loop as often as it begins within `length` frames, each with its first frame."""
    yield 0, timeline.head
    head, loop = frames(timeline.head), frames(timeline.loop)
    if timeline.loop and loop:
        for number in range(math.ceil((length - head) / loop)):
            yield head + number * loop, timeline.loop


def _lay(whole: Sound, at: int, sound: Sound) -> None:
    room = max(0, whole.size - at)
    whole[at : at + sound.size] += sound[:room]


def _ended(sound: Sound) -> Sound:
    """A head without a loop ends in silence, whatever still rings."""
    cut = min(round(CUT_S * RATE), sound.size)
    faded = sound.copy()
    faded[sound.size - cut :] *= np.linspace(1.0, 0.0, cut)
    return faded


def _ending(passage: Passage | None, voices: Voices) -> Sound:
    if passage is None:
        return np.zeros(0)
    laid = _laid(Timeline(passage), voices, frames(passage))
    return soft_edges(levelled(laid.words, TARGET_LUFS + VOICE_ABOVE_LU), CUT_S)
