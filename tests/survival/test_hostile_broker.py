"""A hostile broker, whatever its manner, stops neither the gong, nor the button, nor the watchdog.

A real daemon for each manner, all at once: their gong is due at the same second, while each is under attack.
"""

import contextlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.desk.commune import free_port
from tests.link.world import MQTT, World
from tests.promises.daemon import AMPLIFIER, STRIKER, Daemon, until
from tests.survival.impostor import MANNERS, Impostor, impostor

DUE_S = 12
BOOT_S = 120.0
"""Ten daemons start at once, on whatever machine this is."""
SIGNS = 3
GONG = 'schedules: [{{id: nightly, signal: peace, at: "{at}", days: daily, grace: 2m}}]\n'


@dataclass
class Besieged:
    """A daemon, its broker that is none, and what systemd hears of it."""

    daemon: Daemon
    broker: Impostor
    notes: socket.socket
    port: int
    signs: list[float] = field(default_factory=list)

    def listen(self) -> None:
        """As systemd does."""
        with contextlib.suppress(OSError):
            while note := self.notes.recv(4096):
                if b"WATCHDOG=1" in note:
                    self.signs.append(1.0)

    def expect_a_gong(self) -> None:
        """Write its schedule down, in time: what is written down after its hour begins with the next night."""
        until(lambda: self.daemon.try_status().get("journal", {}).get("id"), "the daemon", BOOT_S)
        due = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")) + timedelta(seconds=DUE_S)
        mqtt = MQTT.format(port=self.port, heartbeat="10s")
        self.daemon.settings(more=mqtt + GONG.format(at=f"{due:%H:%M:%S}"))
        answer = self.daemon.ask("reload")
        assert answer.get("ok"), answer


@pytest.fixture(scope="module")
def besieged() -> Iterator[dict[str, Besieged]]:
    """One daemon for each manner."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as home, contextlib.ExitStack() as ends:
        world = World(Path(home))
        made: dict[str, Besieged] = {}
        for manner in MANNERS:
            port = free_port()
            broker = ends.enter_context(impostor(world.commune.broker, port, manner))
            daemon = Daemon(Path(home) / manner.__name__, more=MQTT.format(port=port, heartbeat="10s"))
            shutil.copytree(world.box.state, daemon.state, dirs_exist_ok=True)
            notes = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            notes.bind(str(daemon.folder / "notify"))
            daemon.environment = {"NOTIFY_SOCKET": str(daemon.folder / "notify"), "WATCHDOG_USEC": "2000000"}
            made[manner.__name__] = one = Besieged(daemon.launch(), broker, notes, port)
            ends.callback(notes.close)
            ends.callback(daemon.close)
            threading.Thread(target=one.listen, daemon=True).start()
        for one in made.values():
            one.expect_a_gong()
        yield made


@pytest.mark.parametrize("manner", [manner.__name__ for manner in MANNERS])
def test_gong_button_and_watchdog_go_on_under_attack(besieged: dict[str, Besieged], manner: str) -> None:
    one = besieged[manner]
    box = one.daemon
    until(lambda: one.broker.callers, "the box", BOOT_S)
    until(lambda: box.outcomes("peace")[:1] == ["started"], "the gong")
    until(lambda: any(level for _, _, level in box.edges(AMPLIFIER)), "the gong's relay")
    assert [row["outcome"] for row in box.rows("night")] == ["rung"]
    box.press("fire")
    box.wait_for_relay(STRIKER)
    until(lambda: box.sounding() == "fire", "the alarm")
    box.press("silence")
    until(box.is_dark, "silence")
    before = len(one.signs)
    until(lambda: len(one.signs) >= before + SIGNS, "the watchdog's sign")
    assert not box.status()["link"]["proven"]
    assert box.terminate() == 0
    assert "Traceback" not in box.said(), box.said()
