"""Settings that the desk pushes, by the wire as `gongctl settings push` does: good ones, bad ones, some of which no
heartbeat can prove, some in whose middle something befalls the box; and some by people who may not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

from gongd.adapters import jose
from gongd.core.push import APPLIED
from gongd.core.wire import Seal
from gongd.core.wire_blob import Blob, blob_of, cut
from gongd.core.wire_form import to_json
from gongd.core.wire_name import to_box
from gongd.core.wire_refusal import Refused
from gongd.desk import orders
from gongd.desk.orders import Hand
from gongd.sim import furniture
from gongd.sim.broker import Letter
from gongd.sim.cabinet import Cabinet
from gongd.sim.chance import Chance
from gongd.sim.commune import Commune
from gongd.sim.facts import Order
from gongd.sim.plan import Happening, What
from gongd.sim.pushes import PushedFile

ACCEPTED = "accepted"
SOFTEST, LOUDEST = 60, 80
LONG = "# " + "Loa của thôn. " * 6 + "\n"
MANY_LINES = 250
"""Comments that make a file of two pieces or three."""
DELAY_S = (0.05, 60.0)
"""After it has accepted the order something befalls the box, soon as likely as late: at every step of the trial."""
IN_TRIAL_S = 62.0
PIECES_AFTER_S = 2.0

_Thing = TypeVar("_Thing")
Deeds = Mapping[What, Callable[[Happening], None]]


class Wrong(StrEnum):
    """What can be wrong with a pushed file."""

    BROKEN = "broken"
    OTHERS = "of another box"
    FORBIDDEN = "with another broker"
    DIFFERS = "over another file"
    ALTERED = "altered on its way"
    MISSING = "with a piece missing"


BEFALLS = (
    What.KILL,
    What.POWER_CUT,
    What.CUT_AT_WRITE,
    What.DISK_FULL,
    What.DISK_READ_ONLY,
    What.DISK_STALLED,
    What.SETTINGS_NEW,
    What.SETTINGS_BAD,
    What.SETTINGS_PUSHED,
    What.VOICE_GONE,
    What.ALARM_BUTTON,
)
"""What comes in the middle."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file as it is pushed: `data` is what comes, `file` what was signed for; what goes to `swallows` is lost."""

    file: Blob
    data: bytes
    replaces: str
    swallows: str = ""


