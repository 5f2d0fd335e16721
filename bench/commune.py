"""The bench's commune: its folder as `gongctl init` makes it, enrolled boxes, and a real Mosquitto over TLS."""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bench.box import dying_with_us
from bench.moment import until
from gongd.adapters import certificate, jose
from gongd.core.trust_list import ListedBox, TrustList
from gongd.desk import authority, broker, ledger
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.founding import found
from gongd.desk.register import Struckoff, load_commune

NAME = "bench"
HOST = "127.0.0.1"
BROKER = """
import sys, pathlib
from gongd.desk.broker_process import keep_up
sys.exit(keep_up(pathlib.Path(sys.argv[1]), print))
"""
START_S = 20.0


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune's folder, the port of its broker, and where each of its boxes keeps its state."""

    folder: CommuneFolder
    port: int
    state: Path

    def state_of(self, box: str) -> Path:
        """The state folder of a box."""
        return self.state / box

    def topic(self, box: str, channel: str) -> str:
        """A topic of a box."""
        return f"gong/{NAME}/{box}/{channel}"


def make_commune(path: Path, state: Path, boxes: Sequence[str], zone: str = "gan") -> Commune:
    """Found a commune and enrol these boxes, all at one stroke: one list of trust, one access list."""
    commune = Commune(CommuneFolder(path), free_port(), state)
    now = datetime.now(UTC)
    found(commune.folder, NAME, [HOST, "localhost"], now, port=commune.port, address=HOST)
    signer = authority.open_authority(commune.folder, None)
    listed = tuple(_enrol(commune, signer, box, zone, now) for box in boxes)
    root = ledger.open_root(commune.folder, None)

    def with_boxes(trust: TrustList) -> TrustList:
        return replace(trust, boxes=listed)

    signed = ledger.publish(commune.folder, root, now, with_boxes)
    broker.write_all(commune.folder, load_commune(commune.folder), signed.trust, Struckoff())
    for box in boxes:
        (commune.state_of(box) / "trust.jws").write_bytes(signed.token)
    return commune


def _enrol(commune: Commune, signer: certificate.Authority, box: str, zone: str, now: datetime) -> ListedBox:
    """Keys, certificate and root where `gongd keygen --answer` puts them."""
    place = commune.state_of(box) / "enrolment"
    place.mkdir(parents=True)
    signing, tls = jose.generate(), jose.generate()
    name = f"{NAME}/{box}"
    made, _ = authority.certify_box(signer, name, certificate.request(tls.secret, name), now)
    jose.save(signing, place / "sign.key")
    jose.save(tls, place / "box.key")
    (place / "box.pem").write_bytes(made)
    (place / "ca.pem").write_bytes(signer.certificate)
    (place / "root.pub").write_bytes(commune.folder.root_public.read_bytes())
    return ListedBox(box, signing.x, (zone,))


def permit(commune: Commune, user: str, access: str, topic: str) -> None:
    """Let somebody `read` or `write` one more topic. Before the broker starts: `gongctl` would write the list anew."""
    path = commune.folder.broker / "acl.txt"
    path.write_text(f"{path.read_text()}\nuser {user}\ntopic {access} {topic}\n", encoding="utf-8")


class Broker:
    """Mosquitto of a commune's folder, as `gongctl broker` starts it."""

    def __init__(self, commune: Commune) -> None:
        self._commune = commune
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Until it listens."""
        folder = self._commune.folder.broker
        with (folder.parent.parent / "broker.log").open("ab") as log:
            argv = [*dying_with_us(), sys.executable, "-c", BROKER, str(folder)]
            self._child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self._listens, "the broker", START_S, 0.01)

    def save(self) -> None:
        """Write its store now, as it does by itself every minute (mosquitto.conf)."""
        if self._child is not None:
            os.kill(self.pid, signal.SIGUSR1)

    def kill(self) -> None:
        """kill -9: Mosquitto dies with whoever has started it."""
        if self._child is not None:
            self._child.send_signal(signal.SIGKILL)
            self._child.wait()
            until(lambda: not self._listens(), "the broker's end", START_S, 0.01)
            self._child = None

    @property
    def pid(self) -> int:
        """Of Mosquitto."""
        assert self._child is not None
        (child,) = Path(f"/proc/{self._child.pid}/task/{self._child.pid}/children").read_text("ascii").split()
        return int(child)

    def _listens(self) -> bool:
        with socket.socket() as door:
            return door.connect_ex((HOST, self._commune.port)) == 0


@contextlib.contextmanager
def running(commune: Commune) -> Iterator[Broker]:
    """A broker that is ended whatever happens."""
    many_files()
    broker_of = Broker(commune)
    try:
        broker_of.start()
        yield broker_of
    finally:
        broker_of.kill()


def as_many() -> None:
    """A process that stands for many machines: it may hold their files, and works for longer at a stretch.

    The kernel's short turns among fifty such processes would measure how long their memory takes to come back.
    """
    many_files()
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def many_files() -> None:
    """A thousand connections need more files than a shell allows at first."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])
