"""A box in a folder, a partition on which settings arrive, and the daemon's local socket."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gongd.adapters.control import ControlSocket
from gongd.adopt import Adoption, adopt
from gongd.ports import Asked
from gongd.settings import load
from gongd.settings.clip import sounds_folders
from gongd.settings.place import control_path

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)

BAD = "schedules:\n  - {id: nightly, signal: piece, at: '25:00'}\n"
NAMED = 'signals: {fire: {say: [muong/chay.ogg, {vi: "Cháy ở {place}!"}]}}\n'


@dataclass
class Box:
    """A box in a folder of its own, and a partition beside it on which things arrive."""

    root: Path
    heard: list[str] = field(default_factory=list)
    reloaded: list[str] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.root / "etc" / "config.yaml"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def journal(self) -> Path:
        return self.state / "journal.db"

    @property
    def partition(self) -> Path:
        return self.root / "stick"

    @property
    def offered(self) -> Path:
        return self.partition / "gongd" / "config.yaml"

    def text(self, name: str = "Thôn 3, xã Nguyệt Ấn", more: str = "") -> str:
        return (
            f'box: {{id: thon-3, commune: nguyet-an, name: "{name}"}}\n'
            f"speaker: {{backend: none}}\njournal: {{path: {self.journal}}}\n{more}"
        )

    def offer(self, text: str | bytes) -> None:
        self.offered.parent.mkdir(parents=True, exist_ok=True)
        self.offered.write_bytes(text if isinstance(text, bytes) else text.encode())

    def adopt(self) -> Adoption:
        return adopt(self.config, self.partition, NOW, self.journal)

    def left(self) -> list[str]:
        """What waits to be spoken at the next start."""
        note = self.state / "say.json"
        return list(json.loads(note.read_text())) if note.exists() else []

    def former(self) -> list[Path]:
        return sorted(self.config.parent.glob("config.yaml.*"))

    def serve(self, asked: object) -> None:
        """What the daemon does with a request."""
        match asked:
            case Asked({"do": "say", "text": str(text)}, answer):
                self.heard.append(text)
                answer({"ok": True})
            case Asked({"do": "reload"}, answer):
                self.reloaded.append(load(self.config).box.name)
                answer({"ok": True, "waiting": False})


def settled(root: Path) -> Box:
    """A box with settings of its own."""
    box = Box(root)
    for folder in (box.config.parent, box.state, box.partition):
        folder.mkdir()
    box.config.write_text(box.text())
    box.config.chmod(0o640)
    return box


@contextmanager
def running(box: Box) -> Iterator[Box]:
    """Its daemon answers meanwhile."""
    socket = ControlSocket(control_path(box.journal), box.serve)
    try:
        yield box
    finally:
        socket.close()


def bring_clip(place: Path) -> Path:
    """Put a real recording there."""
    shipped = next(path for folder in sounds_folders() for path in sorted(folder.glob("*.ogg")))
    place.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(shipped, place))
