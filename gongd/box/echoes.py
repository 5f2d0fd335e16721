"""The echoes: what other boxes answer to this box's own orders, and their challenges. On the link's thread.

They are subscribed to only while an order is under way: other villages' answers are nobody's business, and cost money.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gongd.core.trust_list import TrustList
from gongd.core.wire import MANNERS, Channel, Topics, Verified, only
from gongd.core.wire_form import from_json
from gongd.core.wire_report import Answer, ChallengeNote
from gongd.ports_link import Delivery, Link, Seals, Subscription

PER_SECOND = 50.0
"""Signatures of answers that are looked at in a second: a panel hears a whole commune begin to sound."""
MOST_WAITING = 512
LEAVE_EVERY_S = 5.0
"""A subscription that an earlier start has left is given up at most so often, whoever floods."""

_BODIES = {Channel.ANSWER: Answer, Channel.CHALLENGE: ChallengeNote}


@dataclass(frozen=True, slots=True)
class EchoCame:
    """A box has answered an order of this one (perhaps), or has a new challenge; None takes the challenge back."""

    box: str
    word: Answer | ChallengeNote | None


class Echoes:
    """`trust` is the list in force, `seals` None where the broker's word is enough."""

    def __init__(
        self,
        topics: Topics,
        seals: Seals | None,
        trust: Callable[[], TrustList | None],
        post: Callable[[object], bool],
        link: Callable[[], Link],
    ) -> None:
        self._topics, self._seals, self._trust = topics, seals, trust
        self._post, self._link = post, link
        self._wanted: tuple[str, ...] = ()
        self._waiting: deque[Delivery] = deque(maxlen=MOST_WAITING)
        self._tokens, self._filled_at, self._left_at = PER_SECOND, 0.0, float("-inf")

    @property
    def is_waiting(self) -> bool:
        """Is something to be looked at?"""
        return bool(self._waiting)

    def subscriptions(self) -> Sequence[Subscription]:
        """What must be subscribed to."""
        return tuple(map(_subscription, self._wanted))

    def want(self, filters: tuple[str, ...]) -> None:
        """From now on these topics are to be heard."""
        before, self._wanted = self._wanted, filters
        for topic in set(filters) - set(before):
            self._link().hear(_subscription(topic))
        for topic in set(before) - set(filters):
            self._link().leave(topic)

    def came(self, delivery: Delivery) -> None:
        """One message of another box."""
        if self._wanted:
            self._waiting.append(delivery)
        elif self._filled_at - self._left_at >= LEAVE_EVERY_S:
            self._left_at = self._filled_at
            for topic in (delivery.topic, *map(self._topics.every_box, _BODIES)):
                self._link().leave(topic)

    def step(self, now: float) -> None:
        """Look at what has come, as fast as is allowed."""
        self._tokens = min(PER_SECOND, self._tokens + (now - self._filled_at) * PER_SECOND)
        self._filled_at = now
        while self._waiting and self._tokens >= 1:
            self._tokens -= 1
            came = self._opened(self._waiting[0])
            if came is not None and not self._post(came):
                return
            self._waiting.popleft()

    def _opened(self, delivery: Delivery) -> EchoCame | None:
        """What that very box has said; None for anything else."""
        topic = self._topics.parse(delivery.topic)
        if topic is None or topic.at is None or topic.channel not in _BODIES:
            return None
        box = topic.at.name
        if topic.channel is Channel.CHALLENGE and not delivery.payload:
            return EchoCame(box, None)
        payload = self._verified(delivery.payload, box, topic.channel)
        word = None if payload is None else from_json(_BODIES[topic.channel], payload)
        return EchoCame(box, word) if isinstance(word, Answer | ChallengeNote) and word.box == box else None

    def _verified(self, body: bytes, box: str, channel: Channel) -> bytes | None:
        seal = MANNERS[channel].seal
        if self._seals is None or seal is None:
            return body
        trust = self._trust()
        listed = trust.box(box) if trust else None
        if trust is None or listed is None or listed.kid in trust.revoked:
            return None
        found = self._seals.verify(body, only(listed.x), seal)
        return found.payload if isinstance(found, Verified) else None


def _subscription(topic: str) -> Subscription:
    """What was answered while nobody listened is answered again; the challenge that stands is wanted at once."""
    return Subscription(topic, 0, kept=topic.endswith(f"/{Channel.CHALLENGE}"))
