"""A commune for the tests of orders: its keys by name, its trust list, and the orders that they give."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from gongd.core.catalogue import Priority, Signal, Status, Why
from gongd.core.command import Ledger, Standing, judge
from gongd.core.fingerprint import thumbprint
from gongd.core.moment import Moment
from gongd.core.rhythm import Rhythm
from gongd.core.trust_list import KeyKind, ListedBox, ListedKey, Right, TrustList, everything, identify
from gongd.core.verdict import Accepted, Done, Sound, Verdict
from gongd.core.wire import Verified
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import to_json
from gongd.core.wire_name import Address, To, to_box, to_zone
from gongd.core.wire_report import Step

COMMUNE = "nguyet-an"
NOW = datetime(2026, 11, 21, 14, 14, 5, tzinfo=UTC)
FRESH = "c" * 22
JTI = "0192f3aa-7c1e-7000-8000-000000000001"


def x_of(name: str) -> str:
    """Some public key, always the same for a name."""
    return urlsafe_b64encode(sha256(name.encode()).digest()).decode().rstrip("=")


DESK, PANEL, DRILLER = (x_of(name) for name in ("desk", "panel", "driller"))
OWN, NEIGHBOUR, STRANGER = (x_of(name) for name in ("thon-3", "thon-4", "thon-9"))

DRILLS = Right(
    frozenset({"alert", "cancel"}), frozenset({"*"}), frozenset({"exercise", "test"}), (Address(To.ALL, COMMUNE),)
)
FIRE_IN_CENTRE = Right(
    frozenset({"alert", "cancel"}), frozenset({"fire"}), frozenset({"actual"}), (to_zone(COMMUNE, "trung-tam"),)
)
TRUST = TrustList(
    COMMUNE,
    7,
    NOW - timedelta(days=3),
    (
        everything("cong-an-xa", DESK, COMMUNE),
        ListedKey("nha-van-hoa", PANEL, KeyKind.PANEL, (FIRE_IN_CENTRE,)),
        ListedKey("dan-quan", DRILLER, KeyKind.DESK, (DRILLS,)),
    ),
    (
        ListedBox("thon-3", OWN, ("trung-tam",), ("thon-4",)),
        ListedBox("thon-4", NEIGHBOUR),
        ListedBox("thon-9", STRANGER, neighbours=("thon-3",)),
    ),
)


def signal(name: str, priority: Priority) -> Signal:
    """A signal that sounds at most 300 s."""
    return Signal(name, name, priority, Rhythm(()), 100, 300.0)


SIGNALS = {
    one.name: one
    for one in (
        signal("fire", Priority.EMERGENCY),
        signal("flood-watch", Priority.PRIORITY),
        signal("peace", Priority.ROUTINE),
        signal("all-clear", Priority.PRIORITY),
        signal("false-alarm", Priority.PRIORITY),
    )
}

ORDER = CommandClaims(
    iss="cong-an-xa",
    aud=(to_box(COMMUNE, "thon-3"),),
    jti=JTI,
    sent=NOW - timedelta(seconds=2),
    expires=NOW + timedelta(seconds=118),
    type=CommandType.ALERT,
    status=Status.ACTUAL,
    signal="fire",
    by="Trực ban Công an xã",
)


def cancel(*references: str, status: Status = Status.ACTUAL, jti: str = "cancel-0001") -> CommandClaims:
    """An order that ends these."""
    return replace(
        ORDER, jti=jti, type=CommandType.CANCEL, signal=None, references=references, reason=Why.SAFE, status=status
    )


def signed(claims: CommandClaims, x: str = DESK) -> Verified:
    """What the signature's check hands on."""
    return Verified(thumbprint(x), to_json(claims))


@dataclass
class Bench:
    """A box that is given orders one after the other and remembers what it has obeyed, as its journal would."""

    past: dict[str, Done] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    trust: TrustList | None = TRUST
    now: Moment = field(default_factory=lambda: Moment(NOW, 1000.0, trusted=True))
    standing: Standing = field(init=False)
    drawn: int = 0

    def __post_init__(self) -> None:
        me = identify(COMMUNE, "thon-3", ("bo-song",), OWN, self.trust)
        self.standing = Standing(me, self.trust, SIGNALS, self.past)

    def give(self, claims: CommandClaims, x: str = DESK, retained: bool = False) -> Verdict:
        """One order, signed by that key."""
        return self.judge(signed(claims, x), retained)

    def judge(self, message: Verified, retained: bool = False) -> Verdict:
        """One message whose signature was verified."""
        self.drawn += 1
        drawn = f"{self.drawn:022d}"
        self.ledger, verdict = judge(message, retained, self.standing, self.ledger, self.now, drawn)
        if isinstance(verdict, Accepted):
            sounds = isinstance(verdict.deed, Sound)
            step = Step.STARTED if sounds else Step.FINISHED
            status = verdict.claims.status if verdict.claims.type is CommandType.ALERT else None
            self.past[verdict.id] = Done(verdict.key, step, self.now.wall, status, sounded=sounds)
        return verdict

    def wait(self, seconds: float) -> None:
        """Time passes."""
        wall = self.now.wall + timedelta(seconds=seconds)
        self.now = Moment(wall, self.now.mono + seconds, self.now.trusted)

    def distrust(self, wall: datetime = datetime(2017, 1, 1, tzinfo=UTC)) -> None:
        """The clock is wrong, and known to be."""
        self.now = Moment(wall, self.now.mono, trusted=False)
