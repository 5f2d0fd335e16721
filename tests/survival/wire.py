"""The wire of a box that is driven by hand: a broker that keeps a session as MQTT 5 has it, and the box's end of it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from gongd.adapters import jose
from gongd.box.gate import Gate
from gongd.core.wire import Channel, Seal, Topics, Verified, only
from gongd.core.wire_event import Event, EventBatch
from gongd.core.wire_form import from_json
from gongd.core.wire_report import Answer, Step
from gongd.ports_link import Delivery, Parcel, Subscription
from tests.survival.fate import Fate

BASE, COMMUNE, BOX = "gong", "nguyet-an", "thon-3"
TOPICS = Topics(BASE, COMMUNE)


@dataclass
class HandBroker:
    """Orders stay until they are acknowledged, and come again with every connection. What the box says is kept."""

    orders: list[bytes] = field(default_factory=list)
    heard: list[Parcel] = field(default_factory=list)
    line: "HandLink | None" = None
    sessions: int = 0

    def give(self, order: bytes) -> None:
        """The desk publishes an order."""
        self.orders.append(order)
        if self.line is not None:
            self.line.deliver(len(self.orders))

    def connect(self, line: "HandLink") -> None:
        """The box is there: everything that it has not acknowledged comes again."""
        self.sessions += 1
        self.line = line
        for number in range(1, len(self.orders) + 1):
            if self.orders[number - 1]:
                line.deliver(number)

    def forget(self, number: int) -> None:
        """The box has acknowledged it."""
        self.orders[number - 1] = b""

    @property
    def is_settled(self) -> bool:
        """Has the box acknowledged everything?"""
        return not any(self.orders)


@dataclass
class Ears:
    """What the desk understands of what the box has said, each signature proved."""

    broker: HandBroker
    x: str

    def _opened(self, channel: Channel, seal: Seal) -> list[bytes]:
        topic = TOPICS.box(BOX, channel)
        bodies = [parcel.payload for parcel in self.broker.heard if parcel.topic == topic]
        found = [jose.verify(body, only(self.x), seal, 256 * 1024) for body in bodies]
        assert all(isinstance(each, Verified) for each in found)
        return [each.payload for each in found if isinstance(each, Verified)]

    def answers(self, jti: str) -> list[Answer]:
        """Everything that was answered about an order, copies once."""
        found = [from_json(Answer, body) for body in self._opened(Channel.ANSWER, Seal.ANSWER)]
        told = [answer for answer in found if isinstance(answer, Answer) and answer.jti == jti]
        return [answer for place, answer in enumerate(told) if answer not in told[:place]]

    def steps(self, jti: str) -> list[Step]:
        """The steps of an order, without the stored answers to copies."""
        return [answer.step for answer in self.answers(jti) if not answer.detail.get("repeated")]

    def events(self) -> dict[tuple[str, int], Event]:
        """Every record that a desk has, by its key."""
        kept: dict[tuple[str, int], Event] = {}
        for body in self._opened(Channel.EVENT, Seal.EVENT):
            batch = from_json(EventBatch, body, 256 * 1024)
            assert isinstance(batch, EventBatch)
            kept |= {(batch.journal, event.number): event for event in batch.events}
        return kept


class HandLink:
    """The port `Link`: what is asked of its thread is done when the test says so."""

    def __init__(self, broker: HandBroker, gate: Gate, fate: Fate) -> None:
        self._broker, self._gate, self._fate = broker, gate, fate
        self._jobs: deque[Callable[[], None]] = deque()
        self._up = False
        self.is_away = False

    def deliver(self, number: int) -> None:
        """The broker sends an order."""
        self.call(lambda: self._came(number))

    def _came(self, number: int) -> None:
        self._fate.step("delivered")
        topic = TOPICS.command(BOX)
        self._gate.came(Delivery(topic, self._broker.orders[number - 1], False, self._broker.sessions, number))

    def turn(self, now: float) -> bool:
        """One round of the link's thread; has anything been done?"""
        if not self._up and not self.is_away:
            self._up = True
            self._gate.subscriptions()
            self._gate.up(self._broker.sessions + 1)
            self._broker.connect(self)
        count = len(self._jobs)
        for _ in range(count):
            self._jobs.popleft()()
        self._gate.step(now)
        return bool(count or self._jobs)

    def call(self, job: Callable[[], None]) -> None:
        """Have it done on the link's thread."""
        self._jobs.append(job)

    def publish(self, parcel: Parcel) -> None:
        """To the broker, which has it at once and says so a moment later."""
        self._fate.step(f"publish {parcel.topic.rpartition('/')[2]}")
        self._broker.heard.append(parcel)
        settled = parcel.settled
        if settled is not None:
            self.call(lambda: settled(True))

    def acknowledge(self, delivery: Delivery) -> None:
        """PUBACK."""
        self.call(lambda: self._acknowledge(delivery))

    def _acknowledge(self, delivery: Delivery) -> None:
        if delivery.session == self._broker.sessions:
            self._fate.step("puback")
            self._broker.forget(delivery.number)

    def hear(self, asked: Subscription) -> None:
        """Everything of this box is heard."""

    def leave(self, topic: str) -> None:
        """And goes on being heard."""

    def check_times(self, check: bool) -> None:
        """No certificates here."""

    def rebuild(self, why: str) -> None:
        """No connection that could be silent."""

    def close(self, farewell: Parcel, within_s: float) -> None:
        """Say farewell."""
        self.publish(farewell)
        self._broker.line = None
