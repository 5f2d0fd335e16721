"""Keys and trust of the virtual commune: real Ed25519, from the seed; and a box's line, as `gongd.line` joins it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from gongd.adapters import jose
from gongd.adapters.jose import PrivateKey
from gongd.box.gate import Gate, Inlets, Names
from gongd.box.heart import Self
from gongd.box.link import Line
from gongd.box.parts import Parts
from gongd.core.trust_list import ListedBox, TrustList, everything
from gongd.core.wire import Channel, FindKey, Seal, Verified
from gongd.core.wire_command import CommandType
from gongd.core.wire_form import LARGEST_MESSAGE, to_json
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Connection, Presence
from gongd.line import TrustShelf
from gongd.ports_link import Parcel
from gongd.sim import furniture
from gongd.sim.broker import Broker
from gongd.sim.cabinet import Cabinet
from gongd.sim.clockwork import Clockwork
from gongd.sim.wires import BoxLink

MOST_REMEMBERED = 4096


def key_of(seed: int, name: str) -> PrivateKey:
    """The key of somebody in the commune of this seed."""
    return jose.from_seed(hashlib.sha256(f"{seed}/key/{name}".encode()).digest())


@dataclass(slots=True)
class Verifier:
    """`jose.verify`, which looks at the same bytes once: an order that goes to five boxes is one multiplication.

    What a box has signed itself is known to be its own, once the first that it has signed under that seal has been
    verified in full. Orders, and whatever else comes, always are.
    """

    _known: dict[tuple[bytes, Seal], tuple[str, Verified]] = field(default_factory=dict)
    _proven: set[tuple[str, Seal]] = field(default_factory=set)

    def verify(self, token: bytes, find: FindKey, seal: Seal, most: int = LARGEST_MESSAGE) -> Verified | Refused:
        """As `jose.verify`."""
        known = self._known.get((token, seal))
        if known is not None and len(token) <= most and find(known[1].kid) == known[0]:
            return known[1]
        opened = jose.verify(token, find, seal, most)
        if isinstance(opened, Verified):
            x = find(opened.kid)
            if isinstance(x, str):
                self._proven.add((x, seal))
                self._remember(token, seal, x, opened)
        return opened

    def made(self, token: bytes, seal: Seal, key: PrivateKey, payload: bytes) -> None:
        """A box has signed this, just now."""
        if (key.x, seal) in self._proven:
            self._remember(token, seal, key.x, Verified(key.kid, payload))

    def _remember(self, token: bytes, seal: Seal, x: str, opened: Verified) -> None:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[token, seal] = (x, opened)


@dataclass(frozen=True, slots=True)
class BoxSeals:
    """The port `Seals`."""

    key: PrivateKey
    verifier: Verifier

    @property
    def x(self) -> str:
        """The public half."""
        return self.key.x

    def sign(self, payload: bytes, seal: Seal) -> bytes:
        """Sign as the box."""
        token = jose.sign(payload, self.key, seal)
        self.verifier.made(token, seal, self.key, payload)
        return token

    def verify(self, token: bytes, find: FindKey, seal: Seal) -> Verified | Refused:
        """What somebody has signed."""
        return self.verifier.verify(token, find, seal)


@dataclass(slots=True)
class Safe:
    """The commune's keys and its list of trust. `desk` gives orders, `spare` is a second officer's, until revoked;
    `clerk` may only ask, and is revoked by nobody."""

    seed: int
    boxes: int
    verifier: Verifier = field(default_factory=Verifier)
    root: PrivateKey = field(init=False)
    desk: PrivateKey = field(init=False)
    spare: PrivateKey = field(init=False)
    stranger: PrivateKey = field(init=False)
    clerk: PrivateKey = field(init=False)
    trust: TrustList = field(init=False)
    token: bytes = b""

    def __post_init__(self) -> None:
        self.root, self.desk, self.spare, self.stranger, self.clerk = (
            key_of(self.seed, name) for name in ("root", "desk", "spare", "stranger", "clerk")
        )

    def box_key(self, number: int) -> PrivateKey:
        """A box's own."""
        return key_of(self.seed, furniture.box_id(number))

    def issue(self, at: datetime, number: int, revoked: frozenset[str] = frozenset()) -> None:
        """A new list."""
        holders = (("desk", self.desk), ("spare", self.spare), ("clerk", self.clerk))
        desk, spare, clerk = (everything(name, key.x, furniture.COMMUNE) for name, key in holders)
        asking = replace(clerk.rights[0], types=frozenset({CommandType.QUERY.value}))
        keys = (desk, spare, replace(clerk, rights=(asking,)))
        boxes = tuple(
            ListedBox(furniture.box_id(each), self.box_key(each).x, (furniture.zone_of(each),))
            for each in range(1, self.boxes + 1)
        )
        self.trust = TrustList(furniture.COMMUNE, number, at, keys, boxes, revoked)
        self.token = jose.sign(to_json(self.trust), self.root, Seal.TRUST)


@dataclass(frozen=True, slots=True)
class Joiner:
    """Opens the line of any box: the port `cabinet.OpenLine`. `drawn` hears of every challenge, `heard_beat` of every
    heartbeat that has come back."""

    safe: Safe
    world: Clockwork
    broker: Broker
    drawn: Callable[[str, str], None]
    heard_beat: Callable[[str, bytes], None]

    def __call__(self, parts: Parts, can_drill: Callable[[str], bool], cabinet: Cabinet) -> tuple[Line, BoxLink]:
        """The line of this start."""
        daemon = cabinet.daemon
        assert daemon is not None
        box, chance = parts.settings.box, cabinet.chance.stream("line", cabinet.starts)
        names = Names(furniture.BASE, box.commune, box.id, box.zones)
        shelf = TrustShelf(self.safe.root.x, box.commune, cabinet.folder / "trust.jws")
        trust = shelf.load()
        seals = BoxSeals(self.safe.box_key(cabinet.number), self.safe.verifier)
        gate = Gate(names, seals, trust, shelf.take, Inlets(daemon.inbox.post, daemon.inbox.post_remote))
        will = Parcel(names.topics.box(box.id, Channel.STATE), to_json(Presence(Connection.LOST)), 1, True)
        link = BoxLink(
            self.world,
            self.broker,
            f"{box.commune}/{box.id}",
            chance,
            cabinet.poke_link,
            will=will,
            ear=gate,
            mono=lambda: cabinet.clock.mono,
            is_gathering=lambda: bool(gate.intake.filters()),
            heard_beat=lambda beat: self.heard_beat(box.id, beat),
        )
        me = Self(furniture.HEARTBEAT_S, chance.token(12), cabinet.clock.mono, seals.x, None)

        def draw() -> str:
            challenge = chance.token(32)
            self.drawn(box.id, challenge)
            return challenge

        line = Line(parts, gate, link, me, trust, can_drill, draw)
        link.start()
        return line, link
