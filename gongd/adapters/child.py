"""An Output through a child process that plays PCM from its standard input: a crash, a hang or an unplugged card
stays in the child.

The child dies with the thread that started it (its death signal), the pipe to it holds one page, and what it says on
standard error goes to a file in memory, so that it is never held up by nobody reading.
"""

import contextlib
import fcntl
import os
import subprocess
from dataclasses import dataclass
from typing import Protocol

from gongd.core.errors import SpeakerError
from gongd.core.stream import FRAME_BYTES
from gongd.core.words import Text
from gongd.tie import dying_with_us

DEATH_S = 0.5
"""So long a killed child may take to die; one that hangs in the kernel is left to itself."""
SAID_BYTES = 4096

CANNOT_START = Text(
    vi="Loa không phát được: không chạy được chương trình phát tiếng ({why})",
    en="the program that plays sound cannot be started: {why}",
)


class Program(Protocol):
    """A program that plays raw PCM (signed 16 bit little endian, mono) from its standard input.

    `latency_s`: how long after it has begun to take sound the first of it is heard.
    """

    @property
    def latency_s(self) -> float: ...

    def argv(self, rate: int) -> list[str]:
        """The command line. Raises SpeakerError when the program is not to be had."""
        ...

    def explain(self, status: int | None, said: str) -> SpeakerError:
        """What its end means: its exit status (None: not ended) and the last of what it said."""
        ...


@dataclass(frozen=True, slots=True)
class ChildOutputs:
    """Opens a child of `program` for each activation."""

    program: Program

    def open(self, rate: int, stem: str | None) -> "ChildOutput":
        """Start the child. Raises SpeakerError. Nothing is known of the device yet: that shows when it takes sound."""
        del stem
        return ChildOutput([*dying_with_us(), *self.program.argv(rate)], self.program)


class ChildOutput:
    """One running child. `kill` may be called from any thread; all else from the feeder's."""

    live = True

    def __init__(self, argv: list[str], program: Program) -> None:
        self._program = program
        self.latency_s = program.latency_s
        self._said = os.memfd_create("said", os.MFD_CLOEXEC)
        try:
            self._child = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                bufsize=0,
                env={**os.environ, "LC_ALL": "C"},
            )
        except OSError as error:
            os.close(self._said)
            raise SpeakerError(CANNOT_START.fill(why=error)) from error
        assert self._child.stdin is not None
        self._pipe = self._child.stdin
        os.set_blocking(self._pipe.fileno(), False)
        with contextlib.suppress(OSError):  # where a small pipe is refused, the clock alone keeps little in it
            fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, os.sysconf("SC_PAGESIZE"))

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def fileno(self) -> int:
        """The pipe to the child."""
        return self._pipe.fileno()

    def offer(self, pcm: bytes | memoryview) -> int:
        """Write without waiting; a piece of at most PIPE_BUF bytes is taken whole or not at all."""
        try:
            return os.write(self._pipe.fileno(), pcm) // FRAME_BYTES * FRAME_BYTES
        except BlockingIOError:
            return 0
        except OSError:
            self.check()
            return 0

    def check(self) -> None:
        """Called when the pipe has broken: raises what the child said."""
        raise self._program.explain(self._ended(DEATH_S), self._words())

    def finish(self, timeout_s: float) -> None:
        """Close the pipe and wait for the child to play what it holds. Raises SpeakerError when it fails in that."""
        self._pipe.close()
        status = self._ended(timeout_s)
        if status != 0:
            raise self._program.explain(status, self._words())

    def kill(self) -> None:
        """SIGKILL: the kernel stops the card as it closes it."""
        self._child.kill()

    def close(self) -> None:
        """Reap the child."""
        self._pipe.close()
        self._child.kill()
        self._ended(DEATH_S)
        os.close(self._said)

    def _ended(self, timeout_s: float) -> int | None:
        try:
            return self._child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def _words(self) -> str:
        size = os.fstat(self._said).st_size
        tail = os.pread(self._said, SAID_BYTES, max(0, size - SAID_BYTES))
        return tail.decode("utf-8", "replace").strip()
