"""The door to the desk: what a link must be able to do, and what it speaks to. Protocols and values only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gongd.core.wire import FindKey, Seal, Verified
from gongd.core.wire_refusal import Refused
from gongd.core.words import Text


class Seals(Protocol):
    """The box's own signature, and everybody else's. Any thread may call; nothing raises, whatever the bytes."""

    @property
    def x(self) -> str:
        """The box's public key."""
        ...

    def sign(self, payload: bytes, seal: Seal) -> bytes:
        """Sign as the box."""
        ...

    def verify(self, token: bytes, find: FindKey, seal: Seal) -> Verified | Refused:
        """What somebody has signed."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message from the broker. `session` and `number` are for `Link.acknowledge`; `number` 0 needs none."""

    topic: str
    payload: bytes
    retained: bool
    session: int
    number: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for the broker. `settled` hears, on the link's thread, whether the broker has it (QoS 1)."""

    topic: str
    payload: bytes
    qos: int = 0
    retained: bool = False
    settled: Callable[[bool], None] | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A filter that is asked for. `kept`: what the broker has retained is wanted, too."""

    topic: str
    qos: int = 1
    kept: bool = False


@dataclass(frozen=True, slots=True)
class LinkLost:
    """There is no connection, or no more. `fault` is `link-down`, `broker-refused` or `id-taken`."""

    fault: str
    text: Text


class Ear(Protocol):
    """What a link speaks to, on its own thread."""

    @property
    def is_full(self) -> bool:
        """Is there no room for more messages now? Then the network waits."""
        ...

    def subscriptions(self) -> Sequence[Subscription]:
        """What is to be heard."""
        ...

    def up(self, session: int) -> None:
        """The broker has accepted the connection, and everything is subscribed."""
        ...

    def lost(self, lost: LinkLost) -> None:
        """No connection; it is tried again without end."""
        ...

    def came(self, delivery: Delivery) -> None:
        """A message."""
        ...

    def step(self, now: float) -> float:
        """Do what is due; how many seconds until there is something to do again. `now` is monotonic."""
        ...


class Link(Protocol):
    """The connection to the broker, kept up by its own thread. No call blocks or raises; any thread may call."""

    def call(self, job: Callable[[], None]) -> None:
        """Have it done on the link's thread."""
        ...

    def publish(self, parcel: Parcel) -> None:
        """Send. Only on the link's thread. Without a connection it is settled as not sent."""
        ...

    def hear(self, asked: Subscription) -> None:
        """Subscribe to one more topic. Only on the link's thread; without a connection the next one asks the ear."""
        ...

    def leave(self, topic: str) -> None:
        """Subscribe to it no more. Only on the link's thread."""
        ...

    def acknowledge(self, delivery: Delivery) -> None:
        """The broker may forget this message."""
        ...

    def check_times(self, check: bool) -> None:
        """Can certificates be judged by the clock? What was connected without is connected anew."""
        ...

    def rebuild(self, why: str) -> None:
        """Drop the connection and make a new one."""
        ...

    def close(self, farewell: Parcel, within_s: float) -> None:
        """Say farewell, so that the will is not spoken, and end; waits at most `within_s`."""
        ...
