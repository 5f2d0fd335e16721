"""Waiting for a descriptor and for a word from another thread, together."""

import os
import select
import threading


class Wake:
    """Wakes a thread that waits for a descriptor."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fd: int | None = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def set(self) -> None:
        with self._lock:
            if self._fd is not None:
                os.eventfd_write(self._fd, 1)

    def wait(self, other: int | None, for_room: bool, timeout_s: float) -> int:
        """Until woken, until `other` has room (if that is wanted) or breaks, or `timeout_s`. What `other` polls."""
        assert self._fd is not None
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        if other is not None:
            poll.register(other, select.POLLOUT if for_room else 0)
        ready = dict(poll.poll(max(0, round(timeout_s * 1000 + 0.5))))
        if ready.pop(self._fd, 0):
            os.eventfd_read(self._fd)
        return ready.get(other, 0) if other is not None else 0

    def close(self) -> None:
        with self._lock:
            fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)
