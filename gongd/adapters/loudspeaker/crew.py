"""Threads that stand ready, so that none has to be started when an alarm begins."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from gongd.one_core import go_free

READY = 2
"""One for what begins, one while what was stopped is still clearing up."""


class Crew:
    """Does jobs, each in a thread of its own; hires one more when all are busy (with a disk that hangs, say).

    A thread lives as long as the crew, and so does a child process whose death signal is bound to its thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._idle = 0
        self._dismissed = False
        for _ in range(READY):
            self._hire()

    def do(self, job: Callable[[], None]) -> None:
        """Have it done now. The job sees to its own errors."""
        with self._lock:
            if self._idle == 0:
                self._hire()
            self._idle -= 1
        self._jobs.put(job)

    def dismiss(self) -> None:
        """Let everybody go who has nothing to do, and the others when they have done."""
        with self._lock:
            self._dismissed = True
            for _ in range(self._idle):
                self._jobs.put(None)

    def _hire(self) -> None:
        self._idle += 1
        threading.Thread(target=self._work, name="feeder", daemon=True).start()

    def _work(self) -> None:
        go_free()
        while job := self._jobs.get():
            job()
            with self._lock:
                if self._dismissed:
                    return
                self._idle += 1
