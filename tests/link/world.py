"""A commune with a real broker over TLS, a real box process in dry mode, and a desk that signs and listens."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gongd.adapters import jose
from gongd.adapters.jose import PrivateKey
from gongd.core.catalogue import Status
from gongd.core.wire import Channel, Seal, Topics, Verified, only
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_event import Event, EventBatch
from gongd.core.wire_form import from_json, parse, to_json
from gongd.core.wire_name import Address, to_box
from gongd.core.wire_report import Answer, Step
from gongd.desk import ledger
from gongd.desk.applicant import read_request
from gongd.desk.enrolment import enrol
from gongd.keygen import make_request, take_answer
from gongd.settings import load
from gongd.settings.place import papers
from tests.desk.commune import BROKER, Caller, eventually, listens, make_commune
from tests.promises.daemon import Daemon, until

COMMUNE, BOX = "nguyet-an", "thon-3"
MQTT = "mqtt: {{host: 127.0.0.1, port: {port}, heartbeat: {heartbeat}}}\n"
SOON_S = 20.0


class Broker:
    """Mosquitto in a commune's folder. `kill` is kill -9."""

    def __init__(self, folder: Path, port: int, command: tuple[str, ...] | None = None) -> None:
        self.folder, self.port = folder, port
        self._command = command
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Broker":
        """Until it listens."""
        command = self._command or (sys.executable, "-c", BROKER, str(self.folder))
        log = (self.folder.parent / "broker.log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        log.close()
        eventually(self._listens, SOON_S)
        return self

    def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder.parent / "broker.log").read_text()
        return listens(self.port)

    def kill(self) -> None:
        """Without a word: Mosquitto dies with whoever has started it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            eventually(lambda: not listens(self.port), SOON_S)
            self.process = None

    def forget(self) -> None:
        """Its store is lost, too."""
        for file in (self.folder / "store").glob("*"):
            file.unlink()


class Desk(Caller):
    """Signs orders, and has heard everything."""

    signer: PrivateKey | None = None
    topics: Topics = Topics("gong", COMMUNE)

    def sign(self, claims: CommandClaims, key: PrivateKey | None = None) -> bytes:
        """An order, signed (or bare where there is no key)."""
        signer = key or self.signer
        return to_json(claims) if signer is None else jose.sign(to_json(claims), signer, Seal.COMMAND)

    def give(self, claims: CommandClaims) -> str:
        """Send an order to the box; its `jti`."""
        self.send(self.sign(claims))
        return claims.jti

    def send(self, body: bytes, retained: bool = False) -> None:
        """Send anything to the box."""
        self.client.publish(self.topics.command(BOX), body, 1, retained)

    def catch_up(self) -> None:
        """Until all that the broker had for it has come: what is retained follows the answer to a subscription."""
        mark = self.topics.command("nobody"), uuid.uuid4().hex.encode()
        self.client.publish(*mark, 1)
        until(lambda: mark in self.all_heard(), "its own mark")

    def all_heard(self) -> list[tuple[str, bytes]]:
        """Everything so far."""
        return list(self.heard.queue)

    def of(self, channel: Channel) -> list[bytes]:
        """The bodies of one channel."""
        topic = self.topics.box(BOX, channel)
        return [body for heard, body in self.all_heard() if heard == topic]


def order(kind: CommandType, aud: Address | None = None, **how: Any) -> CommandClaims:
    """An order, fresh now."""
    now = datetime.now(UTC)
    told: dict[str, Any] = {"status": Status.ACTUAL, "by": "Trực ban", **how}
    return CommandClaims(
        iss="desk",
        aud=(aud or to_box(COMMUNE, BOX),),
        jti=uuid.uuid4().hex,
        sent=now,
        expires=now + timedelta(minutes=2),
        type=kind,
        **told,
    )


def alert(signal: str = "fire", **how: Any) -> CommandClaims:
    """An alert, fresh now."""
    return order(CommandType.ALERT, signal=signal, **how)


class World:
    """One commune: a broker, a box, a desk."""

    def __init__(self, folder: Path, heartbeat: str = "10s", more: str = "") -> None:
        self.commune = make_commune(folder)
        self.port = port_of(self.commune.broker)
        self.broker = Broker(self.commune.broker, self.port)
        more = MQTT.format(port=self.port, heartbeat=heartbeat) + more
        self.box = Daemon(folder / "box", more=more, at_most="20s")
        self.desks: list[Desk] = []
        self._enrol(folder)

    def _enrol(self, folder: Path) -> None:
        now = datetime.now(UTC)
        stick = folder / "stick"
        stick.mkdir()
        settings = load(self.box.config)
        asked = read_request(make_request(settings, stick, now).path)
        take_answer(settings, enrol(self.commune, asked, now, out=stick).answer, now)
        self.papers = papers(settings)
        self.box_x = jose.load(self.papers.key).x

    def desk(self, seat: int = 1) -> Desk:
        """A desk at one of the commune's seats, listening."""
        folder = self.commune.desk
        authorities = self.commune.authority / "ca.pem"
        desk = Desk(authorities, folder / f"seat-{seat}.pem", folder / "seat.key", self.port, f"desk-{seat}")
        desk.signer = jose.load(folder / "desk.key")
        desk.__enter__()
        desk.listen(f"gong/{COMMUNE}/#")
        self.desks.append(desk)
        return desk

    def publish_trust(self, desk: Desk) -> None:
        """What `gongctl` does."""
        desk.client.publish(desk.topics.trust(), ledger.current(self.commune).token, 1, True)

    # ── What the box says ────────────────────────────────────────────────────────────────────────────────────────

    def opened(self, body: bytes, seal: Seal) -> bytes:
        """What the box has signed; fails when it was not the box."""
        found = jose.verify(body, only(self.box_x), seal, 256 * 1024)
        assert isinstance(found, Verified), found
        return found.payload

    def answers(self, desk: Desk, jti: str | None) -> list[Answer]:
        """All answers about an order, in order."""
        found = [from_json(Answer, self.opened(body, Seal.ANSWER)) for body in desk.of(Channel.ANSWER)]
        return [answer for answer in found if isinstance(answer, Answer) and answer.jti == jti]

    def steps(self, desk: Desk, jti: str | None) -> list[Step]:
        """The steps of an order, copies of an answer once."""
        return list(dict.fromkeys(answer.step for answer in self.answers(desk, jti)))

    def events(self, desk: Desk) -> dict[tuple[str, int], Event]:
        """Every event that a collector has, by its key, in the order in which it was first heard."""
        kept: dict[tuple[str, int], Event] = {}
        for body in desk.of(Channel.EVENT):
            batch = from_json(EventBatch, self.opened(body, Seal.EVENT), 256 * 1024)
            assert isinstance(batch, EventBatch)
            for event in batch.events:
                kept.setdefault((batch.journal, event.number), event)
        return kept

    def link(self) -> Mapping[str, Any]:
        """What the box says of its link."""
        return self.box.status()["link"] or {}

    def wait_for_link(self) -> None:
        """Until the box has its own heartbeat back."""
        until(lambda: self.link().get("proven"), "the link")

    def close(self) -> None:
        """Everything that runs."""
        self.box.close()
        self.broker.kill()
        for desk in self.desks:
            desk.__exit__()


def port_of(folder: Path) -> int:
    """Where the broker of this folder listens."""
    text = (folder / "mosquitto.conf").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("listener ")))


def says(desk: Desk, channel: Channel, key: str) -> list[object]:
    """One value of every body of a bare channel."""
    return [parse(body).get(key) for body in desk.of(channel) if body]


def within(look: Callable[[], object], what: str) -> None:
    """Poll until it holds."""
    until(look, what, SOON_S)
