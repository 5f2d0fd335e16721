"""The real daemon in a child process: its settings file, its local socket, and what its pins did."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.moment import BenchError, boot_seconds, until
from gongd.adapters.control import ask
from gongd.core.errors import SocketError
from gongd.core.words import Text

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AMPLIFIER, BELL, STRIKER, STROBE = 17, 18, 27, 22
"""BCM numbers. The bell belongs to the gong alone, the strobe to the fire alarm alone."""
DEBOUNCE_S = 0.02
DEVICE = "card"
PINS = "pins.jsonl"
"""In the folder of the dry driver: what the pins did."""
_NOT_OURS = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "STATE_DIRECTORY", "RUNTIME_DIRECTORY")
_REFUSED = Text(vi="gongd từ chối: {why}", en="gongd refuses: {why}")
_DIED = Text(vi="gongd đã dừng: {why}", en="gongd has died: {why}")

_SETTINGS = """\
# The bench's own box, written anew at every run.
box: {{id: bench, commune: bench, name: "Thôn thử"}}
speaker: {{backend: aplay, device: {device}}}
relays:
  amplifier: {{pin: 17, on: activation, lead: 500ms, tail: 1s}}
  bell: {{pin: 18, on: activation, lead: 500ms}}
  striker: {{pin: 27, on: stroke, pulse: 80ms}}
  strobe: {{pin: 22, on: activation, lead: 500ms, blink: 500ms}}
  siren: {{pin: 23, on: blast}}
buttons:
  fire: {{pin: 5, hold: 0s, sound: fire}}
  silence: {{pin: 26, hold: 1s, do: silence}}
signals:
  fire: {{relays: [amplifier, striker, strobe]}}
schedules: {schedules}
clock: {{trust: assume}}
journal: {{path: {journal}}}
prints: {{path: {prints}}}
{more}
"""


@dataclass(frozen=True, slots=True)
class Yard:
    """Where the files of one box lie: `root` on the disk that is measured, emptied at every run; `dry`, the mock pins
    and the sound files, in memory, because real pins and a real card do not wait for a disk.

    `name` is that of the state folder, `kept_prints` where sounds are rendered already, `more` settings that are added.
    """

    root: Path
    dry: Path
    name: str = "state"
    kept_prints: Path | None = None
    more: str = ""

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.root / "config.yaml"

    @property
    def state(self) -> Path:
        """Journal, socket and prints."""
        return self.root / self.name

    @property
    def prints(self) -> Path:
        """The rendered sounds."""
        return self.kept_prints or self.state / "prints"

    def write(self, due: Sequence[datetime] | None = None) -> None:
        """The settings file: the peace gong at these instants, to the second; None for every night at 22:00."""
        faces = ["22:00"] if due is None else [f"{at.astimezone(ZONE):%H:%M:%S}" for at in due]
        rows = [f'{{id: ring-{face.replace(":", "-")}, signal: peace, at: "{face}"}}' for face in faces]
        journal, prints = json.dumps(str(self.state / "journal.db")), json.dumps(str(self.prints))
        told = f"[{', '.join(rows)}]"
        text = _SETTINGS.format(schedules=told, journal=journal, prints=prints, device=DEVICE, more=self.more)
        self.config.write_text(text, encoding="utf-8")


UNSEEN_S, LOOK_S = 0.03, 0.01
"""Every edge bears its own instant, so whoever waits for one does not look for so long, and then so often: each look
takes the processor from those who are measured."""


@dataclass(slots=True)
class Pins:
    """The lines of `pins.jsonl`, read on from where reading stopped."""

    path: Path
    edges: list[tuple[float, int, bool]] = field(default_factory=list)
    _read: int = 0

    def follow(self) -> None:
        """Read what is new; a line that is half written waits."""
        with contextlib.suppress(FileNotFoundError), self.path.open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
            self._read += len(whole) + len(newline)
            told = [json.loads(line) for line in whole.splitlines()]
            self.edges += [(line["at"], line["pin"], bool(line["level"])) for line in told]

    def wait(self, pin: int, on: bool, after: float, what: str, seconds: float = 10.0) -> float:
        """The instant of the first such edge after an instant. Raises BenchError."""
        found: list[float] = []

        def has_come() -> bool:
            self.follow()
            found.extend(at for at, moved, level in self.edges if (moved, level) == (pin, on) and at > after)
            return bool(found)

        time.sleep(UNSEEN_S)
        until(has_come, what, seconds, LOOK_S)
        return found[0]

    def wait_all_off(self) -> float:
        """Wait until no output is on; the instant of the last edge."""

        def are_off() -> bool:
            self.follow()
            return not any({pin: on for _, pin, on in self.edges}.values())

        time.sleep(UNSEEN_S)
        until(are_off, "silence of all relays", look_s=LOOK_S)
        return self.edges[-1][0]


class Box:
    """`gongd run`, dry or on a card of ALSA's own; ended whatever happens (a context manager)."""

    def __init__(self, yard: Yard, dry: bool = True, environment: Mapping[str, str] | None = None) -> None:
        self._socket = yard.state / "gongd.sock"
        pins = yard.dry / PINS
        self.pins = Pins(pins, _read=pins.stat().st_size if pins.exists() else 0)
        self._log = yard.root / "gongd.log"
        asked = ["run", "--config", str(yard.config), *(["--dry", "--out", str(yard.dry)] if dry else [])]
        with self._log.open("ab") as log:
            self.started_at = boot_seconds()
            self._child = subprocess.Popen(
                [*dying_with_us(), sys.executable, "-m", "gongd", *asked],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**installed(yard.root), **(environment or {})},
            )

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *_: object) -> None:
        self._child.terminate()
        try:
            self._child.wait(10.0)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    @property
    def pid(self) -> int:
        """Of the daemon itself: `setpriv` has become it."""
        return self._child.pid

    def ask(self, **request: object) -> Mapping[str, object]:
        """One request over the local socket. Raises BenchError when it is refused, SocketError when nobody answers."""
        if self._child.poll() is not None:
            last = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise BenchError(_DIED.fill(why=" ".join(last)))
        answer = ask(self._socket, request)
        if not answer.get("ok"):
            raise BenchError(_REFUSED.fill(why=answer))
        return answer

    def tries(self, **request: object) -> bool:
        """Ask; False while nobody answers yet."""
        try:
            self.ask(**request)
        except SocketError:
            return False
        return True

    def wait_ready(self) -> None:
        """Until it answers."""
        until(lambda: self.tries(do="status"), "an answer", 60.0)

    def wait_prints(self, seconds: float) -> None:
        """Until every sound is rendered and the child that renders has gone."""
        self.wait_ready()
        until(lambda: not self._missing() and not children(self.pid), "the last print", seconds, 0.2)

    def _missing(self) -> object:
        prints = self.ask(do="status")["prints"]
        return prints["missing"] if isinstance(prints, Mapping) else None


def installed(root: Path) -> dict[str, str]:
    """The environment of a child: nothing of systemd's, and compiled modules kept, as an installation has them."""
    plain = {key: value for key, value in os.environ.items() if key not in (*_NOT_OURS, "PYTHONDONTWRITEBYTECODE")}
    return {**plain, "PYTHONPYCACHEPREFIX": str(root / "compiled")}


def children(pid: int) -> list[int]:
    """The children of all threads of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def dying_with_us() -> list[str]:
    """Where util-linux is there, the kernel ends a child even when the bench itself is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
