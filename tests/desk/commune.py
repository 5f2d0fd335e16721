"""What the tests of enrolment stand on: a real commune's folder, boxes with settings of their own, a real Mosquitto."""

import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gongd.core.wire import SESSION_S, Channel, Topics
from gongd.desk.applicant import Applicant, read_request
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.enrolment import Enrolled, enrol
from gongd.desk.founding import found
from gongd.desk.membership import UNLOCKED, Passphrases
from gongd.desk.mosquitto import PROGRAMS
from gongd.keygen import make_request, take_answer
from gongd.settings import Settings, parse
from gongd.settings.place import papers

WAIT_S = 20.0
MOST_RESERVED = 64
"""More than any test needs."""
_RESERVED: deque[socket.socket] = deque()
BROKER = """
import functools, pathlib, sys
from gongd.desk.broker_process import keep_up
sys.exit(keep_up(pathlib.Path(sys.argv[1]), functools.partial(print, flush=True)))
"""
needs_mosquitto = pytest.mark.skipif(
    not any(shutil.which(name) for name in PROGRAMS), reason="Mosquitto is not installed"
)


def now() -> datetime:
    """The time: brokers look at the dates of certificates."""
    return datetime.now(UTC)


def make_commune(path: Path, name: str = "nguyet-an", passphrases: Passphrases = UNLOCKED) -> CommuneFolder:
    """A new commune whose broker listens on a free port of this machine."""
    folder = CommuneFolder(path / name)
    found(folder, name, ["127.0.0.1", "localhost"], now(), passphrases, free_port(), "127.0.0.1")
    return folder


def free_port() -> int:
    """A port that nobody listens at, nor is given while the test runs: also not between its broker's two lives.

    It stays bound. Whoever sets SO_REUSEADDR, as every server does, may listen there all the same; the kernel gives it
    to nobody who asks for any port.
    """
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", 0))
    if len(_RESERVED) == MOST_RESERVED:
        _RESERVED.popleft().close()
    _RESERVED.append(door)
    return int(door.getsockname()[1])


def everything_in(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ── Boxes ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Village:
    """A box: its settings and its stick."""

    settings: Settings
    stick: Path

    @property
    def id(self) -> str:
        return self.settings.box.id

    def ask(self) -> Applicant:
        """Its request, as the desk reads it."""
        return read_request(make_request(self.settings, self.stick, now()).path)

    def join(self, folder: CommuneFolder, passphrases: Passphrases = UNLOCKED) -> Enrolled:
        """The whole enrolment, there and back."""
        done = enrol(folder, self.ask(), now(), passphrases, self.stick)
        take_answer(self.settings, done.answer, now())
        return done


def make_village(path: Path, box: str = "thon-3", commune: str = "nguyet-an", zones: str = "trung-tam") -> Village:
    """A box that has never been enrolled."""
    home = path / f"{commune}-{box}"
    (home / "stick").mkdir(parents=True)
    text = (
        f"box: {{id: {box}, commune: {commune}, name: 'Thôn 3, xã Nguyệt Ấn', zones: [{zones}]}}\n"
        f"journal: {{path: {home}/journal.db}}\nmqtt: {{host: 127.0.0.1}}\n"
    )
    return Village(parse(text.encode(), "config.yaml", home), home / "stick")


# ── A real broker ────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def broker_of(folder: CommuneFolder, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Mosquitto, started as `gongctl broker` starts it, until it listens."""
    log = folder.path.parent / f"{folder.path.name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", BROKER, str(folder.broker)], stdout=out, stderr=subprocess.STDOUT
        )
        try:
            eventually(lambda: listens(port) or process.poll() is not None)
            assert process.poll() is None, log.read_text(encoding="utf-8")
            yield process
        finally:
            process.terminate()
            process.wait(WAIT_S)


