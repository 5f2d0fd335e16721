"""The gate: what stands between the wire and the box, on the link's thread. It verifies, bounds, posts; and it seals.

Nothing here decides. What is signed wrong goes on as a Refused, so that it is counted and answered in one place.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from gongd.box.echoes import Echoes
from gongd.box.intake import Intake
from gongd.box.outbox import Outbox
from gongd.box.waiting_room import PER_SECOND, WaitingRoom
from gongd.core.command import Bare
from gongd.core.trust_list import TrustList, identify
from gongd.core.wire import MANNERS, Channel, FindKey, Topics, Verified
from gongd.core.wire_blob import Blob
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_event import EventBatch
from gongd.core.wire_form import from_json, to_json
from gongd.core.wire_name import Identity
from gongd.core.wire_refusal import Reason, Refused
from gongd.core.wire_report import Answer, Heartbeat
from gongd.ports_link import Delivery, Link, LinkLost, Parcel, Seals, Subscription

MOST_ANSWERS = 500
ANSWERS_AT_ONCE = 20
"""So many are under way. paho reads as many packets in one go as it has messages under way: with hundreds, a flood
would run past FULL."""

ReadTrust = Callable[[bytes, int], TrustList | None]
"""From a signed list and the number that is held to the list, if the root has signed it and it is newer; kept first."""


@dataclass(frozen=True, slots=True)
class OrderCame:
    """An order for this box, as it was verified. `delivery` is acknowledged once it is committed."""

    message: Verified | Bare | Refused
    retained: bool
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The broker has accepted the connection."""


@dataclass(frozen=True, slots=True)
class BeatCame:
    """A heartbeat of this box has come back."""

    boot: str
    beat: int


@dataclass(frozen=True, slots=True)
class TrustCame:
    """A newer list of trust is held."""

    trust: TrustList


@dataclass(frozen=True, slots=True)
class Names:
    """Who the box is on the wire, by its settings."""

    base: str
    commune: str
    box: str
    zones: tuple[str, ...]

    @property
    def topics(self) -> Topics:
        """The topics of its commune."""
        return Topics(self.base, self.commune)


@dataclass(frozen=True, slots=True)
class Inlets:
    """Where the gate puts what has come: the inbox. `sense` adds to a heartbeat what the machine feels."""

    post: Callable[[object], None]
    post_remote: Callable[[object], bool]
    sense: Callable[[Heartbeat], Heartbeat] = lambda beat: beat


