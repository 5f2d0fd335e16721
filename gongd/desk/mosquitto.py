"""Mosquitto for a commune: its configuration, who may read and write what, and the command that starts it.

Everything lies in one folder and is named without a path, so that the folder can be copied to any machine. The broker
is trusted with nothing (wire.md): these lines keep strangers out and neighbours apart, signatures keep alarms true.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gongd.adapters.jose import LARGEST_SIGNED_TRUST
from gongd.core.discovery import every_discovery
from gongd.core.errors import GongdError
from gongd.core.wire import Channel, Topics
from gongd.core.wire_name import Address, To
from gongd.core.words import Text

PORT = 8883
BASE = "gong"
CONFIGURATION = "mosquitto.conf"
ACCESS_LIST = "acl.txt"
AUTHORITIES = "ca.pem"
REVOCATIONS = "crl.pem"
CERTIFICATE = "broker.pem"
KEY = "broker.key"
STORE = "store"
READS = (CONFIGURATION, ACCESS_LIST, AUTHORITIES, REVOCATIONS, CERTIFICATE, KEY)

MOST_PACKET_BYTES = LARGEST_SIGNED_TRUST + 4096
"""The largest thing that is ever sent is a signed list of trust, with its topic and frame."""
PROGRAMS = ("mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")

NO_PROGRAM = Text(
    "Chưa có Mosquitto. Cài: sudo apt install mosquitto", "Mosquitto is not there. Install: sudo apt install mosquitto"
)


class BrokerError(GongdError, OSError):
    """The broker cannot be started or told."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Where the broker listens. `address` None is everywhere; `user` is whom it becomes when root starts it."""

    port: int = PORT
    address: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A box as the access list sees it. `name` is `<commune>/<box>`; `neighbours` are the ids whose calls it hears,
    `hearers` those that hear its own. `orders` are the places that it may order, where it is a panel."""

    name: str
    zones: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    hearers: tuple[str, ...] = ()
    orders: tuple[Address, ...] = ()


# ── The configuration ────────────────────────────────────────────────────────────────────────────────────────────

_CONFIGURATION = """\
# Máy chủ kênh báo động của xã {commune} · The broker of commune {commune}.
# gongctl writes this file, acl.txt and crl.pem anew at every change; lines of your own belong in conf.d/*.conf.
# Every line is explained in docs/vi/may-chu.md.

listener {listen}
cafile {authorities}
crlfile {revocations}
certfile {certificate}
keyfile {key}
tls_version tlsv1.3
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {access}
{user}
max_packet_size {most_bytes}
max_inflight_messages 20
max_queued_messages 10000
max_queued_bytes 33554432
max_keepalive 300
queue_qos0_messages false
set_tcp_nodelay true

persistence true
persistence_location {store}/
autosave_on_changes false
autosave_interval 60

log_dest stdout
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S
include_dir conf.d
"""


def configuration(commune: str, listener: Listener) -> str:
    """`mosquitto.conf`. Paths are relative to its own folder."""
    listen = f"{listener.port} {listener.address}" if listener.address else str(listener.port)
    return _CONFIGURATION.format(
        commune=commune,
        listen=listen,
        authorities=AUTHORITIES,
        revocations=REVOCATIONS,
        certificate=CERTIFICATE,
        key=KEY,
        access=ACCESS_LIST,
        user=f"user {listener.user}\n" if listener.user else "",
        most_bytes=MOST_PACKET_BYTES,
        store=STORE,
    )


_BENCH = """\
# Bàn thử {commune}, KHÔNG dùng ở thôn: ai nối được vào đây cũng ra lệnh được.
# A workshop bench, NEVER for a village: whoever reaches this broker gives orders. docs/vi/ban-thu.md

listener {listen}
allow_anonymous true
{user}max_packet_size {most_bytes}
persistence true
persistence_location {store}/
log_dest stdout
include_dir conf.d
"""


def bench_configuration(commune: str, listener: Listener) -> str:
    """`mosquitto.conf` of a workshop bench: no TLS, no names, no list of who may what."""
    return _BENCH.format(
        commune=commune,
        listen=f"{listener.port} {listener.address}" if listener.address else str(listener.port),
        user=f"user {listener.user}\n" if listener.user else "",
        most_bytes=MOST_PACKET_BYTES,
        store=STORE,
    )


# ── Who may read and write what ──────────────────────────────────────────────────────────────────────────────────


def access_list(
    commune: str,
    boxes: Iterable[Reader],
    seats: Iterable[str],
    shut_out: Iterable[str] = (),
    base: str = BASE,
) -> str:
    """`acl.txt` (wire.md). `seats` are the desk's names, `shut_out` the names that may do nothing any more."""
    blocks = [
        _everybody(base),
        *(_seat(base, commune, name) for name in seats),
        *(_box(base, box) for box in boxes),
        *(f"user {name}\ntopic deny #\n" for name in shut_out),
    ]
    return "\n".join(blocks)