def listens(port: int) -> bool:
    """Is somebody there?"""
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def eventually(holds: Callable[[], object], wait_s: float = WAIT_S) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + wait_s
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@dataclass
class Caller:
    """A bare MQTT 5 client with a certificate. `heard` are (topic, payload)."""

    authorities: Path
    certificate: Path
    key: Path
    port: int
    client_id: str = "anything"
    keeps: bool = False
    listens_to: list[str] = field(default_factory=list)
    heard: "Queue[tuple[str, bytes]]" = field(default_factory=Queue)
    verdicts: "Queue[tuple[int, bool]]" = field(default_factory=Queue)
    subscribed: "Queue[int]" = field(default_factory=Queue)
    trouble: "Queue[object]" = field(default_factory=Queue)

    def __post_init__(self) -> None:
        self.client = paho.Client(CallbackAPIVersion.VERSION2, self.client_id, protocol=paho.MQTTv5)
        context = ssl.create_default_context(cafile=str(self.authorities))
        context.load_cert_chain(self.certificate, self.key)
        self.client.tls_set_context(context)
        self.connected: Queue[bool] = Queue()
        self.client.on_connect = self._connected
        self.client.reconnect_delay_set(1, 1)
        self.client.on_disconnect = lambda _c, _u, _f, reason, _p: self.trouble.put(reason)
        self.client.on_publish = lambda _c, _u, mid, reason, _p: self.verdicts.put((mid, not reason.is_failure))
        self.client.on_message = lambda _c, _u, message: self.heard.put((message.topic, bytes(message.payload)))
        self.client.on_subscribe = lambda _c, _u, mid, _r, _p: self.subscribed.put(mid)

    def __enter__(self) -> "Caller":
        asked = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        asked.SessionExpiryInterval = SESSION_S if self.keeps else 0
        self.client.connect("127.0.0.1", self.port, clean_start=not self.keeps, properties=asked)
        self.client.loop_start()
        assert self.connected.get(timeout=WAIT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def _connected(self, _client: object, _data: object, _flags: object, reason: ReasonCode, _about: object) -> None:
        """After a new start of the broker it listens as before."""
        if self.listens_to:
            self.client.subscribe([(topic, 1) for topic in self.listens_to])
        self.connected.put(not reason.is_failure)

    def listen(self, *topics: str) -> None:
        """Subscribe, and wait until the broker has answered."""
        self.listens_to += topics
        _, asked = self.client.subscribe([(topic, 1) for topic in topics])
        while self.subscribed.get(timeout=WAIT_S) != asked:
            pass

    def publish(self, topic: str, body: bytes = b"x", retained: bool = False) -> bool:
        """Publish with QoS 1; does the broker take it?"""
        sent = self.client.publish(topic, body, 1, retained)
        while True:
            about, is_taken = self.verdicts.get(timeout=WAIT_S)
            if about == sent.mid:
                return is_taken

    def hear(self) -> tuple[str, bytes]:
        """The next message."""
        return self.heard.get(timeout=WAIT_S)


def call_as(village: Village, folder_port: int, client_id: str = "anything", keeps: bool = False) -> Caller:
    """The box's own connection; `keeps` asks for the box's session, too."""
    place = papers(village.settings)
    return Caller(place.authorities, place.certificate, place.tls_key, folder_port, client_id, keeps)


def may_speak(box: Village, port: int) -> bool:
    """Is the broker there, and does it know by now what this box may say?"""
    try:
        with call_as(box, port) as caller:
            return caller.publish(Topics("gong", box.settings.box.commune).box(box.id, Channel.STATE))
    except OSError:  # it is being started again
        return False


def is_let_in(caller: Caller) -> bool:
    """Is the broker there, and takes its certificate?"""
    try:
        with caller:
            return True
    except OSError:
        return False


def is_refused(caller: Caller) -> bool:
    """Does the broker refuse its certificate? In TLS 1.3 that is told after the handshake."""
    try:
        caller.client.connect("127.0.0.1", caller.port)
    except (OSError, ssl.SSLError):
        return True
    caller.client.loop_start()
    try:
        eventually(lambda: not (caller.connected.empty() and caller.trouble.empty()))
        return caller.connected.empty()
    finally:
        caller.client.disconnect()
        caller.client.loop_stop()
