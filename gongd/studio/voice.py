"""Who speaks a word: the signal's own recordings, else the synthetic voice, else the clip that we ship."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np

from gongd.core.errors import VoiceError
from gongd.core.job import Clip, Speech, Voicing
from gongd.core.label import RATE
from gongd.core.words import Language, Text
from gongd.studio import clip, espeak
from gongd.studio.filter import Sound

BETWEEN_S = 0.35
"""Silence between two languages, or two clips, in seconds."""

_MISSING = Text(vi="Không thấy bản thu {file}", en="the recording {file} is missing")
_NOTHING = Text(vi="Chưa có giọng đọc cho: {key}", en="there is no voice for: {key}")


class _Kind(Enum):
    OWN = "own"
    TEXT = "text"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of one word: its sound, None when nobody can speak it.

    `voiceless`: nobody could, or not its own recordings. `borrowed`: a shipped clip stands in for the spoken text.
    """

    sound: Sound | None
    voiceless: bool
    borrowed: bool = False
    troubles: tuple[Text, ...] = ()


@dataclass(slots=True)
class Voice:
    """Speaks words, and remembers what it has said. `shipped` is the folder of the standard clips."""

    shipped: Path
    _said: dict[object, Sound | VoiceError] = field(default_factory=dict)

    def speak(self, speech: Speech, voicing: Voicing) -> Spoken:
        """The word by the first that can. Never raises for a voice that fails: that is told in `troubles`."""
        troubles: list[Text] = []
        for kind, choice in self._choices(speech, voicing):
            try:
                sound = choice()
            except VoiceError as error:
                troubles.append(error.text)
            else:
                unheard = bool(speech.clips) and kind is not _Kind.OWN
                return Spoken(sound, unheard, kind is _Kind.SHIPPED, tuple(troubles))
        return Spoken(None, True, troubles=(*troubles, _NOTHING.fill(key=speech.key)))

    def _choices(self, speech: Speech, voicing: Voicing) -> Iterator[tuple[_Kind, Callable[[], Sound]]]:
        if speech.clips:
            yield _Kind.OWN, lambda: joined([self._clip(one) for one in speech.clips])
        if speech.words:
            yield _Kind.TEXT, lambda: joined([self._text(*said, voicing) for said in speech.words])
        if speech.phrase:
            shipped = Clip(str(self.shipped / f"{speech.phrase}.ogg"), "shipped")
            yield _Kind.SHIPPED, lambda: self._clip(shipped)

    def _clip(self, one: Clip) -> Sound:
        if not one.stamp:
            raise VoiceError(_MISSING.fill(file=one.path))
        return self._once(one, lambda: clip.load(Path(one.path)))

    def _text(self, language: Language, text: str, voicing: Voicing) -> Sound:
        return self._once((language, text, voicing), lambda: espeak.speak(text, language, voicing))

    def _once(self, what: object, make: Callable[[], Sound]) -> Sound:
        if what not in self._said:
            try:
                self._said[what] = make()
            except VoiceError as error:
                self._said[what] = error
        said = self._said[what]
        if isinstance(said, VoiceError):
            raise said
        return said


def joined(sounds: Sequence[Sound]) -> Sound:
    """One after the other, with a short silence between."""
    gap = np.zeros(round(BETWEEN_S * RATE))
    parts = [part for sound in sounds for part in (gap, sound)][1:]
    return np.concatenate(parts)
