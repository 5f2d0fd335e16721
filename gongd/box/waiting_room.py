"""The waiting room: what has come over the wire and is yet to be looked at. Orders first, then neighbours' calls.

A neighbour's box can be stolen. Whatever it sends, it has few seats, and those of its own; so the desk's orders and
the calls of the other neighbours are looked at in their time.
"""

from collections import OrderedDict, deque

from gongd.ports_link import Delivery

PER_SECOND = 20.0
"""Signatures that are looked at in a second, whoever floods; what waits meanwhile waits at the broker."""
FOR_ORDERS = PER_SECOND / 2
"""So many of these are kept for orders."""
FULL = 64
"""So many orders wait to be looked at; then the network is not read."""
MOST_ORDERS = 256
MOST_CALLS, MOST_CALLERS = 8, 64
"""Of one neighbour, and neighbours. Who is in need calls again until it is answered."""


class WaitingRoom:
    """Holds deliveries. `now` is monotonic, seconds."""

    def __init__(self) -> None:
        self._orders: deque[Delivery] = deque()
        self._calls: OrderedDict[str, deque[Delivery]] = OrderedDict()
        self._tokens, self._filled_at = PER_SECOND, 0.0

    @property
    def is_full(self) -> bool:
        """Must the network wait?"""
        return len(self._orders) >= FULL

    @property
    def is_empty(self) -> bool:
        """Does nothing wait?"""
        return not self._orders and not self._calls

    def put(self, delivery: Delivery, is_call: bool) -> bool:
        """Let it wait; False where there is no room for it."""
        if not is_call:
            return _append(self._orders, delivery, MOST_ORDERS)
        if delivery.topic not in self._calls and len(self._calls) >= MOST_CALLERS:
            return False
        return _append(self._calls.setdefault(delivery.topic, deque()), delivery, MOST_CALLS)

    def fill(self, now: float) -> None:
        """Time has passed: more may be looked at."""
        self._tokens = min(PER_SECOND, self._tokens + (now - self._filled_at) * PER_SECOND)
        self._filled_at = now

    def next(self) -> Delivery | None:
        """What may be looked at now; it stays until `done`."""
        if self._orders:
            return self._orders[0] if self._tokens >= 1 else None
        if self._calls and self._tokens >= 1 + FOR_ORDERS:
            return next(iter(self._calls.values()))[0]
        return None

    def done(self) -> None:
        """What `next` has given was looked at; of those who call it is the next one's turn."""
        self._tokens -= 1
        if self._orders:
            self._orders.popleft()
            return
        caller, line = self._calls.popitem(last=False)
        line.popleft()
        if line:
            self._calls[caller] = line

    def clear(self) -> None:
        """The connection is gone: what was not acknowledged comes again."""
        self._orders.clear()
        self._calls.clear()


def _append(line: deque[Delivery], delivery: Delivery, most: int) -> bool:
    if len(line) >= most:
        return False
    line.append(delivery)
    return True
