"""The commune's desk: the collector that listens all year, and a sender for as long as an order is under way."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from gongd.adapters import jose
from gongd.core.gathering import FRESH_FOR
from gongd.core.trust_list import TrustList
from gongd.core.wire import Seal, Topics
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_form import to_json
from gongd.desk.collector import Collector
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.hearing import Ear
from gongd.desk.office import Office, Pen
from gongd.desk.register import Commune as Register
from gongd.desk.roster import Roster
from gongd.desk.sender import Sender
from gongd.desk.store import Store
from gongd.desk.store_book import Place
from gongd.sim import furniture
from gongd.sim.broker import Broker
from gongd.sim.chance import Chance
from gongd.sim.clockwork import Clockwork
from gongd.sim.papers import Safe
from gongd.sim.wires import DeskLink

LOOK_S = 10.0
"""An order that waits for answers is looked after so often; in its first seconds every second."""
FIRST_S = 15.0
CONNECTED_S = 1.5
"""The desk's window is open before an order is given: its connection stands by then, if anything does."""
COLLECT_S = 20.0
"""The collector takes together what has come meanwhile."""
SEATS = 1000


class SimOffice(Office):
    """The office, with the keys of the virtual commune. `safe` has the newest list."""

    safe: Safe

    @property
    def ear(self) -> Ear:
        """What the desk believes."""
        return Ear(self.topics, self.trust, self.safe.verifier.verify)

    def renewed(self) -> "SimOffice":
        """With the newest list of trust."""
        return self if self.trust is self.safe.trust else open_office(self.safe, self.store)


def open_office(safe: Safe, store: Place) -> SimOffice:
    """The office as it is now."""
    register = Register(furniture.COMMUNE, ("kenh.example.vn",), 8883, furniture.BASE, safe.trust.issued)
    office = SimOffice(CommuneFolder(Path(store).parent), register, safe.trust, safe.token, Roster(), store)
    object.__setattr__(office, "safe", safe)
    return office


@dataclass(frozen=True, slots=True)
class NotingPen(Pen):
    """A pen whose every signature the world notes."""

    noted: Callable[[CommandClaims, bytes], None] = lambda _claims, _token: None

    def seal(self, claims: CommandClaims) -> bytes:
        """Sign."""
        assert self.key is not None
        token = jose.sign(to_json(claims), self.key, Seal.COMMAND)
        self.noted(claims, token)
        return token


@dataclass(slots=True)
class Sending:
    """One order under way."""

    jti: str
    sender: Sender
    link: DeskLink


@dataclass(slots=True)
class Console:
    """The desk. `signed` hears of every signature of an order, `given` of an order that leaves."""

    world: Clockwork
    broker: Broker
    safe: Safe
    chance: Chance
    store: Store
    signed: Callable[[CommandClaims, bytes], None]
    given: Callable[[str], None]
    collector: Collector = field(init=False)
    link: DeskLink = field(init=False)
    sendings: list[Sending] = field(default_factory=list)
    _is_called: bool = False
    _seats: int = 0

    def __post_init__(self) -> None:
        office = self._office()
        self.link = self._open_link("desk/collector", True, self._heard)
        self.collector = Collector(office, self.link, self.store, self.pen("desk"), lambda _line: None)  # type: ignore[arg-type]
        self.link.start()

    def _office(self) -> SimOffice:
        return open_office(self.safe, self.store.place)

    def _open_link(self, name: str, keeps: bool, changed: Callable[[], None]) -> DeskLink:
        full = f"{furniture.COMMUNE}/{name}"
        chance = self.chance.stream(name)
        return DeskLink(self.world, self.broker, full, chance, changed, keeps, wanted=self._office().filters)

    def pen(self, holder: str) -> NotingPen:
        """A key of the desk."""
        return NotingPen(holder, getattr(self.safe, holder), self.signed)

    @property
    def topics(self) -> Topics:
        """Where things go."""
        return Topics(furniture.BASE, furniture.COMMUNE)

    # ── Collecting ───────────────────────────────────────────────────────────────────────────────────────────────

    def _heard(self) -> None:
        """Something has come: one look for all of the same moment, and some more for what may be missing."""
        if not self._is_called:
            self._is_called = True
            self.world.after(COLLECT_S, self._collect)

    def _collect(self) -> None:
        self._is_called = False
        self.collector.step(self.world.wall, 0.0)

    def look(self) -> None:
        """Once more: is anything missing?"""
        self.collector.step(self.world.wall, 0.0)

    def publish_trust(self, trust: TrustList) -> None:
        """A new list is out."""
        del trust
        self.look()

    # ── Ordering ─────────────────────────────────────────────────────────────────────────────────────────────────

    def give(
        self, claims: CommandClaims, boxes: tuple[str, ...], data: bytes | None = None, swallows: str = ""
    ) -> None:
        """Give an order, and stay with it until it is over. `data` is the file that it names; what goes to a topic that
        ends in `swallows` is lost."""
        self._seats = (self._seats + 1) % SEATS
        held: list[Sending] = []
        link = self._open_link(f"desk/{self._seats}", False, lambda: self._step(held[0]) if held else None)
        link.swallows = swallows
        sending = Sending(claims.jti, Sender(self._office(), link, self.store), link)  # type: ignore[arg-type]
        held.append(sending)
        self.sendings.append(sending)
        link.start()
        self.world.after(CONNECTED_S, lambda: self._give(sending, claims, boxes, data))

    def _give(self, sending: Sending, claims: CommandClaims, boxes: tuple[str, ...], data: bytes | None) -> None:
        now = self.world.wall
        sending.sender.step(now, 0.0)
        fresh = replace(claims, sent=now, expires=now + FRESH_FOR)
        sending.sender.give(fresh, boxes, self.pen("desk"), now, data)
        self.given(claims.jti)
        self._look_again(sending, self.world.now + FIRST_S)

    def _look_again(self, sending: Sending, first_until: float) -> None:
        def look() -> None:
            if sending in self.sendings:
                self._step(sending)
                self._look_again(sending, first_until)

        self.world.after(1.0 if self.world.now < first_until else LOOK_S, look)

    def _step(self, sending: Sending) -> None:
        if sending not in self.sendings or sending.jti not in {each.jti for each in sending.sender.orders}:
            return
        now = self.world.wall
        sending.sender.step(now, 0.0)
        gathering = sending.sender.gathering(sending.jti)
        if gathering.is_over(now) or not gathering.unsettled:
            self.sendings.remove(sending)
            self.broker.leave(sending.link.name)
            sending.link.closed = True

    def end(self, jtis: tuple[str, ...], boxes: tuple[str, ...]) -> None:
        """These orders are cancelled at these boxes: they are not signed again."""
        for sending in self.sendings:
            sending.sender.end(jtis, boxes)
