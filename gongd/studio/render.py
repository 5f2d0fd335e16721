"""One job becomes one print: its words are spoken, its timeline composed, all of it mixed and put on the rack."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from gongd.core.catalogue import Status
from gongd.core.errors import VoiceError
from gongd.core.job import Job
from gongd.core.label import RATE, Label
from gongd.core.timeline import QUIET_AFTER_WORDS_S, Passage, Timeline, Word, compose, drill_is_possible
from gongd.core.words import Text
from gongd.studio import espeak, rack
from gongd.studio.filter import Sound
from gongd.studio.mix import mix
from gongd.studio.voice import Spoken, Voice

DRILL_NEEDS_VOICE = Text(
    vi="chưa có giọng đọc nên không phát diễn tập", en="there is no voice, so there is no drill (voice-missing)"
)
_UNSPOKEN = Text(vi="Chưa có giọng đọc", en="nobody can speak this text")


@dataclass(frozen=True, slots=True)
class Made:
    """A print that stands on the rack, and what was wrong with its voices."""

    path: Path
    voiceless: bool
    troubles: tuple[Text, ...] = ()


def render(job: Job, folder: Path, voice: Voice) -> Made:
    """The print of a job: the one that stands there if it proves and lacks nothing, else a new one.

    Raises VoiceError for a drill or a speech that nobody can speak, OSError when it cannot be written.
    """
    path = rack.path_of(folder, job.stem)
    standing = _standing(path)
    if standing is not None and not (_lacking(standing) and espeak.can_speak()):
        rack.used(path)
        return Made(path, bool(standing.voiceless))
    spoken = {speech.key: voice.speak(speech, job.voicing) for speech in job.speeches}
    troubles = tuple(trouble for one in spoken.values() for trouble in one.troubles)
    label, pcm = make(job, spoken)
    if standing != label:
        rack.put(folder, label, pcm)
    return Made(path, bool(label.voiceless), troubles)


def make(job: Job, spoken: dict[str, Spoken]) -> tuple[Label, bytes]:
    """The print of a job in memory. Raises VoiceError."""
    voices = {key: one.sound for key, one in spoken.items() if one.sound is not None}
    timeline = _timeline(job, voices)
    parts = mix(timeline, voices, job.volume)
    pcm = parts.head + parts.loop + parts.ending
    return Label(
        stem=job.stem,
        rate=RATE,
        head_frames=len(parts.head) // 2,
        loop_frames=len(parts.loop) // 2,
        ending_frames=len(parts.ending) // 2,
        sha256=hashlib.sha256(pcm).hexdigest(),
        voiceless=tuple(sorted(key for key, one in spoken.items() if one.voiceless)),
        borrowed=tuple(sorted(key for key, one in spoken.items() if one.borrowed)),
        timeline=timeline,
    ), pcm


def _timeline(job: Job, voices: dict[str, Sound]) -> Timeline:
    spoken_s = {key: sound.size / RATE for key, sound in voices.items()}
    if job.source is None:
        return _in_a_row([speech.key for speech in job.speeches], spoken_s)
    if job.status is Status.EXERCISE and not drill_is_possible(spoken_s):
        raise VoiceError(DRILL_NEEDS_VOICE)
    return compose(job.source, job.status, spoken_s, job.tempo)


def _in_a_row(keys: list[str], spoken_s: dict[str, float]) -> Timeline:
    """Plain speech. Whatever says that it is a drill or a test is no less needed than the speech itself."""
    if not all(key in spoken_s for key in keys):
        raise VoiceError(_UNSPOKEN)
    words: list[Word] = []
    end_s = 0.0
    for key in keys:
        words.append(Word(end_s, spoken_s[key], key))
        end_s += spoken_s[key] + QUIET_AFTER_WORDS_S
    return Timeline(Passage((), (), tuple(words), end_s - QUIET_AFTER_WORDS_S))


def _lacking(label: Label) -> bool:
    return bool(label.voiceless or label.borrowed)


def _standing(path: Path) -> Label | None:
    try:
        return rack.proved(path)
    except OSError:
        return None