def _everybody(base: str) -> str:
    """A box writes under its own name, and never its own command; `%u` is the certificate's name."""
    return (
        f"pattern write {base}/%u/#\n"
        f"pattern deny {base}/%u/{Channel.COMMAND}\n"
        f"pattern read {base}/%u/{Channel.HEARTBEAT}\n"
    )


def _seat(base: str, commune: str, name: str) -> str:
    """What the desk writes: orders, lists of trust, pieces, what Home Assistant is told. It hears its whole commune."""
    topics = Topics(base, commune)
    own = topics.trust().removesuffix(Channel.TRUST)
    told = every_discovery(commune)
    writes = (
        topics.every_box(Channel.COMMAND),
        f"{own}zone/+/{Channel.COMMAND}",
        topics.trust(),
        f"{own}{Channel.BLOB}/#",
        told,
    )
    return _section(name, read=(f"{own}#", told), write=writes)


def _box(base: str, box: Reader) -> str:
    """What a box hears: its own commands, its zones', everybody's, lists, pieces, and its neighbours. What a panel says
    beyond that is orders, to the places that it has a right to."""
    commune, _, name = box.name.partition("/")
    topics = Topics(base, commune)
    calls = (topics.box(other, Channel.CALL) for other in box.neighbours)
    echoes = (Channel.CHALLENGE, Channel.ANSWER)
    if box.orders:
        answers = [topics.every_box(channel) for channel in echoes]
    else:
        answers = [topics.box(other, channel) for other in box.hearers for channel in echoes]
    reads = (
        topics.command(name),
        *(topics.zone_command(zone) for zone in box.zones),
        topics.all_command(),
        topics.trust(),
        f"{topics.trust().removesuffix(Channel.TRUST)}{Channel.BLOB}/#",
        *calls,
        *answers,
    )
    writes = dict.fromkeys(topic for place in box.orders for topic in _ordered(topics, place))
    return _section(box.name, read=reads, write=writes)


def _ordered(topics: Topics, place: Address) -> tuple[str, ...]:
    """The topics on which orders for a place leave."""
    if place.to is To.ALL:
        zones = topics.zone_command("any").replace("/any/", "/+/")
        return topics.every_box(Channel.COMMAND), zones
    return (topics.of(place),)


def _section(name: str, read: Iterable[str] = (), write: Iterable[str] = ()) -> str:
    lines = [f"user {name}", *(f"topic read {topic}" for topic in read), *(f"topic write {topic}" for topic in write)]
    return "\n".join(lines) + "\n"


# ── Starting ─────────────────────────────────────────────────────────────────────────────────────────


def command() -> tuple[str, ...]:
    """What starts the broker, in its folder. Raises BrokerError where Mosquitto is not installed."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise BrokerError(NO_PROGRAM)
    return (program, "-c", CONFIGURATION)


def drop_in(folder: Path) -> str:
    """A drop-in for Debian's `mosquitto.service`: this commune's broker with every boot, and again when it dies."""
    return (
        "# /etc/systemd/system/mosquitto.service.d/gongd.conf\n"
        "[Unit]\n"
        "StartLimitIntervalSec=0\n"
        "\n"
        "[Service]\n"
        "User=mosquitto\n"
        "Group=mosquitto\n"
        f"WorkingDirectory={folder}\n"
        "ExecStartPre=\n"
        "ExecStart=\n"
        f"ExecStart=/usr/sbin/mosquitto -c {CONFIGURATION}\n"
        "Restart=always\n"
        "RestartSec=2\n"
        "LimitNOFILE=16384\n"
        f"ProtectSystem=strict\nReadWritePaths={folder / STORE}\n"
        "ProtectHome=yes\nPrivateTmp=yes\nPrivateDevices=yes\nNoNewPrivileges=yes\n"
    )
