"""Several boxes of one commune at a real broker over TLS: neighbours, and a panel at the desk. Each a real daemon."""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gongd.adapters import jose
from gongd.core.wire import Channel, Topics
from gongd.desk import ledger
from gongd.desk.applicant import read_request
from gongd.desk.enrolment import enrol
from gongd.desk.membership import link_neighbours
from gongd.desk.panel import set_panel
from gongd.keygen import make_request, take_answer
from gongd.settings import load
from gongd.settings.place import papers
from tests.desk.commune import Caller, make_commune
from tests.link.elsewhen import NOTE
from tests.link.world import COMMUNE, Broker, Desk, port_of
from tests.promises.daemon import Daemon, until

MQTT = "mqtt: {{host: 127.0.0.1, port: {port}, heartbeat: 10s}}\n"
BUTTONS = "buttons:\n"
PANEL_LAMP = 7
PANEL = """\
  send-fire: {pin: 6, hold: 200ms, send: fire, to: all, lamp: 7}
  send-clear: {pin: 13, hold: 200ms, send: all-clear, to: all}
  send-nowhere: {pin: 21, hold: 200ms, send: fire, to: thon-99, lamp: 12}
"""


class Villager(Daemon):
    """One box of the street."""

    def __init__(self, folder: Path, box: str, port: int, more: str = "", buttons: str = "") -> None:
        self.id, self._buttons = box, buttons
        super().__init__(folder / box, more=MQTT.format(port=port) + more, at_most="20s")

    def settings(self, more: str = "", at_most: str = "30s") -> None:
        """The usual settings, under its own name."""
        super().settings(more, at_most)
        text = self.config.read_text(encoding="utf-8")
        text = text.replace("id: thon-3", f"id: {self.id}").replace("Thôn 3", f"Thôn {self.id[-1]}")
        self.config.write_text(text.replace(BUTTONS, BUTTONS + self._buttons), encoding="utf-8")

    @property
    def link(self) -> dict[str, Any]:
        """What it says of its link."""
        return dict(self.try_status().get("link") or {})

    def believe(self, shift_s: float = 0.0, synchronised: bool = True) -> None:
        """Its machine's wall clock is so far off, and the kernel says so of it."""
        note = self.folder / "clock.json"
        note.with_suffix(".new").write_text(json.dumps({"shift_s": shift_s, "synchronised": synchronised}))
        note.with_suffix(".new").replace(note)
        self.before, self.environment = [sys.executable, "-m", "tests.link.elsewhen"], {NOTE: str(note)}

    def wait_for_link(self) -> None:
        """Until it has its own heartbeat back."""
        until(lambda: self.link.get("proven"), f"the link of {self.id}")

    def wait_for(self, outcome: str, signal: str = "fire") -> None:
        """Until this became of a signal, last."""
        until(lambda: self.outcomes(signal)[-1:] == [outcome], f"{signal} {outcome} at {self.id}")

    def orders(self) -> list[dict[str, Any]]:
        """Its own orders that are under way."""
        return list(self.link.get("orders", []))

    def told(self, outcome: str) -> list[dict[str, Any]]:
        """Its records of orders with this outcome."""
        return [row for row in self.rows("command") if row["outcome"] == outcome]


class Street:
    """A broker and some boxes, none of which runs yet."""

    def __init__(self, folder: Path, boxes: Iterable[str], panel: str | None = None, more: str = "") -> None:
        self.commune = make_commune(folder)
        self.port = port_of(self.commune.broker)
        self.broker = Broker(self.commune.broker, self.port)
        self.boxes = {box: Villager(folder, box, self.port, more, PANEL if box == panel else "") for box in boxes}
        self.callers: list[Caller] = []
        for box in self.boxes.values():
            self._enrol(box)

    def _enrol(self, box: Villager) -> None:
        now, stick = datetime.now(UTC), box.folder / "stick"
        stick.mkdir()
        settings = load(box.config)
        asked = read_request(make_request(settings, stick, now).path)
        take_answer(settings, enrol(self.commune, asked, now, out=stick).answer, now)

    # ── What the desk does ───────────────────────────────────────────────────────────────────────────────────────

    def befriend(self, box: str, *others: str) -> None:
        """`gongctl neighbours`; carried to the boxes by hand, as their enrolment does."""
        link_neighbours(self.commune, box, others, datetime.now(UTC))
        self.carry_trust()

    def make_panel(self, box: str, *signals: str, at: str = "all") -> None:
        """`gongctl panel`."""
        set_panel(self.commune, box, signals, [at], datetime.now(UTC))
        self.carry_trust()

    def carry_trust(self) -> None:
        """The newest list, into every box that does not run."""
        token = ledger.current(self.commune).token
        for box in self.boxes.values():
            papers(load(box.config)).trust.write_bytes(token)

    def start(self, *names: str) -> None:
        """Broker and boxes, connected."""
        if self.broker.process is None:
            self.broker.start()
        chosen = [self.boxes[name] for name in names or self.boxes]
        for box in chosen:
            box.launch()
        for box in chosen:
            box.wait_for_link()

    def desk(self, seat: int = 1) -> Desk:
        """The commune's desk at one of its seats, listening."""
        folder, authorities = self.commune.desk, self.commune.authority / "ca.pem"
        desk = Desk(authorities, folder / f"seat-{seat}.pem", folder / "seat.key", self.port, f"desk-{seat}")
        desk.signer = jose.load(folder / "desk.key")
        desk.__enter__()
        desk.listen(f"gong/{COMMUNE}/#")
        self.callers.append(desk)
        return desk

    def thief(self, box: str) -> Caller:
        """Somebody with a stolen box's card, in its place."""
        place = papers(load(self.boxes[box].config))
        caller = Caller(place.authorities, place.certificate, place.tls_key, self.port)
        caller.__enter__()
        self.callers.append(caller)
        return caller

    def key_of(self, box: str) -> jose.PrivateKey:
        """A box's own signing key."""
        return jose.load(papers(load(self.boxes[box].config)).key)

    def close(self) -> None:
        """Everything that runs."""
        for box in self.boxes.values():
            box.close()
        self.broker.kill()
        for caller in self.callers:
            caller.__exit__()


TOPICS = Topics("gong", COMMUNE)
CALL = Channel.CALL
