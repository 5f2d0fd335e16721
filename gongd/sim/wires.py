"""The ends of the wire: a box's `Link`, and the desk's, both to the broker in memory."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gongd.core.wire import Channel
from gongd.core.words import Text
from gongd.desk.link import Down, Message, Posted, Up
from gongd.ports_link import Delivery, Ear, LinkLost, Parcel, Subscription
from gongd.sim.broker import Broker, Letter
from gongd.sim.chance import Chance
from gongd.sim.clockwork import Clockwork

GONE = Text("mất kết nối", "the connection is gone")
NOTICED_S = (5.0, 70.0)
"""So long until a cable that was cut is noticed: the keepalive."""
PAUSE_S = (1.0, 15.0)
"""So long until a connection is tried again."""
HEARTBEAT = f"/{Channel.HEARTBEAT}"
CALM_S = 1.0
"""What the ear answers when nothing is urgent."""


@dataclass(slots=True)
class Wire:
    """What both ends share: connecting, losing, coming back. `changed` is told whenever there is something to do."""

    world: Clockwork
    broker: Broker
    name: str
    chance: Chance
    changed: Callable[[], None]
    keeps: bool = True
    will: Parcel | None = None
    session: int = 0
    closed: bool = False
    _trying: bool = False

    def filters(self) -> Sequence[Subscription]:
        """What is to be heard."""
        raise NotImplementedError

    def came(self, letter: Letter, number: int) -> None:
        """A message."""
        raise NotImplementedError

    def up(self) -> None:
        """Connected."""
        raise NotImplementedError

    def down(self) -> None:
        """Not any more."""
        raise NotImplementedError

    def start(self) -> None:
        """Connect soon."""
        self.try_again(self.chance.between(0.2, 1.0))

    def try_again(self, after_s: float | None = None) -> None:
        """Connect after a pause, if anybody is there by then."""
        if self._trying or self.closed or self.session:
            return
        self._trying = True
        self.world.after(self.chance.between(*PAUSE_S) if after_s is None else after_s, self._try)

    def _try(self) -> None:
        self._trying = False
        if self.closed or self.session:
            return
        self.session = self.broker.connect(self, self.filters())
        if self.session:
            self.up()
            self.changed()

    def lost(self) -> None:
        """The connection has broken."""
        if self.session:
            self.session = 0
            self.down()
            self.changed()
            self.try_again()

    def end(self) -> None:
        """The process is gone: the broker notices by itself."""
        self.closed, self.session = True, 0
        self.broker.drop(self.name)


@dataclass(slots=True)
class BoxLink(Wire):
    """The port `Link` of a box."""

    ear: Ear | None = None
    mono: Callable[[], float] = float
    is_gathering: Callable[[], bool] = bool
    """Does it wait for pieces of a file? Then its turns come as the product's own link takes them."""
    heard_beat: Callable[[bytes], None] = lambda _beat: None
    """Its own heartbeat has come back."""
    _jobs: deque[Callable[[], None]] = field(default_factory=deque)
    _unsettled: list[Parcel] = field(default_factory=list)

    # ── The port ─────────────────────────────────────────────────────────────────────────────────────────────────

    def call(self, job: Callable[[], None]) -> None:
        """Done at the link's next turn."""
        self._jobs.append(job)
        self.changed()

    def publish(self, parcel: Parcel) -> None:
        """Send; settled when the broker's word is back."""
        sent = bool(self.session) and self.broker.publish(self.name, parcel)
        if not self.session and parcel.settled is not None:
            parcel.settled(False)
        elif parcel.settled is not None:
            self._unsettled.append(parcel)
            if sent:
                self.world.after(self.broker.latency_s(), lambda: self._settle(parcel))

    def _settle(self, parcel: Parcel) -> None:
        if parcel in self._unsettled and parcel.settled is not None and self.broker.reaches(self.name):
            self._unsettled.remove(parcel)
            parcel.settled(True)
            self.changed()

    def acknowledge(self, delivery: Delivery) -> None:
        """PUBACK."""
        if delivery.session == self.session:
            self.broker.acknowledge(self.name, delivery.number)

    def check_times(self, check: bool) -> None:
        """There are no certificates here."""

    def rebuild(self, why: str) -> None:
        """Drop it and connect anew."""
        self.call(lambda: self.broker.drop(self.name) if self.session else None)

    def hear(self, subscription: Subscription) -> None:
        """Subscribe in the middle."""
        if self.session:
            self.broker.subscribe(self.name, subscription)

    def leave(self, topic: str) -> None:
        """And no more."""
        if self.session:
            self.broker.unsubscribe(self.name, topic)

    def close(self, farewell: Parcel, within_s: float) -> None:
        """Say farewell, and end."""
        if self.session:
            self.broker.publish(self.name, farewell)
            self.broker.leave(self.name)
        self.closed, self.session = True, 0

    # ── The wire ─────────────────────────────────────────────────────────────────────────────────────────────────

    def filters(self) -> Sequence[Subscription]:
        """What the gate wants to hear."""
        assert self.ear is not None
        return self.ear.subscriptions()

    def came(self, letter: Letter, number: int) -> None:
        """A message."""
        assert self.ear is not None
        self.ear.came(Delivery(letter.topic, letter.payload, letter.retained, self.session, number))
        if letter.topic.endswith(HEARTBEAT):
            self.heard_beat(letter.payload)
        self.changed()

    def up(self) -> None:
        """Connected."""
        assert self.ear is not None
        self.ear.up(self.session)

    def down(self) -> None:
        """What was under way is not sent."""
        assert self.ear is not None
        unsettled, self._unsettled = self._unsettled, []
        for parcel in unsettled:
            if parcel.settled is not None:
                parcel.settled(False)
        self.ear.lost(LinkLost("link-down", GONE))

    def work(self) -> float | None:
        """The link's turn; how soon it wants another, None when nothing is urgent."""
        assert self.ear is not None
        wait_s = CALM_S
        while True:
            for _ in range(len(self._jobs)):
                self._jobs.popleft()()
            wait_s = self.ear.step(self.mono())
            if not self._jobs:
                return wait_s if wait_s < CALM_S or self.is_gathering() else None


@dataclass(slots=True)
class DeskLink(Wire):
    """What the collector and the sender take for their link."""

    wanted: Sequence[tuple[str, int]] = ()
    swallows: str = ""
    """What goes to a topic that ends so is lost on its way."""
    _posted: deque[Posted] = field(default_factory=deque)

    def take(self, wait_s: float) -> Posted | None:
        """The next thing that has come."""
        del wait_s
        return self._posted.popleft() if self._posted else None

    def acknowledge(self, message: Message) -> None:
        """It is safe with us."""
        if message.qos:
            self.broker.acknowledge(self.name, message.number)

    def send(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> bool:
        """Give it to the broker."""
        if not self.session:
            return False
        if not self.swallows or not topic.endswith(self.swallows):
            self.broker.publish(self.name, Parcel(topic, payload, qos, retain))
        return True

    @property
    def is_up(self) -> bool:
        """As far as is known."""
        return bool(self.session)

    def filters(self) -> Sequence[Subscription]:
        """What the desk hears of every box."""
        return [Subscription(topic, qos, kept=True) for topic, qos in self.wanted]

    def came(self, letter: Letter, number: int) -> None:
        """A message."""
        self._posted.append(Message(letter.topic, letter.payload, letter.retained, number, letter.qos, self.world.wall))
        self.changed()

    def up(self) -> None:
        """Connected."""
        self._posted.append(Up())

    def down(self) -> None:
        """Not any more."""
        self._posted.append(Down(GONE.en))
