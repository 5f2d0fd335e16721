"""A box of a commune that is driven by hand, behind a real broker over TLS, and an enemy who holds what enemies may."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import gongd.line
from gongd.adapters import jose
from gongd.box.equipment import Prepared
from gongd.box.gate import Gate
from gongd.box.link import Line
from gongd.core.trust_list import Right, TrustList, everything
from gongd.core.wire import Topics
from gongd.core.wire_name import to_all
from gongd.desk import ledger
from gongd.desk.applicant import read_request
from gongd.desk.enrolment import enrol
from gongd.keygen import make_request, take_answer
from gongd.settings import load
from gongd.settings.place import papers
from tests.box.village import SETTINGS, Village, at
from tests.desk.commune import Caller, eventually, make_commune
from tests.link.flood import KEYS
from tests.link.hostile import ZONE, Enemy
from tests.link.world import BOX, COMMUNE, Broker, port_of
from tests.promises.daemon import ROOT

HURRY = 1000.0
"""The gate's clock runs so much faster than ours: by its limit of 20 a second (test_gate.py) this would take hours."""
TOLD_EVERY = 200
PATIENCE_S = 60.0


class HurriedGate(Gate):
    """The gate, with a clock of its own."""

    def step(self, now: float) -> float:
        return super().step(now * HURRY)


class Siege:
    """`box` stands at noon; `enemy` has heard one alarm that the box has sounded."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.arms = folder, folder / "arms"
        self.commune = make_commune(folder)
        self.port = port_of(self.commune.broker)
        self.broker = Broker(self.commune.broker, self.port).start()
        text = SETTINGS.replace("timezone:", f"zones: [{ZONE}], timezone:")
        self.box = Village(folder, at("12:00"), f"{text}\nmqtt: {{host: 127.0.0.1, port: {self.port}}}\n")
        self.enemy = self._arm(self._enrol())
        self.line = self._connect()

    @property
    def counted(self) -> Counter[str]:
        """What the box has refused, by reason."""
        return self.line._answering.refused

    def call(self) -> Caller:
        """The desk's own connection."""
        return Caller(self.arms / "ca.pem", self.arms / "seat.pem", self.arms / "seat.key", self.port, "desk-1")

    def give(self, body: bytes) -> None:
        """The desk sends one order to the box."""
        with self.call() as desk:
            assert desk.publish(Topics("gong", COMMUNE).command(BOX), body)

    # ── Before ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _enrol(self) -> Path:
        """Where the box keeps its list of trust."""
        settings, now, stick = load(self.box.file), datetime.now(UTC), self.folder / "stick"
        stick.mkdir()
        asked = read_request(make_request(settings, stick, now).path)
        take_answer(settings, enrol(self.commune, asked, now, out=stick).answer, now)
        return papers(settings).trust

    def _arm(self, trust: Path) -> Enemy:
        """The enemy's keys; two of them stand on the commune's list of trust."""
        self.arms.mkdir()
        keys = {name: jose.generate() for name in KEYS} | {"desk": jose.load(self.commune.desk / "desk.key")}
        for name, key in keys.items():
            jose.save(key, self.arms / f"{name}.key")
        seat = self.commune.desk
        for source in (seat / "seat-1.pem", seat / "seat.key", self.commune.authority / "ca.pem"):
            (self.arms / source.name.replace("-1", "")).write_bytes(source.read_bytes())
        trust.write_bytes(self._list(keys["driller"], keys["revoked"]))
        desk, stranger, driller, revoked = (keys[name] for name in KEYS)
        now = self.box.clock.wall.astimezone(UTC)
        return Enemy(desk, stranger, driller, revoked, now)

    def _list(self, driller: jose.PrivateKey, stolen: jose.PrivateKey) -> bytes:
        drills = Right(frozenset({"alert"}), frozenset({"*"}), frozenset({"exercise", "test"}), (to_all(COMMUNE),))
        militia = replace(everything("dan-quan", driller.x, COMMUNE), rights=(drills,))
        lost = everything("mat-cap", stolen.x, COMMUNE)

        def change(trust: TrustList) -> TrustList:
            return replace(trust, keys=(*trust.keys, militia, lost), revoked=trust.revoked | {stolen.kid})

        return ledger.publish(self.commune, jose.load(self.commune.root_key), datetime.now(UTC), change).token

    def _connect(self) -> Line:
        box = self.box
        box.open_line = lambda parts, can_drill: gongd.line.open_line(parts, can_drill, self.folder, box.inbox)
        box.start()
        box.inbox.post(Prepared())
        box.settle()
        line = box.box.parts.line
        assert isinstance(line, Line)
        self.turn_until(lambda: bool(line.report()["connected"]))
        return line

    # ── Under siege ──────────────────────────────────────────────────────────────────────────────────────────────

    def turn(self) -> None:
        """One turn of the deciding thread's loop. Its clock stands."""
        box = self.box.box
        now = box.parts.timekeeper.now()
        event = self.box.inbox.take(0.005)
        if event is not None:
            box.handle(event, now)
        box.step(now)

    def turn_until(self, holds: Callable[[], bool]) -> None:
        """Let it decide until it holds."""

        def held() -> bool:
            self.turn()
            return holds()

        eventually(held, PATIENCE_S)

    def attack(self, seed: int, count: int) -> None:
        """Let the enemy send so many, and the box look at every one."""
        args = [str(self.arms), str(self.port), str(seed), str(count), self.enemy.now.isoformat()]
        command = [sys.executable, "-m", "tests.link.flood", *args]
        before = self.counted.total()
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True) as enemy:
            assert enemy.stdin
            seen, seen_at = 0, time.monotonic()
            while seen < count:
                self.turn()
                now_seen = self.counted.total() - before
                if now_seen >= min(count, seen + TOLD_EVERY):
                    seen, seen_at = now_seen, time.monotonic()
                    enemy.stdin.write(f"{seen}\n")
                    enemy.stdin.flush()
                assert enemy.poll() is None, "the enemy has failed"
                assert time.monotonic() - seen_at < PATIENCE_S, f"{now_seen} of {count} were counted"
            enemy.stdin.close()
            assert enemy.wait(PATIENCE_S) == 0

    def close(self) -> None:
        """All that runs."""
        box = self.box.box
        self.line.close(box.parts.timekeeper.now(), 2.0)
        self.box.kill()
        self.broker.kill()
