"""The demo's own box: its pins, its settings file, and where its files lie."""

import json
import shutil
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from gongd.core.errors import GongdError
from gongd.core.words import Text

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SCHEDULE = "nightly"
AMPLIFIER, STRIKER, STROBE, LAMP = 17, 27, 22, 25
"""BCM numbers of the outputs."""
NAMES = {
    AMPLIFIER: Text("tăng âm", "amplifier"),
    STRIKER: Text("búa gõ kẻng", "striker"),
    STROBE: Text("đèn chớp", "strobe"),
    LAMP: Text("đèn nút CHÁY", "FIRE lamp"),
}
HOLD_S = 2.0
"""How long the fire button must be held."""

_LONGEST_SOCKET = 100
"""Linux allows 107 bytes in the path of a socket; `.new` stands behind it for a moment."""
_TOO_LONG = Text(
    "Đường dẫn {out} quá dài. Chọn thư mục khác: --out DIR", "the path {out} is too long; choose another with --out DIR"
)
_NOT_MINE = Text(
    "{out} có sẵn và không phải của bản trình diễn; chọn thư mục khác: --out DIR",
    "{out} is there and was not made by the demo; choose another with --out DIR",
)
_UNUSABLE = Text("Không dùng được thư mục {out}: {why}", "the folder {out} cannot be used: {why}")

_MARK = "# The demo's own box, written anew at every run. A real one: config.example.yaml\n"
_SETTINGS = """\
box: {{id: {id}, commune: nguyet-an, name: "{name}, xã Nguyệt Ấn", zones: [{zone}]}}

relays:
  amplifier: {{pin: 17, on: activation, lead: 500ms, tail: 1s}}
  striker: {{pin: 27, on: stroke, pulse: 80ms}}
  strobe: {{pin: 22, on: activation, lead: 500ms, blink: 500ms}}

buttons:
  fire: {{pin: 5, hold: 2s, sound: fire, lamp: 25}}
  silence: {{pin: 26, hold: 1s, do: silence}}

signals:
  peace: {{rhythm: "1 hồi, 9 tiếng", volume: 50}}
  fire: {{relays: [amplifier, striker, strobe]}}
  # Never sounded here. What is routine is rendered last, so the demo need not wait for them.
  security: {{priority: routine}}
  flood: {{priority: routine}}
  flood-watch: {{priority: routine}}
  all-clear: {{priority: routine}}
  false-alarm: {{priority: routine}}

schedules: {schedules}

journal: {{path: {journal}}}
{more}"""


class DemoError(GongdError, RuntimeError):
    """Something that was promised did not happen."""


@dataclass(frozen=True, slots=True)
class Village:
    """One box's folder. `out` is absolute; the daemon's files lie below it. `more` joins its settings."""

    out: Path
    id: str = "thon-3"
    name: str = "Thôn 3"
    zone: str = "trung-tam"
    more: str = ""

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.out / "config.yaml"

    @property
    def journal(self) -> Path:
        """The journal; the socket lies beside it."""
        return self.out / "state" / "journal.db"

    @property
    def socket(self) -> Path:
        """Where the daemon is asked."""
        return self.out / "state" / "gongd.sock"

    @property
    def waves(self) -> list[Path]:
        """The sound files, the oldest first."""
        return sorted(self.out.glob("*.wav"))

    def found(self) -> None:
        """An empty folder with a settings file that has no schedule yet. Raises DemoError."""
        if len(str(self.socket).encode()) > _LONGEST_SOCKET:
            raise DemoError(_TOO_LONG.fill(out=self.out))
        if self.out.exists() and not self._is_ours():
            raise DemoError(_NOT_MINE.fill(out=self.out))
        try:
            if self.out.exists():
                shutil.rmtree(self.out)
            self.journal.parent.mkdir(parents=True)
            self.write(None)
        except OSError as error:
            raise DemoError(_UNUSABLE.fill(out=self.out, why=error.strerror)) from error

    def write(self, at: time | None) -> None:
        """The settings file; with `at`, the peace gong rings at that time of day, to the second."""
        entry = f'[{{id: {SCHEDULE}, signal: peace, at: "{at:%H:%M:%S}", days: daily}}]' if at else "[]"
        journal = json.dumps(str(self.journal), ensure_ascii=False)
        text = _SETTINGS.format(
            id=self.id, name=self.name, zone=self.zone, schedules=entry, journal=journal, more=self.more
        )
        self.config.write_text(_MARK + text, encoding="utf-8")

    def _is_ours(self) -> bool:
        """Nothing that somebody else may have put there is ever removed."""
        if not self.out.is_dir():
            return False
        marked = self.config.is_file() and self.config.read_text("utf-8", "replace").startswith(_MARK)
        return marked or not any(self.out.iterdir())
