"""The inbox: where every other thread puts what has happened, and the one place where the deciding thread waits."""

import time
from collections import deque

from gongd.bell import Bell

REMOTE_BOUND = 256
"""At most so many events from the network wait; local ones are never refused."""


class Inbox:
    """Local events go first. `post` never blocks and never raises; `take` waits, on one thread only."""

    def __init__(self) -> None:
        self._bell = Bell()
        self._local: deque[object] = deque()
        self._remote: deque[object] = deque()

    def post(self, event: object) -> None:
        """Put in what happened on this box."""
        self._local.append(event)
        self._bell.ring()

    def post_remote(self, event: object) -> bool:
        """Put in what came over the network; False when there is no room."""
        if len(self._remote) >= REMOTE_BOUND:
            return False
        self._remote.append(event)
        self._bell.ring()
        return True

    def take(self, timeout_s: float) -> object | None:
        """The next event, or None when nothing came within `timeout_s`."""
        end = time.monotonic() + timeout_s
        while (event := self._next()) is None and (left_s := end - time.monotonic()) > 0:
            self._bell.wait(left_s)  # it may have been rung for an event that was taken without waiting
        return event

    def _next(self) -> object | None:
        for events in (self._local, self._remote):
            if events:
                return events.popleft()
        return None
