"""The desk of one commune as its programs find it: who it is, whom it trusts, its roster, its key, its store."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from gongd.adapters import jose
from gongd.core.errors import ConfigError, GongdError
from gongd.core.trust_list import TrustList
from gongd.core.wire import MANNERS, Channel, Seal, Topics
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_form import to_json
from gongd.core.wire_refusal import Reason, Refused
from gongd.core.words import Text
from gongd.desk import ledger
from gongd.desk.authority import Seat
from gongd.desk.commune_folder import CommuneFolder, FolderError
from gongd.desk.hearing import CHANNELS, Ear
from gongd.desk.keyring import first_name, key_path
from gongd.desk.link import Dial, open_tls
from gongd.desk.register import Commune, RegisterError, load_box, load_commune, load_struckoff
from gongd.desk.roster import Roster, RosterBox, load_roster
from gongd.desk.store_book import Place

ROSTER = "roster.yaml"
STORE = "desk.db"
FIRST_KEY = "desk.key"
BENCH_SESSION_S = 7 * 86400
"""On a bench every program has a name of its own, which nobody bears again."""

REVOKED = Text(
    "Khóa {name} đã bị hủy, cụm loa nào cũng từ chối: KHÔNG gửi lệnh. "
    "Dùng khóa khác (xem: gongctl key list): gongctl --key TÊN ..., hoặc lập khóa mới: gongctl key new TÊN",
    "The key {name} has been revoked and every box refuses it: NOTHING was sent. "
    "Use another key (see gongctl key list): gongctl --key NAME ..., or make one: gongctl key new NAME",
)
UNLISTED = Text(
    "Khóa {name} không có trong danh sách khóa, cụm loa nào cũng từ chối: KHÔNG gửi lệnh. "
    "Dùng khóa khác (xem: gongctl key list): gongctl --key TÊN ..., hoặc lập khóa mới: gongctl key new TÊN",
    "The key {name} is not in the trust list and every box refuses it: NOTHING was sent. "
    "Use another key (see gongctl key list): gongctl --key NAME ..., or make one: gongctl key new NAME",
)


class UselessKeyError(GongdError, PermissionError):
    """The key with which an order would be signed is obeyed by no box: it is revoked, or not in the list."""


Otherwise = Callable[[ConfigError], Roster]
"""Which roster is used where the file cannot be: whoever gives orders waits for no roster."""


@dataclass(frozen=True, slots=True)
class Office:
    """A commune's folder, opened for the desk's daily work. `token` is the newest trust list as the root signed it."""

    folder: CommuneFolder
    commune: Commune
    trust: TrustList | None
    token: bytes
    roster: Roster
    store: Place
    stamp: object = None
    """By which an edit of the roster is seen."""
    revoked: frozenset[str] = frozenset()
    """Boxes that stand in the roster's file and whose keys are revoked: they obey no order, and nothing of theirs is
    believed."""
    topics: Topics = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "topics", Topics(self.commune.base, self.commune.id))

    @property
    def ear(self) -> Ear:
        """What the desk believes of what it hears."""
        return Ear(self.topics, self.trust, jose.verify)

    @property
    def filters(self) -> list[tuple[str, int]]:
        """What the desk subscribes to."""
        return [(self.topics.every_box(channel), 0 if channel is Channel.HEARTBEAT else 1) for channel in CHANNELS]

    def shared(self, group: str) -> list[tuple[str, int]]:
        """The same where several collectors of a group share the load: each message goes to one of them (MQTT 5)."""
        return [(f"$share/{group}/{name}" if name in self.shareable else name, qos) for name, qos in self.filters]

    @property
    def shareable(self) -> list[str]:
        """What the broker retains is given to no shared subscription: every collector hears that itself."""
        return [self.topics.every_box(channel) for channel in CHANNELS if not MANNERS[channel].retained]

    def dial(self, seat: Seat | None, keeps: bool = False) -> Dial:
        """How the broker is reached from this seat; without one in the clear (a bench). Raises OSError."""
        host, port = self.commune.host, self.commune.port
        if seat is None:
            return Dial(host, port, f"{self.commune.id}-desk-{secrets.token_hex(4)}", None, keeps, BENCH_SESSION_S)
        tls = open_tls(str(seat.authorities), str(seat.certificate), str(seat.key))
        return Dial(host, port, seat.name, tls, keeps)

    def renewed(self) -> "Office":
        """As it is now: with the newest trust list, and with the roster as it was edited, unless that has become of no
        use. Raises as `open_office`, but no ConfigError."""
        number = None if self.trust is None else ledger.current(self.folder).trust.number
        held = None if self.trust is None else self.trust.number
        same = number == held and _stamp(self.folder) == self.stamp
        return self if same else open_office(self.folder.path, lambda _error: self.roster)


def open_office(path: Path, otherwise: Otherwise | None = None) -> Office:
    """The office of a commune's folder. Where the roster cannot be used, `otherwise` says which is instead; a commune
    that it gives no name is called by its id.

    Raises FolderError, RegisterError, LedgerError, KeyFileError, and ConfigError unless there is an `otherwise`.
    """
    folder = CommuneFolder(path)
    commune, stamp = load_commune(folder), _stamp(folder)
    try:
        roster = load_roster(path / ROSTER)
    except ConfigError as error:
        if otherwise is None:
            raise
        roster = otherwise(error)
    roster = replace(roster, name=roster.name or commune.id)
    store = commune.store or path / STORE
    if commune.bench:
        return Office(folder, commune, None, b"", roster, store, stamp)
    signed = ledger.current(folder)
    listed = [
        RosterBox(box.id, name, name, box.zones) for box in signed.trust.boxes for name in (_name_of(folder, box.id),)
    ]
    gone = _revoked(folder, [box.id for box in roster.boxes if box.id not in signed.trust.by_id], commune.id)
    return Office(folder, commune, signed.trust, signed.token, roster.with_boxes(listed), store, stamp, gone)


def _revoked(folder: CommuneFolder, unlisted: Sequence[str], commune: str) -> frozenset[str]:
    """Which of these were struck off, rather than not enrolled yet. A damaged register says nothing of it, stops no
    order, and is told by the doctor."""
    with suppress(FolderError, RegisterError):
        names = load_struckoff(folder).names if unlisted else ()
        return frozenset(box for box in unlisted if f"{commune}/{box}" in names)
    return frozenset()


def _stamp(folder: CommuneFolder) -> object:
    try:
        facts = (folder.path / ROSTER).stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def _name_of(folder: CommuneFolder, box: str) -> str:
    """What the box called itself when it asked to be enrolled, up to the comma; its id where that cannot be read."""
    with suppress(FolderError, RegisterError):
        return load_box(folder, box).name.partition(",")[0].strip() or box
    return box


# ── Signing ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Pen:
    """Signs orders. `key` None: a bench, bodies go bare. `name` is the desk's name in the trust list (`iss`); `called`
    is what the officer calls the key, also when the list has it no more."""

    name: str
    key: jose.PrivateKey | None
    called: str = field(default="", kw_only=True)

    def seal(self, claims: CommandClaims) -> bytes:
        """The order as it travels."""
        body = to_json(claims)
        return jose.sign(body, self.key, Seal.COMMAND) if self.key is not None else body


def take_pen(office: Office, passphrase: str | None, name: str | None = None) -> Pen:
    """The desk's pen, or that of the key with this name. Raises PassphraseError, KeyFileError, LedgerError."""
    if office.commune.bench:
        return Pen(office.commune.id, None)
    path = office.folder.desk / FIRST_KEY if name is None else key_path(office.folder, name)
    key = jose.load(path, passphrase)
    listed = office.trust.holders.get(key.kid) if office.trust else None
    known = listed.key.name if listed and listed.key else None
    return Pen(known or office.commune.id, key, called=name or known or _first_name(office.folder))


def _first_name(folder: CommuneFolder) -> str:
    """What the key in `desk.key` was called when the commune was founded: also once no list has it."""
    with suppress(GongdError):
        return first_name(folder) or FIRST_KEY
    return FIRST_KEY


def require_listed(office: Office, pen: Pen) -> None:
    """Is the pen's key obeyed, by the newest list? An order that every box refuses is better not sent: nobody would
    look for another key. Raises UselessKeyError."""
    if office.trust is None or pen.key is None:
        return
    found = office.trust.find_key(pen.key.kid)
    if isinstance(found, Refused):
        told = REVOKED if found.reason is Reason.REVOKED else UNLISTED
        raise UselessKeyError(told.fill(name=pen.called or pen.name))


def new_name() -> str:
    """A name for an order: unique, and later ones sort later."""
    return f"{time.time_ns() // 1_000_000:012x}-{secrets.token_hex(8)}"
