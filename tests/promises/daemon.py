"""A real daemon in a process of its own, on mock pins and WAV files, and what can be seen of it from outside."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from gongd.adapters.control import ask
from gongd.adapters.journal import read
from gongd.core.errors import SocketError

ROOT = Path(__file__).parents[2]
LONG_S = 40.0
AMPLIFIER, STRIKER, SIREN, FAULT_LAMP, FIRE_LAMP = 17, 27, 23, 24, 25
SOUNDING = (AMPLIFIER, STRIKER, SIREN)
SETTINGS = """
box: {{id: thon-3, commune: nguyet-an, name: "Thôn 3, xã Nguyệt Ấn", timezone: Asia/Ho_Chi_Minh}}
relays:
  amplifier: {{pin: 17, on: activation, lead: 50ms, tail: 100ms}}
  striker: {{pin: 27, on: stroke, pulse: 80ms}}
  siren: {{pin: 23, on: blast}}
  lamp: {{pin: 24, on: fault}}
buttons:
  fire: {{pin: 5, hold: 200ms, sound: fire, lamp: 25}}
  all-clear: {{pin: 19, hold: 200ms, sound: all-clear}}
  silence: {{pin: 26, hold: 200ms, do: silence}}
  patrol: {{pin: 16, do: check-in}}
  status: {{pin: 20, do: status}}
signals:
  fire: {{priority: emergency, rhythm: "liên thanh 4s, nghỉ 1s", repeat: until-stopped, at_most: {at_most}}}
  wail: {{priority: emergency, rhythm: "còi hú 20s", repeat: until-stopped, at_most: 60s}}
journal: {{path: {folder}/state/journal.db}}
prints: {{path: {folder}/state/prints}}
{more}
"""
T = TypeVar("T")


def until(look: Callable[[], T], what: str = "it", deadline_s: float = LONG_S) -> T:
    """Poll until something is there; fails after a generous deadline."""
    end = time.monotonic() + deadline_s
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} has not come")
        time.sleep(0.01)
    return found


def boot_s() -> float:
    """The clock of the pins' log."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Daemon:
    """One daemon in `folder`. What it keeps stays when it dies; `start` starts it again."""

    def __init__(
        self, folder: Path, more: str = "", at_most: str = "30s", dry: bool = True, prints: bool = False
    ) -> None:
        self.folder = folder
        self.state, self.out, self.config = folder / "state", folder / "out", folder / "config.yaml"
        self.state.mkdir(parents=True, exist_ok=True)
        if not prints:
            (self.state / "prints").touch()  # a file where the folder should be: nothing is rendered, nothing is found
        self.before: list[str] = []
        self.environment: dict[str, str] = {}
        self.dry = dry
        self.process: subprocess.Popen[bytes] | None = None
        self.settings(more, at_most)

    def settings(self, more: str = "", at_most: str = "30s") -> None:
        """Write the settings file."""
        text = SETTINGS.format(folder=self.folder, more=more, at_most=at_most)
        self.config.write_text(text, encoding="utf-8")

    # ── Life ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def launch(self) -> "Daemon":
        """Start the process; it is not ready yet."""
        args = ["run", "--config", str(self.config)] + (["--dry", "--out", str(self.out)] if self.dry else [])
        with (self.folder / "said.txt").open("ab") as said:
            self.process = subprocess.Popen(
                [*self.before, sys.executable, "-m", "gongd", *args],
                cwd=ROOT,
                stdout=said,
                stderr=said,
                env={**os.environ, "RUNTIME_DIRECTORY": str(self.state), **self.environment},
            )
        return self

    def start(self) -> "Daemon":
        """Start it, and wait until it answers and remembers."""
        self.launch()
        until(lambda: self.try_status().get("journal", {}).get("id"), "the daemon", LONG_S)
        return self

    def kill(self) -> None:
        """kill -9."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        """SIGTERM; its exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONG_S)

    def close(self) -> None:
        """Whatever the test has left."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def said(self) -> str:
        """What it wrote on its standard error."""
        return (self.folder / "said.txt").read_text(encoding="utf-8")

    # ── People ───────────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, what: str, **more: object) -> Any:
        """Ask over the local socket."""
        return ask(self.state / "gongd.sock", {"do": what, **more})

    def try_status(self) -> Mapping[str, Any]:
        """What it says of itself; nothing while nobody answers."""
        assert self.process
        assert self.process.poll() is None, self.said()
        with contextlib.suppress(SocketError):
            return dict(self.ask("status"))
        return {}

    def status(self) -> Mapping[str, Any]:
        """What it says of itself."""
        return dict(self.ask("status"))

    def press(self, button: str, for_s: float = 0.5) -> None:
        """Hold a mock button."""
        assert self.ask("press", button=button, for_s=for_s) == {"ok": True}

    def faults(self) -> set[str]:
        """The faults that stand."""
        return {fault["code"] for fault in self.status()["faults"]}

    def sounding(self) -> str | None:
        """The signal that sounds."""
        turn = self.status()["sounding"]
        return str(turn["signal"]) if turn else None

    # ── What can be seen ─────────────────────────────────────────────────────────────────────────────────────────

    def edges(self, pin: int | None = None) -> list[tuple[float, int, int]]:
        """Every change of an output: (instant, pin, level)."""
        log = self.out / "pins.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [(line["at"], line["pin"], line["level"]) for line in lines if pin in (None, line["pin"])]

    def level(self, pin: int) -> str:
        """The level of a pin as the kernel would keep it."""
        return (self.out / "pins.levels").read_text()[pin]

    def level_or_none(self, pin: int) -> str | None:
        """The level of a pin, once there are pins."""
        return self.level(pin) if (self.out / "pins.levels").exists() else None

    def is_dark(self) -> bool:
        """Are all relays that sound off?"""
        return all(self.level(pin) != "1" for pin in SOUNDING)

    def wait_for_relay(self, pin: int = STRIKER) -> None:
        """Until a relay has been switched on once more than now."""
        before = len([edge for edge in self.edges(pin) if edge[2]])
        until(lambda: len([edge for edge in self.edges(pin) if edge[2]]) > before, f"pin {pin}")

    def rows(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The journal."""
        return [row for row in read(self.state / "journal.db") if kind in (None, row["kind"])]

    def outcomes(self, signal_name: str) -> list[str]:
        """What became of the activations of a signal."""
        return [row["outcome"] for row in self.rows("activation") if row["signal"] == signal_name]

    def sounds(self) -> list[Path]:
        """The WAV files, oldest first."""
        return sorted(self.out.glob("*.wav"))


def relays_off(daemon: Daemon) -> subprocess.CompletedProcess[bytes]:
    """What systemd runs when the daemon has died."""
    program = [sys.executable, "-I", "-S", str(ROOT / "gongd" / "relays_off.py"), str(daemon.state / "pins.json")]
    return subprocess.run(program, capture_output=True, timeout=LONG_S, check=False)
