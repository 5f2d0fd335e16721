"""aplay (Debian: alsa-utils) as the program that plays, and the card it plays on.

Chosen over an audio library in our own process because it is crash-isolated, needs nothing compiled, is on every
Raspberry Pi OS, names devices as ALSA does, and exits with a message when a USB card is unplugged.
"""

import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gongd.core.errors import NoSpeakerError, SpeakerError
from gongd.core.words import Text
from gongd.one_core import go_free

BUFFER_US = 100_000
PERIOD_US = 25_000
START_US = 50_000
"""aplay's own times, in microseconds: its buffer, how often it is filled, and how much is in it when the card starts.
A short buffer keeps sound and relays together; 50 ms before the start outlast the feeder's first wake-ups."""
MISSING = ("No such file or directory", "No such device", "Unknown PCM", "Cannot get card index")
"""How ALSA (with LC_ALL=C) says that there is no such device: ENOENT, ENODEV and its own two."""
LOOK_S = 5.0
"""How often the list of cards is looked at: one small read."""
AGAIN_S = 60.0
"""How often a lost device is tried while nothing sounds."""

NOT_INSTALLED = Text(
    vi="Chưa có chương trình aplay. Chạy: sudo apt install alsa-utils",
    en="aplay is not installed. Run: sudo apt install alsa-utils",
)
NO_DEVICE = Text(
    vi="Không thấy bộ âm thanh “{device}”. Kiểm tra dây USB âm thanh ({said})",
    en="there is no sound device “{device}”. Check the USB cable of the sound card ({said})",
)
FAILED = Text(
    vi="Loa không phát được qua “{device}”. Xem tăng âm, cầu chì ({said})",
    en="the sound device “{device}” has failed ({said})",
)
HUNG = Text(vi="aplay không trả lời", en="aplay does not answer")
ENDED = Text(vi="aplay đã dừng, mã {status}", en="aplay has ended with status {status}")


@dataclass(frozen=True, slots=True)
class Aplay:
    """aplay on one ALSA device, e.g. `default` or `plughw:CARD=Device`."""

    device: str = "default"
    latency_s: float = 0.0

    def argv(self, rate: int) -> list[str]:
        """The command line. Raises NoSpeakerError when aplay is not installed."""
        aplay = shutil.which("aplay")
        if aplay is None:
            raise NoSpeakerError(NOT_INSTALLED)
        times = [f"--buffer-time={BUFFER_US}", f"--period-time={PERIOD_US}", f"--start-delay={START_US}"]
        return [aplay, "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(rate), "-D", self.device, *times]

    def explain(self, status: int | None, said: str) -> SpeakerError:
        """What aplay's end means. Its last line says it; the lines before are ALSA's own search for the device."""
        last = re.sub(r"^aplay: \w+:\d+: ", "", said.splitlines()[-1]) if said else ""
        words: object = last if last else HUNG if status is None else ENDED.fill(status=status)
        missing = any(sign in said for sign in MISSING)
        text = (NO_DEVICE if missing else FAILED).fill(device=self.device, said=words)
        return NoSpeakerError(text) if missing else SpeakerError(text)


def cards(path: Path = Path("/proc/asound/cards")) -> str | None:
    """The kernel's list of sound cards as it stands, or None where there is none. Cheap."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


class CardWatch:
    """Tries the loudspeaker at start, whenever a card comes or goes, and every minute while it is lost.

    So a missing card is a fault at once, and not when the alarm comes; and a card in order is never opened for
    nothing. `probe` posts what it finds.
    """

    def __init__(
        self,
        probe: Callable[[], Text | None],
        look: Callable[[], str | None] = cards,
        look_s: float = LOOK_S,
        again_s: float = AGAIN_S,
    ) -> None:
        self._probe = probe
        self._look = look
        self._look_s = look_s
        self._again_s = again_s
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="card-watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; does not wait for a probe."""
        self._closing.set()

    def _watch(self) -> None:
        go_free()
        seen, trouble, waited_s = self._look(), self._probe(), 0.0
        while not self._closing.wait(self._look_s):
            waited_s += self._look_s
            now = self._look()
            if now != seen or (trouble and waited_s >= self._again_s):
                seen, trouble, waited_s = now, self._probe(), 0.0
