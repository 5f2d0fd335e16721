"""The gate by itself: thousands of messages that nobody entitled has signed, the fast way. No process, no broker."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from gongd.adapters import jose
from gongd.box.gate import ANSWERS_AT_ONCE, Gate, Inlets, Names, OrderCame
from gongd.box.waiting_room import MOST_ORDERS, PER_SECOND
from gongd.core.catalogue import Priority, Signal
from gongd.core.command import Ledger, Standing, judge
from gongd.core.fault import FaultCode
from gongd.core.moment import Moment
from gongd.core.notation import parse as parse_rhythm
from gongd.core.trust_list import TrustList, everything
from gongd.core.verdict import Accepted, Done
from gongd.core.wire import Seal
from gongd.core.wire_form import to_json
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Answer, Step
from gongd.core.words import Text
from gongd.line import BoxSeals
from gongd.ports_link import Delivery, LinkLost, Parcel
from tests.link.world import BOX, COMMUNE, alert

MESSAGES = 3000


@dataclass
class Room:
    """A gate, and everything that came through it."""

    desk: jose.PrivateKey = field(default_factory=jose.generate)
    came: list[OrderCame] = field(default_factory=list)
    told: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        now = datetime.now(UTC)
        self.trust = TrustList(COMMUNE, 1, now, keys=(everything("desk", self.desk.x, COMMUNE),))
        names = Names("gong", COMMUNE, BOX, ())
        inlets = Inlets(self.told.append, self._take)
        self.gate = Gate(names, BoxSeals(jose.generate()), self.trust, lambda _token, _held: None, inlets)
        self.topic = names.topics.command(BOX)

    def _take(self, event: object) -> bool:
        assert isinstance(event, OrderCame)
        self.came.append(event)
        return True

    def put(self, body: bytes, at: float) -> None:
        self.gate.came(Delivery(self.topic, body, False, 1, 1))
        self.gate.step(at)


@pytest.fixture
def room() -> Room:
    return Room()


def _spoilt(room: Room, dice: random.Random) -> bytes:
    """A good order, spoilt in one of many ways."""
    now = datetime.now(UTC)
    good = jose.sign(to_json(alert()), room.desk, Seal.COMMAND)
    match dice.randrange(6):
        case 0:
            place = dice.randrange(len(good) - 90)
            return good[:place] + bytes([good[place] ^ (1 << dice.randrange(7))]) + good[place + 1 :]
        case 1:
            return good[: dice.randrange(len(good))]
        case 2:
            return dice.randbytes(dice.randrange(300))
        case 3:
            return jose.sign(to_json(alert()), jose.generate(), dice.choice(list(Seal)))
        case 4:
            return jose.sign(to_json(alert()), room.desk, dice.choice([s for s in Seal if s is not Seal.COMMAND]))
        case _:
            late = now - timedelta(seconds=dice.randrange(3, 10**7))
            old = replace(alert(), sent=late - timedelta(minutes=1), expires=late, jti=uuid.uuid4().hex)
            return jose.sign(to_json(old), room.desk, Seal.COMMAND)


def test_thousands_of_spoilt_orders_are_refused_for_a_reason_and_none_is_obeyed(room: Room) -> None:
    dice = random.Random(114)
    for count in range(MESSAGES):
        room.put(_spoilt(room, dice), count / PER_SECOND + 1.0)
    assert len(room.came) == MESSAGES
    fire = Signal("fire", "Báo cháy", Priority.EMERGENCY, parse_rhythm("3 tiếng"), 100, 60.0)
    past: dict[str, Done] = {}
    standing, ledger = Standing(room.gate.identity(), room.trust, {"fire": fire}, past), Ledger()
    counted: Counter[str] = Counter()
    for came in room.came:
        now = Moment(datetime.now(UTC), 1.0, trusted=True)
        ledger, verdict = judge(came.message, came.retained, standing, ledger, now, "drawn-challenge-0")
        assert not isinstance(verdict, Accepted)
        assert isinstance(verdict, Refused)
        counted[verdict.reason.value] += 1
    assert set(counted) <= {"malformed", "signature", "unknown-key", "expired"}
    assert sum(counted.values()) == MESSAGES


def test_no_more_than_twenty_a_second_are_looked_at(room: Room) -> None:
    good = jose.sign(to_json(alert()), room.desk, Seal.COMMAND)
    for _ in range(60):
        room.gate.came(Delivery(room.topic, good, False, 1, 1))
    room.gate.step(1.0)
    assert len(room.came) == PER_SECOND
    room.gate.step(1.5)
    assert len(room.came) == PER_SECOND * 1.5


@dataclass
class ToldLink:
    """A line that writes down why it was made anew, and sends what the test lets it send."""

    rebuilt: list[str] = field(default_factory=list)
    under_way: list[Parcel] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)

    def acknowledge(self, delivery: Delivery) -> None:
        self.acknowledged.append(delivery.number)

    def rebuild(self, why: str) -> None:
        self.rebuilt.append(why)

    def publish(self, parcel: Parcel) -> None:
        self.under_way.append(parcel)

    def call(self, job: Callable[[], None]) -> None:
        job()


class NoOutbox:
    """No records."""

    def step(self, _now: float) -> float:
        return 1.0

    def lost(self) -> None:
        """Nothing was under way."""


@pytest.fixture
def linked(room: Room) -> ToldLink:
    """The gate's line."""
    link = ToldLink()
    room.gate.link, room.gate.outbox = link, NoOutbox()  # type: ignore[assignment]
    room.gate.up(1)
    return link


def test_what_finds_no_room_is_acknowledged_for_else_it_would_come_again_for_ever(room: Room, linked: ToldLink) -> None:
    for number in range(MOST_ORDERS):
        room.gate.came(Delivery(room.topic, b"x", False, 1, number + 1))
    assert linked.acknowledged == []
    room.gate.came(Delivery(room.topic, b"x", False, 1, MOST_ORDERS + 1))
    assert linked.acknowledged == [MOST_ORDERS + 1]
    assert room.gate.dropped == 1
    assert linked.rebuilt == []


def test_answers_go_out_a_few_at_a_time_and_none_is_lost(room: Room, linked: ToldLink) -> None:
    many = 3 * ANSWERS_AT_ONCE
    for number in range(many):
        room.gate.answer(Answer(BOX, Step.REFUSED, datetime.now(UTC), True, f"order-{number:04}"))
    room.gate.step(1.0)
    assert len(linked.under_way) == ANSWERS_AT_ONCE
    sent = 0
    for turn in range(2 * many):
        while linked.under_way:
            settled = linked.under_way.pop(0).settled
            assert settled
            sent += bool(turn % 2)
            settled(bool(turn % 2))
        room.gate.step(2.0 + turn)
    assert sent == many


def test_of_a_line_that_is_shut_nothing_reaches_the_box(room: Room, linked: ToldLink) -> None:
    before = list(room.told)
    room.gate.shut()
    room.put(jose.sign(to_json(alert()), room.desk, Seal.COMMAND), 1.0)
    room.gate.up(2)
    room.gate.lost(LinkLost(FaultCode.LINK_DOWN, Text("Mất kết nối", "The connection is gone")))
    assert (room.came, room.told) == ([], before)
    assert linked.rebuilt == []


def test_a_flood_makes_the_network_wait(room: Room) -> None:
    while not room.gate.is_full:
        room.gate.came(Delivery(room.topic, b"x", False, 1, 1))
    room.gate.step(1.0)
    assert not room.gate.is_full
