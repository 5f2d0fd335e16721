"""How one thread wakes another: a bell that is rung again and again, and a latch that opens once.

Each is one lock of the interpreter, so the thread that is woken goes on at once. A `threading.Condition` or `Event`
lets it wait a second time, for the lock that whoever woke it still holds, and between the desk's order and the relay
there are four such steps.
"""

import threading
from contextlib import suppress


class Bell:
    """Any thread rings; one thread waits. A ring while nobody waits is kept, and two are as good as one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def ring(self) -> None:
        """Wake whoever waits, or let the next one that would wait go on at once. Never blocks, never raises."""
        with suppress(RuntimeError):  # it has been rung already
            self._lock.release()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Has it been rung, at the latest after `timeout_s`? None is for ever. A ring is heard once."""
        return self._lock.acquire(timeout=-1 if timeout_s is None else max(0.0, timeout_s))


class Latch:
    """Shut, then open for good. Any number of threads may wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self.is_open = False

    def open(self) -> None:
        """Let everybody go on. Once."""
        self.is_open = True
        self._lock.release()

    def wait(self, timeout_s: float) -> bool:
        """Is it open, at the latest after `timeout_s`?"""
        if not self.is_open and self._lock.acquire(timeout=timeout_s):
            self._lock.release()
        return self.is_open
