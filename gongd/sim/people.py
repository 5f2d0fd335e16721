"""The people: villagers and children at the buttons, officers at the desk, and an enemy at the broker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from gongd.adapters import jose
from gongd.core.catalogue import Status, Why
from gongd.core.gathering import FRESH_FOR
from gongd.core.wire import Seal
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import to_json
from gongd.core.wire_name import Address, to_all, to_box, to_zone
from gongd.desk import orders
from gongd.desk.orders import Hand
from gongd.sim import furniture
from gongd.sim.broker import Letter
from gongd.sim.cabinet import Cabinet
from gongd.sim.chance import Chance
from gongd.sim.commune import Commune
from gongd.sim.facts import Hold, Order
from gongd.sim.plan import Happening, What

HOLDS_S = {"silence": 1.0}
"""For how long a button is to be held; every other is 2 s."""
ALARMS = ("fire", "security", "flood")
HOLDS_FOR_S = 2.6

_Thing = TypeVar("_Thing")


@dataclass(slots=True)
class People:
    """Everybody who acts on purpose."""

    commune: Commune
    chance: Chance = field(init=False)
    revoked: bool = False

    def __post_init__(self) -> None:
        self.chance = self.commune.chance.stream("people")

    def deeds(self) -> Mapping[What, Callable[[Happening], None]]:
        """What each does."""
        return {
            What.ALARM_BUTTON: self.alarm_button,
            What.CHILD: self.child,
            What.SILENCE_BUTTON: lambda each: self._hold(self._of(each), "silence", 1.5),
            What.SILENCED_ALARM: self.silenced_alarm,
            What.STATUS_BUTTON: lambda each: self._hold(self._of(each), "status", HOLDS_FOR_S),
            What.ORDER: self.order,
            What.CANCEL: self.cancel,
            What.DRILL: self.drill,
            What.TEST: lambda each: self._alert(each, "test", Status.TEST),
            What.ROUTINE: lambda each: self._alert(each, "peace", Status.ACTUAL),
            What.SILENCE_ORDER: self.silence,
            What.KEY_REVOKED: self.revoke,
            What.FORGED: self.forged,
            What.LATE: lambda each: self._replay(each, 400.0),
            What.REPLAYED: lambda each: self._replay(each, 0.0),
            What.RETAINED: self.retained,
            What.REVOKED: self.by_a_revoked_key,
            What.ALTERED: self.altered,
            What.MISDIRECTED: self.misdirected,
        }

    def _of(self, each: Happening) -> Cabinet:
        return self.commune.cabinets[each.box - 1]

    # ── At the box ───────────────────────────────────────────────────────────────────────────────────────────────

    def _hold(self, cabinet: Cabinet, button: str, for_s: float) -> None:
        """Somebody holds a button, unless another hand is on it."""
        if cabinet.daemon is None or button in cabinet.shut:
            return
        now, needs_s = self.commune.world.now, HOLDS_S.get(button, 2.0)
        counts_at = now + needs_s if for_s >= needs_s else None
        self.commune.facts.holds.append(Hold(cabinet.id, button, now, counts_at))
        if button == "silence" and counts_at is not None:
            self.commune.world.at(counts_at, lambda: self._expect_quiet(cabinet))
        cabinet.contacts.move(button, True)
        cabinet.poke()
        self.commune.world.after(for_s, lambda: self._let_go(cabinet, button))

    def _let_go(self, cabinet: Cabinet, button: str) -> None:
        cabinet.shut.discard(button)
        if cabinet.daemon is not None:
            cabinet.contacts.move(button, False)
            cabinet.poke()

    def alarm_button(self, each: Happening) -> None:
        """A villager raises an alarm, and expects it at once."""
        cabinet, signal = self._of(each), _pick(("fire", "flood"), each.choice)
        if cabinet.daemon is None or cabinet.shut:
            return
        self._hold(cabinet, signal, HOLDS_FOR_S)
        world = self.commune.world
        world.after(2.0, lambda: self._expect(cabinet, signal))

    def _expect(self, cabinet: Cabinet, signal: str) -> None:
        self.commune.expect_alarm(cabinet.id, signal)

    def _expect_quiet(self, cabinet: Cabinet) -> None:
        """What sounds as the hold counts is ended by it; what begins a moment later is not."""
        heard = cabinet.witness.now_sounding
        if heard is not None and cabinet.daemon is not None:
            self.commune.expect_quiet(cabinet.id, (heard.activation,), "silenced")

    def silenced_alarm(self, each: Happening) -> None:
        """An alarm, and somebody on site who ends it."""
        self.alarm_button(each)
        later_s = 5.0 + 20.0 * ((each.choice * 29) % 1.0)
        self.commune.world.after(later_s, lambda: self._hold(self._of(each), "silence", 1.5))

    def child(self, each: Happening) -> None:
        """Too short, too often, or far too long."""
        button = _pick(("fire", "flood", "all-clear", "silence"), each.choice)
        self._hold(self._of(each), button, each.for_s)

    # ── At the desk ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _hand(self) -> Hand:
        return Hand("desk", "Trực ban")

    def _name(self) -> str:
        return self.chance.token(32)

    def _place(self, each: Happening) -> tuple[Address, tuple[str, ...]]:
        """One box, a zone, or all."""
        commune, boxes = furniture.COMMUNE, self.commune.plan.boxes
        every = range(1, boxes + 1)
        which = int(each.choice * 997) % 3
        if which == 0:
            number = 1 + int(each.choice * 7919) % boxes
            return to_box(commune, furniture.box_id(number)), (furniture.box_id(number),)
        if which == 1:
            zone = furniture.ZONES[int(each.choice * 7919) % len(furniture.ZONES)]
            found = tuple(furniture.box_id(number) for number in every if furniture.zone_of(number) == zone)
            if found:
                return to_zone(commune, zone), found
        return to_all(commune), tuple(furniture.box_id(number) for number in every)

    def _alert(self, each: Happening, signal: str, status: Status) -> None:
        place, boxes = self._place(each)
        claims = orders.alert(self._hand, self._name(), (place,), self.commune.world.wall, signal, status)
        self._give(claims, boxes)

    def _give(self, claims: CommandClaims, boxes: tuple[str, ...]) -> None:
        commune = self.commune
        commune.facts.orders[claims.jti] = Order(claims, True, boxes, commune.world.now)
        commune.history.note("desk", f"orders {claims.type} {claims.signal or ''} {claims.status} {' '.join(boxes)}")
        commune.console.give(claims, boxes)

    def order(self, each: Happening) -> None:
        """The real thing."""
        self._alert(each, _pick(ALARMS, (each.choice * 31) % 1.0), Status.ACTUAL)
        self.commune.world.after(5.0, lambda: self._query(each))

    def _query(self, each: Happening) -> None:
        """How are you?"""
        place, boxes = self._place(each)
        now = self.commune.world.wall
        self._give(
            CommandClaims("desk", (place,), self._name(), now, now + FRESH_FOR, CommandType.QUERY, Status.ACTUAL), boxes
        )

    def drill(self, each: Happening) -> None:
        """An exercise; half of them with the real thing beside it, before or after."""
        signal, offset_s = _pick(ALARMS, each.choice), (each.choice * 53) % 1.0 * 30.0 - 10.0
        self._alert(each, signal, Status.EXERCISE)
        if (each.choice * 17) % 1.0 < 0.5:
            self.commune.world.after(max(0.0, offset_s), lambda: self.order(each))

    def cancel(self, each: Happening) -> None:
        """An alarm, and its end soon after."""
        self.order(each)
        jti, order = list(self.commune.facts.orders.items())[-1]
        reason = _pick(tuple(Why), (each.choice * 13) % 1.0)

        def end() -> None:
            now = self.commune.world.wall
            claims = orders.cancel(self._hand, self._name(), order.claims.aud, now, (jti,), reason)
            order.ended_at = self.commune.world.now
            self.commune.console.end((jti,), order.boxes)
            self._give(claims, order.boxes)

        self.commune.world.after(1.0 + 40.0 * ((each.choice * 101) % 1.0), end)

    def silence(self, each: Happening) -> None:
        """Everything is to be quiet."""
        place, boxes = self._place(each)
        self._give(orders.silence(self._hand, self._name(), (place,), self.commune.world.wall), boxes)

    def revoke(self, each: Happening) -> None:
        """The second officer's key is struck off."""
        del each
        self.revoked = True
        safe = self.commune.safe
        safe.issue(self.commune.world.wall, safe.trust.number + 1, frozenset({safe.spare.kid}))
        self.commune.history.note("desk", f"issues the list of trust {safe.trust.number}")
        self.commune.console.look()

    # ── At the broker ────────────────────────────────────────────────────────────────────────────────────────────

    def _put(self, cabinet: Cabinet, token: bytes, retained: bool = False) -> None:
        topic = self.commune.console.topics.command(cabinet.id)
        self.commune.history.note("enemy", f"puts {len(token)} bytes before {cabinet.id}")
        self.commune.broker.inject(Letter(topic, token, 1, retained), f"{furniture.COMMUNE}/{cabinet.id}")

    def _own(self, cabinet: Cabinet, signal: str) -> CommandClaims:
        """An order that nobody gave."""
        aud = (to_box(furniture.COMMUNE, cabinet.id),)
        return orders.alert(self._hand, self._name(), aud, self.commune.world.wall, signal)

    def _false(self, claims: CommandClaims, cabinet: Cabinet) -> None:
        order = Order(claims, False, (cabinet.id,), self.commune.world.now)
        self.commune.facts.orders[claims.jti] = order

    def forged(self, each: Happening) -> None:
        """Signed by a stranger, who may claim any name."""
        cabinet = self._of(each)
        claims = self._own(cabinet, _pick(ALARMS, each.choice))
        self._false(claims, cabinet)
        self._put(cabinet, jose.sign(to_json(claims), self.commune.safe.stranger, Seal.COMMAND))

    def by_a_revoked_key(self, each: Happening) -> None:
        """Signed by a key that is struck off (or, before that, by an officer who may)."""
        cabinet, safe = self._of(each), self.commune.safe
        if not self.revoked:
            self.revoke(each)
        claims = replace(self._own(cabinet, _pick(ALARMS, each.choice)), iss="spare")
        held_after_s = 600.0

        def put() -> None:
            fresh = replace(
                claims, sent=self.commune.world.wall, expires=self.commune.world.wall + timedelta(minutes=2)
            )
            if not self.commune.knows_list(cabinet):
                return
            self._false(fresh, cabinet)
            self._put(cabinet, jose.sign(to_json(fresh), safe.spare, Seal.COMMAND))

        self.commune.world.after(held_after_s, put)

    def _replay(self, each: Happening, least_age_s: float) -> None:
        """An order that was good once, again."""
        cabinet, now = self._of(each), self.commune.world.now
        heard = [
            (order.copies[place].at, jti, token)
            for jti, tokens in self.commune.tokens.items()
            if cabinet.id in (order := self.commune.facts.orders[jti]).boxes
            for place, token in enumerate(tokens)
            if now - order.copies[place].at >= least_age_s
        ]
        for _, _, token in sorted(heard, key=lambda one: one[:2])[-2:]:
            self._put(cabinet, token)

    def retained(self, each: Happening) -> None:
        """A fresh, good order that bears the retain flag: it may lie there for ever."""
        cabinet = self._of(each)
        claims = self._own(cabinet, _pick(ALARMS, each.choice))
        self._false(claims, cabinet)
        self._put(cabinet, jose.sign(to_json(claims), self.commune.safe.desk, Seal.COMMAND), retained=True)

    def misdirected(self, each: Happening) -> None:
        """A good, fresh order for another box."""
        cabinet = self._of(each)
        other = furniture.box_id(self.commune.plan.boxes + 1)
        aud = (to_box(furniture.COMMUNE, other),)
        claims = orders.alert(self._hand, self._name(), aud, self.commune.world.wall, _pick(ALARMS, each.choice))
        self._false(claims, cabinet)
        self._put(cabinet, jose.sign(to_json(claims), self.commune.safe.desk, Seal.COMMAND))

    def altered(self, each: Happening) -> None:
        """A good order with one byte changed, or another's signature under it."""
        cabinet = self._of(each)
        claims = self._own(cabinet, _pick(ALARMS, each.choice))
        self._false(claims, cabinet)
        header, body, seal = jose.sign(to_json(claims), self.commune.safe.desk, Seal.COMMAND).split(b".")
        place = int(each.choice * len(body))
        other = b"A" if body[place : place + 1] != b"A" else b"B"
        self._put(cabinet, b".".join((header, body[:place] + other + body[place + 1 :], seal)))


def _pick(things: tuple[_Thing, ...], choice: float) -> _Thing:
    return things[int(choice * len(things))]
