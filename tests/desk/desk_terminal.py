"""gongctl at a terminal of its own, as an officer types there: keys, Ctrl-C, and what the screen shows."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CTRL_C, CTRL_D = "\x03", "\x04"
READ = ("0", "63")
"""The call `read` of x86-64 and of arm64, as /proc/PID/syscall names it; its first argument is stdin."""
READS_SOON_S = 1.0


@dataclass
class Terminal:
    """What is seen so far, and the keys."""

    end: int
    process: subprocess.Popen[bytes]
    seen: str = ""

    def await_words(self, words: str, most_s: float = 30) -> None:
        """Read until these are seen; what came before them is forgotten."""
        deadline = time.monotonic() + most_s
        while words not in self.seen:
            assert time.monotonic() < deadline, self.seen
            self._read()
        self.seen = self.seen.partition(words)[2]

    def type(self, keys: str) -> None:
        """Press keys, as late as a person does: once the program reads, if it reads at all. What comes between its
        prompt and its reading is seen by Python only with the next key."""
        deadline = time.monotonic() + READS_SOON_S
        while not self._is_reading() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.write(self.end, keys.encode())

    def finish(self, most_s: float = 30) -> int:
        """The exit status; all that is still to be seen is seen then."""
        deadline = time.monotonic() + most_s
        while self._read() or self.process.poll() is None:
            assert time.monotonic() < deadline, self.seen
        return self.process.returncode

    def _is_reading(self) -> bool:
        """Does it wait for keys in the kernel?"""
        try:
            call = Path(f"/proc/{self.process.pid}/syscall").read_text().split()
        except OSError:  # it has ended, or the kernel does not tell
            return False
        return call[:2] in [[number, "0x0"] for number in READ]

    def _read(self) -> bool:
        if not select.select([self.end], [], [], 0.1)[0]:
            return False
        try:
            came = os.read(self.end, 65536)
        except OSError:  # the other end of a terminal is closed
            return False
        self.seen += came.decode(errors="replace").replace("\r\n", "\n")
        return bool(came)


@contextmanager
def at_terminal(folder: Path, *words: str) -> Iterator[Terminal]:
    """gongctl, with a terminal that is its own also for Ctrl-C and for passphrases."""
    mine, theirs = pty.openpty()
    program = "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    program += "from gongd.gongctl import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, *words, "--folder", str(folder)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    os.close(theirs)
    try:
        yield Terminal(mine, process)
    finally:
        process.kill()
        process.wait()
        os.close(mine)
