"""What the tests of the loudspeaker share: tracks whose every frame tells its number, a sound card that writes down
what it hears, and an inbox that can be waited on. No test here asserts how long anything took."""

import os
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

from gongd.adapters.aplay import Aplay
from gongd.adapters.child import ChildOutputs
from gongd.adapters.loudspeaker import Loudspeaker
from gongd.core.errors import PrintError
from gongd.core.pace import Pacing
from gongd.core.timeline import Passage, Timeline
from gongd.core.words import Text

RATE = 8000
FADE = 80
PATIENT = Pacing(late_s=60.0)
"""Never leaves anything out, however busy this machine is: for tests that compare every frame."""
LONG_S = 20.0


def until(condition: Callable[[], object], what: str = "it") -> None:
    """Poll until the condition holds; fails after a generous deadline."""
    deadline = time.monotonic() + LONG_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} has not come")
        time.sleep(0.01)


class Inbox(list[object]):
    """What was posted."""

    def wait_for(self, kind: type, count: int = 1) -> None:
        until(lambda: len(self.of(kind)) >= count, kind.__name__)

    def of(self, kind: type) -> list[object]:
        return [event for event in list(self) if isinstance(event, kind)]


class Numbered:
    """Frames first, first + 1, first + 2 ... of head and loop (which repeats its own); -1, -2 ... of the ending."""

    rate = RATE
    timeline = Timeline(head=Passage((), (), (), 1.0))

    def __init__(self, head: int, loop: int = 0, ending: int = 0, first: int = 1, stem: str = "fire") -> None:
        self.head_frames, self.loop_frames, self.ending_frames = head, loop, ending
        self.first = first
        self.stem = stem
        self.closed = threading.Event()
        self.furthest = 0

    def at(self, frame: int) -> int:
        if self.loop_frames and frame >= self.head_frames:
            frame = self.head_frames + (frame - self.head_frames) % self.loop_frames
        return self.first + frame

    def prove(self) -> None:
        """Sound."""

    def read(self, start: int, count: int) -> bytes:
        last = start + count if self.loop_frames else min(start + count, self.head_frames)
        self.furthest = max(self.furthest, last)
        return pcm([self.at(frame) for frame in range(start, last)])

    def read_ending(self, start: int, count: int) -> bytes:
        return pcm([-1 - frame for frame in range(start, min(start + count, self.ending_frames))])

    def close(self) -> None:
        self.closed.set()


class Spoilt(Numbered):
    """A print that does not match its checksum."""

    def prove(self) -> None:
        raise PrintError(Text(vi="Bản âm thanh hỏng", en="the print is torn"))


class Stalling(Numbered):
    """A print on a disk that hangs: in `prove` or in `read`, until it is released."""

    def __init__(self, head: int, where: str, loop: int = 0) -> None:
        super().__init__(head, loop)
        self.where = where
        self.reached, self.released = threading.Event(), threading.Event()

    def _hang(self, where: str) -> None:
        if where == self.where:
            self.reached.set()
            self.released.wait(LONG_S)

    def prove(self) -> None:
        self._hang("prove")

    def read(self, start: int, count: int) -> bytes:
        self._hang("read")
        return super().read(start, count)


def pcm(samples: list[int]) -> bytes:
    return struct.pack(f"<{len(samples)}h", *samples)


def samples(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 2}h", data[: len(data) // 2 * 2]))


def heard(data: bytes) -> list[int]:
    """What was heard, without the silence before and after."""
    frames = samples(data)
    sounding = [place for place, frame in enumerate(frames) if frame]
    return frames[sounding[0] : sounding[-1] + 1] if sounding else []


class Card:
    """A sound card of ALSA's own: it takes all at once (`null`) and writes what it hears into a file."""

    device = "recorder"

    def __init__(self, folder: Path) -> None:
        self.file = folder / "heard.raw"
        self.config = folder / "asound.conf"
        self.plug()

    def plug(self) -> None:
        self.config.write_text(
            f'pcm.null {{ type null }}\npcm.recorder {{ type file slave.pcm "null" file "{self.file}" format "raw" }}\n'
        )

    def unplug(self) -> None:
        self.config.write_text("pcm.null { type null }\n")

    def data(self) -> bytes:
        return self.file.read_bytes() if self.file.exists() else b""

    def heard(self) -> list[int]:
        return heard(self.data())


def speaker_on(device: str, inbox: Inbox, pacing: Pacing = PATIENT) -> Loudspeaker:
    return Loudspeaker(ChildOutputs(Aplay(device)).open, inbox.append, pacing)


def children(name: str = "aplay") -> list[int]:
    """The pids of our children that run a program of this name; one that is dead and not yet reaped is none."""
    return [pid for task in Path(f"/proc/{os.getpid()}/task").iterdir() for pid in _of_task(task) if _runs(pid, name)]


def _of_task(task: Path) -> list[int]:
    try:
        return [int(pid) for pid in (task / "children").read_text().split()]
    except OSError:  # the thread has ended meanwhile
        return []


def _runs(pid: int, name: str) -> bool:
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return f"({name})" in line and ") Z" not in line