@dataclass(slots=True)
class Pushing:
    """`others` is what else can happen to a box."""

    commune: Commune
    others: Deeds
    chance: Chance = field(init=False)

    def __post_init__(self) -> None:
        self.chance = self.commune.chance.stream("pushing")

    def deeds(self) -> Deeds:
        """What each does."""
        return {
            What.SETTINGS_PUSHED: self.good,
            What.SETTINGS_PUSHED_BAD: self.bad,
            What.SETTINGS_UNPROVEN: self.unproven,
            What.SETTINGS_DISTURBED: self.disturbed,
            What.SETTINGS_FORGED: self.forged,
        }

    def _of(self, each: Happening) -> Cabinet:
        return self.commune.cabinets[each.box - 1]

    # ── By the desk ──────────────────────────────────────────────────────────────────────────────────────────────

    def good(self, each: Happening) -> None:
        """Another volume, another grace."""
        self._push(each)

    def _push(self, each: Happening) -> str | None:
        """A good file; the order's name, unless the desk does not know the box yet."""
        jti, replaces = self.chance.token(32), self._replaces(each)
        if replaces is None:
            return None
        data = self._text(each, jti).encode()
        self._give(each, jti, Parcel(_blob(data), data, replaces), is_right=True)
        return jti

    def bad(self, each: Happening) -> None:
        """Something is wrong with it."""
        jti, replaces = self.chance.token(32), self._replaces(each)
        if replaces is not None:
            wrong = _pick(tuple(Wrong), each.choice)
            self.commune.history.note("desk", f"pushes settings {wrong}")
            self._give(each, jti, self._spoil(each, jti, wrong, replaces), is_right=False)

    def unproven(self, each: Happening) -> None:
        """As it comes into force the box loses its network, and sometimes its daemon or its power as well."""
        jti = self._push(each)
        if jti is None:
            return

        def lose() -> None:
            self.others[What.NETWORK_CUT](each)
            if each.size < 0.5:
                what = What.KILL if each.size < 0.25 else What.POWER_CUT
                later_s = IN_TRIAL_S * ((each.choice * 61) % 1.0)
                self._later(later_s, replace(each, what=what, for_s=each.for_s % 600.0))

        self.commune.awaited[jti, APPLIED] = lose

    def disturbed(self, each: Happening) -> None:
        """Something befalls the box between the order and the proof; half of them while an alarm holds the file up."""
        if each.size < 0.5:
            self.others[What.ALARM_BUTTON](each)
        jti = self._push(each)
        if jti is None:
            return
        low, high = DELAY_S
        later_s = low * (high / low) ** ((each.choice * 71) % 1.0)
        after = replace(each, what=_pick(BEFALLS, (each.choice * 37) % 1.0), choice=(each.choice * 43) % 1.0)
        self.commune.awaited[jti, ACCEPTED] = lambda: self._later(later_s, after)

    def _later(self, later_s: float, each: Happening) -> None:
        def befall() -> None:
            self.commune.history.note("world", str(each))
            {**self.others, **self.deeds()}[each.what](each)

        self.commune.world.after(later_s, befall)

    def _replaces(self, each: Happening) -> str | None:
        """The file in /etc, as far as the desk knows."""
        info = self.commune.console.store.known(self._of(each).id).info
        return (info.replaced or info.settings) if info is not None else None

    def _text(self, each: Happening, jti: str, number: int = 0) -> str:
        """A file that nothing is wrong with, and that is like no other."""
        volume = SOFTEST + int(((each.choice * 19) % 1.0) * (LOUDEST - SOFTEST))
        grace = _pick(furniture.GRACES, (each.choice * 23) % 1.0)
        length = int(((each.choice * 29) % 1.0) * MANY_LINES)
        return furniture.settings_text(number or each.box, volume, grace) + LONG * length + f"# {jti}\n"

    def _spoil(self, each: Happening, jti: str, wrong: Wrong, replaces: str) -> Parcel:
        text = self._text(each, jti)
        data = text.encode()
        match wrong:
            case Wrong.BROKEN:
                data = f"{furniture.BROKEN}# {jti}\n".encode()
            case Wrong.OTHERS:
                data = self._text(each, jti, each.box + 1).encode()
            case Wrong.FORBIDDEN:
                data = text.replace("kenh.example.vn", "kenh.example.org").encode()
            case Wrong.DIFFERS:
                replaces = sha256(data).hexdigest()
            case Wrong.ALTERED:
                return Parcel(_blob(data), data[:-2] + b"!\n", replaces)
            case Wrong.MISSING:
                return Parcel(_blob(data), data, replaces, swallows=f"/{_blob(data).pieces - 1}")
        return Parcel(_blob(data), data, replaces)

    def _give(self, each: Happening, jti: str, parcel: Parcel, is_right: bool) -> None:
        commune, box = self.commune, self._of(each).id
        place, hand = to_box(furniture.COMMUNE, box), Hand("desk", "Trực ban")
        claims = orders.push(hand, jti, (place,), commune.world.wall, parcel.file, parcel.replaces)
        commune.facts.orders[jti] = Order(claims, True, (box,), commune.world.now)
        commune.pushes.given(PushedFile(jti, box, parcel.file.sha256, parcel.replaces, is_right))
        commune.history.note("desk", f"pushes {parcel.file.sha256[:8]} over {parcel.replaces[:8]} to {box}")
        commune.console.give(claims, (box,), parcel.data, parcel.swallows)

    # ── By others ────────────────────────────────────────────────────────────────────────────────────────────────

    def forged(self, each: Happening) -> None:
        """A good file: signed by a stranger, by the clerk who may only ask, or for another box. Its pieces come too."""
        cabinet, safe, jti = self._of(each), self.commune.safe, self.chance.token(32)
        key, iss = _pick(((safe.stranger, "desk"), (safe.clerk, "clerk"), (safe.desk, "desk")), each.choice)
        box = furniture.box_id(self.commune.plan.boxes + 1) if key is safe.desk else cabinet.id
        data = self._text(each, jti).encode()
        file, replaces, now = _blob(data), cabinet.drawer.digest, self.commune.world.wall
        claims = orders.push(Hand(iss), jti, (to_box(furniture.COMMUNE, box),), now, file, replaces)
        self.commune.facts.orders[jti] = Order(claims, False, (cabinet.id,), self.commune.world.now)
        self.commune.pushes.given(PushedFile(jti, cabinet.id, file.sha256, replaces, is_right=False))
        token = jose.sign(to_json(claims), key, Seal.COMMAND)
        self._put(cabinet, self.commune.console.topics.command(cabinet.id), token)
        self.commune.world.after(PIECES_AFTER_S, lambda: self._put_pieces(cabinet, file, data))

    def _put_pieces(self, cabinet: Cabinet, file: Blob, data: bytes) -> None:
        for number, piece in enumerate(cut(data)):
            self._put(cabinet, self.commune.console.topics.blob(file.sha256, number), piece)

    def _put(self, cabinet: Cabinet, topic: str, payload: bytes) -> None:
        self.commune.history.note("enemy", f"puts {len(payload)} bytes of settings before {cabinet.id}")
        self.commune.broker.inject(Letter(topic, payload, 1), f"{furniture.COMMUNE}/{cabinet.id}")


def _blob(data: bytes) -> Blob:
    blob = blob_of(data)
    assert not isinstance(blob, Refused)
    return blob


def _pick(things: tuple[_Thing, ...], choice: float) -> _Thing:
    return things[int(choice * len(things))]
