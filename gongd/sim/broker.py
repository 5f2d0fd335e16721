"""A broker and the network to it, in memory: sessions, QoS 1, retained messages, wills; and all that goes wrong there.

MQTT's own bytes are left out: the product's client and Mosquitto meet in the tests of `tests/link`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from gongd.core.wire import WILL_DELAY_S
from gongd.ports_link import Parcel, Subscription
from gongd.sim.chance import Chance
from gongd.sim.clockwork import Clockwork


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way to one client."""

    topic: str
    payload: bytes
    qos: int
    retained: bool = False


class Client(Protocol):
    """Who is connected. `name` is its client id; `keeps`: its session outlives the connection."""

    @property
    def name(self) -> str: ...
    @property
    def keeps(self) -> bool: ...
    @property
    def will(self) -> Parcel | None: ...
    def came(self, letter: Letter, number: int) -> None: ...
    def lost(self) -> None: ...


@dataclass(slots=True)
class Session:
    """What the broker knows of one client. `connection` counts; 0 means that there is none now."""

    filters: dict[str, Subscription] = field(default_factory=dict)
    client: Client | None = None
    connection: int = 0
    waiting: dict[int, Letter] = field(default_factory=dict)
    count: int = 0
    free_at: float = 0.0


@lru_cache(maxsize=4096)
def matches(pattern: str, topic: str) -> bool:
    """Does a filter with `+` cover a topic?"""
    want, have = pattern.split("/"), topic.split("/")
    if want[-1:] == ["#"]:
        want, have = want[:-1], have[: len(want) - 1]
    return len(want) == len(have) and all(one in ("+", other) for one, other in zip(want, have, strict=True))


@dataclass(slots=True)
class Broker:
    """Faults: `is_up`, `cut` (clients that cannot reach it), `slow`, `doubles`, `shuffles`."""

    world: Clockwork
    chance: Chance
    is_up: bool = True
    cut: set[str] = field(default_factory=set)
    slow: bool = False
    doubles: bool = False
    shuffles: bool = False
    overheard: Callable[[str, Letter], None] = lambda _name, _letter: None
    _sessions: dict[str, Session] = field(default_factory=dict)
    _retained: dict[str, bytes] = field(default_factory=dict)
    _readers: dict[str, list[tuple[Session, Subscription]]] = field(default_factory=dict)
    """Who hears a topic, in the order of their names; looked up once, until somebody subscribes or leaves."""

    def reaches(self, name: str) -> bool:
        """Can this client be heard here, and hear?"""
        return self.is_up and name not in self.cut

    def is_connected(self, name: str) -> bool:
        """Is there a connection?"""
        session = self._sessions.get(name)
        return session is not None and session.client is not None

    # ── Connections ──────────────────────────────────────────────────────────────────────────────────────────────

    def connect(self, client: Client, filters: Sequence[Subscription]) -> int:
        """Accept a connection and its subscriptions; its number, 0 when nobody answers."""
        if not self.reaches(client.name):
            return 0
        session = self._sessions.setdefault(client.name, Session())
        if session.client is not None and session.client is not client:
            session.client.lost()
        if not client.keeps:
            session.waiting.clear()
        session.client, session.connection = client, session.connection + 1
        session.filters = {}
        self._readers.clear()
        for number, letter in list(session.waiting.items()):
            self._send(session, number, letter)
        for wanted in filters:
            self.subscribe(client.name, wanted)
        return session.connection

    def subscribe(self, name: str, wanted: Subscription) -> None:
        """Hear this topic, too."""
        session = self._sessions[name]
        session.filters[wanted.topic] = wanted
        self._readers.clear()
        for topic, payload in sorted(self._retained.items()) if wanted.kept else ():
            if matches(wanted.topic, topic):
                self._route(session, wanted, Letter(topic, payload, 1, retained=True))

    def unsubscribe(self, name: str, topic: str) -> None:
        """Not any more."""
        self._sessions[name].filters.pop(topic, None)
        self._readers.clear()

    def leave(self, name: str) -> None:
        """A farewell: no will."""
        session = self._sessions.get(name)
        if session is not None and session.client is not None and not session.client.keeps:
            del self._sessions[name]
            self._readers.clear()
        elif session is not None:
            session.client = None

    def drop(self, name: str) -> None:
        """A connection breaks. Its will is spoken, unless it is back in time."""
        session = self._sessions.get(name)
        if session is None or session.client is None:
            return
        client, session.client = session.client, None
        connection, will = session.connection, client.will

        def speak() -> None:
            if will is not None and self.is_up and session.connection == connection:
                self._deliver(will.topic, will.payload, will.qos, will.retained)

        self.world.after(WILL_DELAY_S, speak)
        client.lost()

    def fail(self) -> None:
        """It dies: every connection breaks."""
        self.is_up = False
        for name in sorted(self._sessions):
            self.drop(name)

    def forget(self) -> None:
        """Its store is lost."""
        self._sessions.clear()
        self._retained.clear()
        self._readers.clear()

    # ── Messages ─────────────────────────────────────────────────────────────────────────────────────────────────

    def publish(self, name: str, parcel: Parcel) -> bool:
        """Take one; False when it never arrives."""
        if not self.reaches(name) or not self.is_connected(name):
            return False
        self.overheard(name, Letter(parcel.topic, parcel.payload, parcel.qos, parcel.retained))
        self._deliver(parcel.topic, parcel.payload, parcel.qos, parcel.retained)
        return True

    def inject(self, letter: Letter, to: str) -> None:
        """Somebody at the broker itself puts a message before one client."""
        session = self._sessions.get(to)
        if session is not None and session.client is not None:
            self._route(session, Subscription(letter.topic, letter.qos), letter)

    def acknowledge(self, name: str, number: int) -> None:
        """PUBACK of a client."""
        session = self._sessions.get(name)
        if session is not None and self.reaches(name):
            session.waiting.pop(number, None)

    def latency_s(self) -> float:
        """How long a message takes now."""
        return self.chance.between(2.0, 25.0) if self.slow else self.chance.between(0.05, 0.3)

    def _deliver(self, topic: str, payload: bytes, qos: int, retained: bool) -> None:
        if retained:
            self._retained.pop(topic, None)
            if payload:
                self._retained[topic] = payload
        letter = Letter(topic, payload, qos)
        if topic not in self._readers:
            self._readers[topic] = list(self._find_readers(topic))
        for session, wanted in self._readers[topic]:
            self._route(session, wanted, letter)

    def _find_readers(self, topic: str) -> Iterator[tuple[Session, Subscription]]:
        for name in sorted(self._sessions):
            session = self._sessions[name]
            wanted = next((one for one in session.filters.values() if matches(one.topic, topic)), None)
            if wanted is not None:
                yield session, wanted

    def _route(self, session: Session, wanted: Subscription, letter: Letter) -> None:
        qos = min(wanted.qos, letter.qos)
        number = 0
        if qos:
            session.count += 1
            number = session.count
            session.waiting[number] = letter
        copies = 2 if self.doubles and qos and self.chance.happens(0.5) else 1
        for _ in range(copies):
            self._send(session, number, letter)

    def _send(self, session: Session, number: int, letter: Letter) -> None:
        client, connection = session.client, session.connection
        if client is None:
            return
        arrives_at = self.world.now + self.latency_s()
        if self.shuffles:
            arrives_at += self.chance.between(0.0, 10.0)
        else:
            arrives_at = session.free_at = max(arrives_at, session.free_at)

        def arrive() -> None:
            if session.client is client and session.connection == connection and self.reaches(client.name):
                client.came(letter, number)

        self.world.at(arrives_at, arrive)
