"""The default signals of signals.md, as the tests of the studio need them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from gongd.core.catalogue import Priority, Signal, Status, Utterance
from gongd.core.job import Clip, House, Job, jobs
from gongd.core.label import Label
from gongd.core.notation import parse
from gongd.core.phrase import PHRASES
from gongd.core.timeline import Timeline
from gongd.core.words import Language
from gongd.studio.render import make
from gongd.studio.voice import Voice
from tests.studio.ear import Recording

HOUSE = House("Thôn 3", "0373 812 345")
SOUNDS = Path(__file__).parents[2] / "sounds"

_DEFAULTS = (
    ("peace", Priority.ROUTINE, "1 hồi, 9 tiếng", 50, 1),
    ("fire", Priority.EMERGENCY, "liên thanh 20s, nghỉ 1s", 100, None),
    ("security", Priority.EMERGENCY, "(2 tiếng nhanh, nghỉ 2s) x 5", 100, None),
    ("flood", Priority.EMERGENCY, "ngũ liên 12s, còi hú 15s, nghỉ 2s", 100, None),
    ("flood-watch", Priority.PRIORITY, "còi đều 10s, nghỉ 10s, còi đều 10s", 70, 1),
    ("all-clear", Priority.PRIORITY, "6 tiếng mỗi 2s", 70, 1),
    ("false-alarm", Priority.PRIORITY, "3 tiếng chậm", 70, 1),
    ("test", Priority.ROUTINE, "1 tiếng", 40, 1),
)


def utterance(name: str) -> Utterance | None:
    """The default text of that name as an utterance."""
    return Utterance(words=((Language.VI, PHRASES[name].vi),)) if name in PHRASES and name != "peace" else None


def signals() -> Mapping[str, Signal]:
    """All default signals by name."""
    return {
        name: Signal(name, name, priority, parse(rhythm), volume, 300.0, say=utterance(name),
                     say_short=utterance(f"{name}-short"), cycles=cycles)
        for name, priority, rhythm, volume, cycles in _DEFAULTS
    }  # fmt: skip


def no_clip(name: str) -> Clip:
    """No recording is ever found."""
    return Clip(name, "")


def all_jobs(house: House = HOUSE) -> tuple[Job, ...]:
    """The jobs of a box with the default signals and no buttons."""
    return jobs(signals(), (), house, no_clip)


@cache
def printed(name: str, status: Status = Status.ACTUAL) -> tuple[Label, bytes]:
    """The print of a default signal, rendered once in a run of the tests."""
    job = next(job for job in all_jobs() if (job.signal, job.status) == (name, status))
    voice = Voice(SOUNDS)
    return make(job, {speech.key: voice.speak(speech, job.voicing) for speech in job.speeches})


def heard(name: str, loops: int = 2, status: Status = Status.ACTUAL) -> Recording:
    """Head and then loops of a print as samples -1 to 1, at volume 100."""
    label, pcm = printed(name, status)
    sound = np.frombuffer(pcm, "<i2").astype(np.float64) / 32767
    head, loop = sound[: label.head_frames], sound[label.head_frames :][: label.loop_frames]
    volume = next(job.volume for job in all_jobs() if (job.signal, job.status) == (name, status))
    return np.concatenate([head, *[loop] * loops]) / (volume / 100) ** 2


def strokes_s(timeline: Timeline, loops: int = 2) -> list[float]:
    """When the strokes of head and loops are due, in seconds."""
    due = [stroke.at_s for stroke in timeline.head.strokes]
    if timeline.loop:
        start, every = timeline.head.duration_s, timeline.loop.duration_s
        due += [start + number * every + one.at_s for number in range(loops) for one in timeline.loop.strokes]
    return due
