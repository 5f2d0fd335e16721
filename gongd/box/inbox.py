"""The inbox: where every other thread puts what has happened, and the one place where the deciding thread waits."""

import threading
from collections import deque

REMOTE_BOUND = 256
"""At most so many events from the network wait; local ones are never refused."""


class Inbox:
    """Local events go first. `post` never blocks and never raises; `take` waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._local: deque[object] = deque()
        self._remote: deque[object] = deque()

    def post(self, event: object) -> None:
        """Put in what happened on this box."""
        with self._changed:
            self._local.append(event)
            self._changed.notify()

    def post_remote(self, event: object) -> bool:
        """Put in what came over the network; False when there is no room."""
        with self._changed:
            if len(self._remote) >= REMOTE_BOUND:
                return False
            self._remote.append(event)
            self._changed.notify()
            return True

    def take(self, timeout_s: float) -> object | None:
        """The next event, or None when nothing came within `timeout_s`."""
        if timeout_s <= 0 and not self._local and not self._remote:
            return None
        with self._changed:
            if not self._local and not self._remote and timeout_s > 0:
                self._changed.wait(timeout_s)
            if self._local:
                return self._local.popleft()
            return self._remote.popleft() if self._remote else None
