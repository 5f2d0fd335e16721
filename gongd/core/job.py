"""What to render: everything that influences one print, and therefore its name. Values only.

A changed setting asks for another stem; a print whose stem nobody asks for any more is forgotten.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from gongd.core.button import Button, Sound
from gongd.core.catalogue import Priority, Signal, Status, Utterance
from gongd.core.phrase import PHRASES, fill, phrase_of
from gongd.core.plain import from_plain, to_plain
from gongd.core.rhythm import DEFAULT_TEMPO, Tempo
from gongd.core.words import Language

VERSION = 1
"""Of the rendering: raised whenever the studio would make other sound of the same job."""

TEST_VOLUME = 50
"""A test is quiet (signals.md): it is never louder than this."""

SPEECH = "speech"
"""The key of the only word of a speech job."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording: its file, and a stamp that changes with its content; an empty stamp is a file that is missing."""

    path: str
    stamp: str


FindClip = Callable[[str], Clip]
"""Finds the file of a clip as the settings name it."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One word of a print: the clips, else the texts by the synthetic voice, else the shipped clip of that phrase."""

    key: str
    clips: tuple[Clip, ...] = ()
    words: tuple[tuple[Language, str], ...] = ()
    phrase: str | None = None


@dataclass(frozen=True, slots=True)
class Voicing:
    """How the synthetic voice speaks Vietnamese: espeak-ng's voice name, words a minute."""

    name: str = "vi"
    words_per_minute: int = 140


@dataclass(frozen=True, slots=True)
class Job:
    """One print to be made. `source` is the signal without what nobody hears; None for plain speech."""

    source: Signal | None
    status: Status
    place: str | None
    speeches: tuple[Speech, ...]
    volume: int
    tempo: Tempo = DEFAULT_TEMPO
    voicing: Voicing = Voicing()
    version: int = VERSION

    @property
    def signal(self) -> str:
        """The name of the signal; `speech` for plain speech."""
        return self.source.name if self.source else SPEECH

    @property
    def key(self) -> tuple[str, Status, str | None]:
        """What a request names: signal, status, place (None is the box's own)."""
        return self.signal, self.status, self.place

    @property
    def stem(self) -> str:
        """The name of the print's file, without its ending: readable, then a digest of the whole job."""
        digest = hashlib.sha256(write_job(self).encode()).hexdigest()[:16]
        return "-".join(part for part in (_readable(self.signal), self.status, _readable(self.place), digest) if part)

    @property
    def urgency(self) -> tuple[int, int]:
        """Jobs are rendered in this order: actual emergencies, speech that somebody waits for, the rest."""
        if self.source is None:
            return (1, 0)
        actual = self.status is Status.ACTUAL
        return (
            0 if actual and self.source.priority is Priority.EMERGENCY else 2 if actual else 3,
            -self.source.priority,
        )


def _readable(name: str | None) -> str:
    plain = unicodedata.normalize("NFD", (name or "").lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32]


def write_job(job: Job) -> str:
    """One line of JSON; equal jobs give equal lines."""
    return json.dumps(to_plain(job), separators=(",", ":"), sort_keys=True)


def read_job(line: str | bytes) -> Job:
    """The job that `write_job` wrote. Raises ValueError."""
    return from_plain(Job, json.loads(line))


# ── Which prints a box needs ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class House:
    """What all jobs of a box share. `languages`: in which the standard words are spoken, in order."""

    place: str
    phone: str | None = None
    tempo: Tempo = DEFAULT_TEMPO
    voicing: Voicing = Voicing()
    languages: tuple[Language, ...] = (Language.VI,)


NEARBY = "gần đây"
"""The place of a neighbour's fire, in what is spoken: no print can be made ahead for places that others choose, and the
box's own name would send everybody to the wrong one."""


def jobs(
    signals: Mapping[str, Signal],
    buttons: Iterable[Button],
    house: House,
    find_clip: FindClip,
    elsewhere: Iterable[str] = (),
) -> tuple[Job, ...]:
    """Every print that a box needs: each signal as actual, exercise and test; each button that names a place.

    `elsewhere` are signals that may be raised from a place that the box has no print for.
    """
    wanted: list[tuple[Signal, Status, str | None]] = [
        (signal, status, None) for signal in signals.values() for status in Status
    ]
    for button in buttons:
        match button.action:
            case Sound(name, str() as place) if name in signals:
                wanted.append((signals[name], Status.ACTUAL, place))
    wanted += [(signals[name], Status.ACTUAL, NEARBY) for name in elsewhere if name in signals]
    made = (_job(signal, status, place, house, find_clip) for signal, status, place in wanted)
    return tuple(sorted(dict.fromkeys(made), key=lambda job: job.urgency))


def speech_job(
    said: str | Clip, volume: int, house: House, language: Language = Language.VI, status: Status = Status.ACTUAL
) -> Job:
    """Plain speech, or a recording: the status report, an announcement. A drill or a test says so before and after."""
    if isinstance(said, Clip):
        speech = Speech(SPEECH, clips=(said,))
    else:
        speech = Speech(SPEECH, words=((language, fill(said, house.place, house.phone)),), phrase=phrase_of(said))
    before, after = (_around(key, house) for key in _AROUND.get(status, ((), ())))
    volume = min(volume, TEST_VOLUME) if status is Status.TEST else volume
    return Job(None, status, None, (*before, speech, *after), volume, house.tempo, house.voicing)


_AROUND: Mapping[Status, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Status.EXERCISE: (("drill-before",), ("drill-after",)),
    Status.TEST: (("test",), ("test",)),
}
"""The words before and after plain speech that is not the real thing, as `timeline.compose` has them for signals."""


def _around(keys: tuple[str, ...], house: House) -> tuple[Speech, ...]:
    return tuple(_speech(key, _standard(key, house), (), house.place, house) for key in keys)


def _job(signal: Signal, status: Status, place: str | None, house: House, find_clip: FindClip) -> Job:
    said = {key: one for key, one in _utterances(signal, status, house).items() if one}
    clips = {key: tuple(map(find_clip, one.clips)) for key, one in said.items()}
    speeches = tuple(_speech(key, one, clips[key], place or house.place, house) for key, one in said.items())
    volume = min(signal.volume, TEST_VOLUME) if status is Status.TEST else signal.volume
    return Job(_heard(signal), status, place, speeches, volume, house.tempo, house.voicing)


def _utterances(signal: Signal, status: Status, house: House) -> dict[str, Utterance | None]:
    """The words of a print by key: gongd.core.timeline says where they stand."""
    match status:
        case Status.EXERCISE:
            return {key: _standard(key, house) for key in ("drill-before", "drill-during", "drill-after")}
        case Status.TEST:
            return {"test": _standard("test", house)}
    pause = None if signal.priority is Priority.ROUTINE or signal.cycles is not None else _standard("pause", house)
    return {"full": signal.say, "short": signal.say_short, "pause": pause}


def _standard(key: str, house: House) -> Utterance:
    return Utterance(words=tuple((language, PHRASES[key].read(language)) for language in house.languages))


def _speech(key: str, said: Utterance, clips: tuple[Clip, ...], place: str, house: House) -> Speech:
    words = tuple((language, fill(text, place, house.phone)) for language, text in said.words)
    vietnamese = next((text for language, text in said.words if language is Language.VI), "")
    return Speech(key, clips, words, phrase_of(vietnamese))


def _heard(signal: Signal) -> Signal:
    """The signal without what makes no difference to its sound: a new title asks for no new print."""
    return replace(signal, title="", at_most_s=0.0, number=0, volume=0, say=None, say_short=None, relays=(), again=None)
