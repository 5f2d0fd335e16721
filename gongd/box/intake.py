"""The intake: pieces of the blobs that accepted orders wait for, on the link's thread. All others are refused.

It is subscribed to a blob's topic only while an order waits for it. What is whole, or given up, is posted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gongd.core.incoming import MISSING, MOST_AT_ONCE, WRONG, Incoming, incoming
from gongd.core.wire import Topic, Topics
from gongd.core.wire_blob import Blob
from gongd.core.wire_refusal import Refused
from gongd.ports_link import Delivery

CROWDED = "crowded"
LEAVE_EVERY_S = 5.0
"""A subscription that an earlier start has left is given up at most so often, whoever floods."""


@dataclass(frozen=True, slots=True)
class BlobAwaited:
    """These pieces have not come: the desk is to be told."""

    id: str
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BlobCame:
    """A blob is whole, and is the one that the order names."""

    id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class BlobLost:
    """A blob that is given up."""

    id: str
    reason: str
    missing: tuple[int, ...] = ()


class Intake:
    """Everything on the link's thread but `refused`, which counts pieces that were not taken, by reason."""

    def __init__(
        self, topics: Topics, post: Callable[[object], None], hear: Callable[[str], None], leave: Callable[[str], None]
    ) -> None:
        self._topics, self._post, self._hear, self._leave = topics, post, hear, leave
        self._coming: dict[str, Incoming] = {}
        self._now = 0.0
        self._left_at = float("-inf")
        self.refused = dict.fromkeys(("retained", "unwanted", "wrong", "repeated"), 0)

    def filters(self) -> Sequence[str]:
        """What must be subscribed to."""
        wanted = dict.fromkeys(one.gathered.blob.sha256 for one in self._coming.values())
        return [self._topics.every_piece(sha256) for sha256 in wanted]

    def want(self, identity: str, blob: Blob) -> None:
        """An order waits for it."""
        if len(self._coming) >= MOST_AT_ONCE:
            self._post(BlobLost(identity, CROWDED))
            return
        self._coming[identity] = incoming(blob, self._now)
        self._hear(self._topics.every_piece(blob.sha256))

    def let_go(self, identity: str) -> None:
        """The order does not wait any more."""
        if identity in self._coming:
            self._end(identity, None)

    def take(self, topic: Topic, delivery: Delivery) -> None:
        """One piece has come."""
        sha256, number = topic.sha256 or "", topic.piece or 0
        waiting = [name for name, one in self._coming.items() if one.gathered.blob.sha256 == sha256]
        if delivery.retained:
            self.refused["retained"] += 1
        elif not waiting:
            self._unwanted(sha256)
        for name in waiting if not delivery.retained else ():
            self._add(name, number, delivery.payload)

    def step(self, now: float, is_up: bool) -> None:
        """Ask for what is missing; give up what does not come."""
        self._now = now
        for name, one in tuple(self._coming.items()):
            if one.is_given_up(now):
                self._end(name, BlobLost(name, MISSING, one.missing))
            elif is_up and one.is_ask_due(now):
                self._coming[name] = one.asked(now)
                self._post(BlobAwaited(name, one.missing))

    def _add(self, name: str, number: int, piece: bytes) -> None:
        before = self._coming[name]
        after = self._coming[name] = before.add(number, piece, self._now)
        if after is before:
            self.refused["repeated" if number in before.gathered.pieces else "wrong"] += 1
        match after.whole():
            case None:
                return
            case Refused():
                self._end(name, BlobLost(name, WRONG))
            case data:
                self._end(name, BlobCame(name, data))

    def _end(self, name: str, told: BlobCame | BlobLost | None) -> None:
        sha256 = self._coming.pop(name).gathered.blob.sha256
        topic = self._topics.every_piece(sha256)
        if topic not in self.filters():
            self._leave(topic)
        if told is not None:
            self._post(told)

    def _unwanted(self, sha256: str) -> None:
        self.refused["unwanted"] += 1
        if self._now - self._left_at >= LEAVE_EVERY_S:
            self._left_at = self._now
            self._leave(self._topics.every_piece(sha256))