class Gate:
    """The port `Ear`. `seals` None: the broker's word is enough (`trust.require: broker`)."""

    def __init__(
        self, names: Names, seals: Seals | None, trust: TrustList | None, read_trust: ReadTrust, inlets: Inlets
    ) -> None:
        self._names, self._topics = names, names.topics
        self._seals, self._trust, self._read_trust = seals, trust, read_trust
        self._inlets = inlets
        self._waiting = WaitingRoom()
        self._answers: deque[Answer] = deque(maxlen=MOST_ANSWERS)
        self._answers_out = 0
        self._is_up = self._is_shut = False
        self._trust_seen = b""
        self.dropped = 0
        self.intake = Intake(self._topics, self._post, lambda topic: self.link.hear(Subscription(topic)), self._leave)
        self.echoes = Echoes(self._topics, seals, lambda: self._trust, self._post_remote, lambda: self.link)
        self.link: Link
        self.outbox: Outbox

    def identity(self) -> Identity:
        """Who the box is, by its settings and by the list."""
        names, x = self._names, self._seals.x if self._seals else None
        return identify(names.commune, names.box, names.zones, x, self._trust)

    @property
    def topics(self) -> Topics:
        """The topics of its commune."""
        return self._topics

    @property
    def is_bare(self) -> bool:
        """Is the broker's word enough?"""
        return self._seals is None

    @property
    def is_full(self) -> bool:
        """Must the network wait?"""
        return self._waiting.is_full

    def shut(self) -> None:
        """Nothing of this line reaches the box any more: another has taken its place, and must not hear of its end."""
        self._is_shut = True

    def _post(self, event: object) -> None:
        if not self._is_shut:
            self._inlets.post(event)

    def _post_remote(self, event: object) -> bool:
        return self._is_shut or self._inlets.post_remote(event)

    # ── The ear ──────────────────────────────────────────────────────────────────────────────────────────────────

    def subscriptions(self) -> Sequence[Subscription]:
        """Orders (never kept ones), its own heartbeat, the list of trust, its neighbours' calls."""
        me, topics, box = self.identity(), self._topics, self._names.box
        orders = [topics.command(box), topics.all_command(), *map(topics.zone_command, sorted(me.zones))]
        own = self._trust.box_of(me) if self._trust else None
        calls = [topics.box(neighbour, Channel.CALL) for neighbour in (own.neighbours if own else ())]
        heartbeat = Subscription(topics.box(box, Channel.HEARTBEAT), 0)
        trust = () if self.is_bare else (Subscription(topics.trust(), 1, kept=True),)
        firm = map(Subscription, (*orders, *calls, *self.intake.filters()))
        return (*firm, heartbeat, *trust, *self.echoes.subscriptions())

    def up(self, session: int) -> None:
        """The box says who it is and what stands."""
        self._is_up = True
        self._post(LinkUp())

    def lost(self, lost: LinkLost) -> None:
        """What has not been looked at will come again."""
        self._is_up = False
        self._waiting.clear()
        self.outbox.lost()
        self._post(lost)

    def came(self, delivery: Delivery) -> None:
        """A heartbeat or a piece is looked at right away, all else in its turn."""
        topic = self._topics.parse(delivery.topic)
        if topic is not None and topic.channel is Channel.HEARTBEAT:
            self._heartbeat(delivery)
        elif topic is not None and topic.channel is Channel.BLOB:
            self.intake.take(topic, delivery)
            self.link.acknowledge(delivery)
        elif topic is not None and topic.channel in (Channel.ANSWER, Channel.CHALLENGE):
            self.echoes.came(delivery)
        elif not self._waiting.put(delivery, topic is not None and topic.channel is Channel.CALL):
            self._let_go(delivery)

    def step(self, now: float) -> float:
        """Look at what has come, as fast as is allowed; send what is to go."""
        self._waiting.fill(now)
        while (delivery := self._waiting.next()) is not None and self._look_at(delivery):
            self._waiting.done()
        self.intake.step(now, self._is_up)
        self.echoes.step(now)
        if not self._is_up:
            return 1.0
        self._send_answers()
        waits = not self._waiting.is_empty or self.echoes.is_waiting
        return min(self.outbox.step(now), 1.0 / PER_SECOND if waits else 1.0)

    def _let_go(self, delivery: Delivery) -> None:
        """There is no room. It is acknowledged, for it would come again with every connection, and all the rest behind
        it: whoever means it gives it again until it is answered."""
        self.dropped += 1
        self.link.acknowledge(delivery)

    # ── In ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _heartbeat(self, delivery: Delivery) -> None:
        body = from_json(Heartbeat, delivery.payload)
        if isinstance(body, Heartbeat):
            self._post(BeatCame(body.boot, body.beat))

    def _look_at(self, delivery: Delivery) -> bool:
        """False when there is no room for it yet."""
        topic = self._topics.parse(delivery.topic)
        match topic.channel if topic else None:
            case Channel.COMMAND | Channel.CALL as channel:
                return self._post_remote(OrderCame(self._opened(delivery, channel), delivery.retained, delivery))
            case Channel.TRUST:
                self._take_trust(delivery)
            case _:
                self.link.acknowledge(delivery)
        return True

    def _opened(self, delivery: Delivery, channel: Channel) -> Verified | Bare | Refused:
        seal = MANNERS[channel].seal
        if self._seals is None or seal is None:
            return Bare(delivery.payload)
        return self._seals.verify(delivery.payload, self._find_key(), seal)

    def _find_key(self) -> FindKey:
        if self._trust is None:
            return lambda kid: Refused(Reason.UNKNOWN_KEY, f"{kid}: no list of trust is held")
        return self._trust.find_key

    def _take_trust(self, delivery: Delivery) -> None:
        """The held list comes again with every connection: it is known by its digest, and not read again."""
        digest = sha256(delivery.payload).digest()
        if digest == self._trust_seen:
            self.link.acknowledge(delivery)
            return
        self._trust_seen, before = digest, self._trust
        found = self._read_trust(delivery.payload, before.number if before else 0)
        self.link.acknowledge(delivery)
        if found is None:
            return
        heard = self.subscriptions()
        self._trust = found
        self._post(TrustCame(found))
        if self.subscriptions() != heard:
            self.link.rebuild("other zones or neighbours")

    # ── Out: from any thread ─────────────────────────────────────────────────────────────────────────────────────

    def tell(self, channel: Channel, body: Any) -> None:
        """Say it now, or not at all: what stands is said again with every connection."""
        self.link.call(lambda: self._publish(channel, body))

    def gather(self, identity: str, blob: Blob) -> None:
        """An accepted order waits for this blob."""
        self.link.call(lambda: self.intake.want(identity, blob))

    def let_go(self, identity: str) -> None:
        """It waits no more."""
        self.link.call(lambda: self.intake.let_go(identity))

    def order(self, topic: str, claims: CommandClaims) -> None:
        """Give an order to others, now or not at all: whoever gives it sees to it that it is given again."""
        self.link.call(lambda: self.link.publish(replace(self.parcel(Channel.COMMAND, claims), topic=topic)))

    def _leave(self, topic: str) -> None:
        self.link.leave(topic)

    def take_back(self, channel: Channel) -> None:
        """What was retained holds no more."""
        topic = self._topics.box(self._names.box, channel)
        self.link.call(lambda: self.link.publish(Parcel(topic, b"", 1, True)))

    def answer(self, answer: Answer) -> None:
        """Say it, however long it takes."""
        self.link.call(lambda: self._answers.append(answer))

    def parcel(self, channel: Channel, body: Any, settled: Callable[[bool], None] | None = None) -> Parcel:
        """A body as it goes out: spelt, and sealed where it must be."""
        manner = MANNERS[channel]
        payload = to_json(body)
        if manner.seal is not None and self._seals is not None:
            payload = self._seals.sign(payload, manner.seal)
        return Parcel(self._topics.box(self._names.box, channel), payload, manner.qos, manner.retained, settled)

    def send_events(self, batch: EventBatch, settled: Callable[[bool], None]) -> None:
        """The outbox's way out."""
        self._publish(Channel.EVENT, batch, settled)

    def _publish(self, channel: Channel, body: Any, settled: Callable[[bool], None] | None = None) -> None:
        felt = self._inlets.sense(body) if isinstance(body, Heartbeat) else body
        self.link.publish(self.parcel(channel, felt, settled))

    def _send_answers(self) -> None:
        for _ in range(min(len(self._answers), ANSWERS_AT_ONCE - self._answers_out)):
            answer = self._answers.popleft()
            self._answers_out += 1
            self._publish(Channel.ANSWER, answer, self._or_again(answer))

    def _or_again(self, answer: Answer) -> Callable[[bool], None]:
        def settled(sent: bool) -> None:
            self._answers_out -= 1
            if not sent:
                self._answers.append(answer)

        return settled
