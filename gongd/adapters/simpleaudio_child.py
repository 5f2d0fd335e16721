"""simpleaudio 1.0.4 as the program that plays (`backend: simpleaudio`): only on request, only in a child process.

It is archived; on Python 3.12 and later it ends in a segmentation fault; it knows only ALSA's `default` device and
says nothing when a card goes. It plays one buffer, whose end must be known at its start. So the child gives it a long
buffer of silence and writes the sound into that buffer a little before the place that is being played.

    python -m gongd.adapters.simpleaudio_child RATE < PCM
"""

import importlib.util
import mmap
import os
import select
import sys
import time
from dataclasses import dataclass

from gongd.core.errors import NoSpeakerError, SpeakerError
from gongd.core.words import Text

LATENCY_S = 0.15
"""simpleaudio reads its buffer 100 ms ahead (its fixed ALSA latency); half as much again is for us."""
LONGEST_S = 1800
"""The buffer; its pages cost nothing until sound is written. Then the child ends, and a new one goes on."""
LOOK_S = 0.05
FIRST_BROKEN = (3, 12)

TOO_NEW = Text(
    vi="simpleaudio không chạy được trên Python {version} (bị sập từ bản 3.12). Đặt speaker.backend: aplay",
    en="simpleaudio does not work on Python {version} (it crashes from 3.12 on). Set speaker.backend: aplay",
)
NOT_INSTALLED = Text(
    vi="Chưa cài simpleaudio. Chạy: pip install 'gongd[simpleaudio]', hoặc đặt speaker.backend: aplay",
    en="simpleaudio is not installed. Run: pip install 'gongd[simpleaudio]', or set speaker.backend: aplay",
)
ONE_DEVICE = Text(
    vi="simpleaudio chỉ phát được qua “default”, không phát được qua “{device}”. Đặt speaker.backend: aplay",
    en="simpleaudio knows only the device “default”, not “{device}”. Set speaker.backend: aplay",
)
FAILED = Text(
    vi="Loa không phát được qua simpleaudio. Xem dây USB âm thanh, tăng âm ({said})",
    en="simpleaudio has failed. Check the sound card and the amplifier ({said})",
)
SILENT = Text(vi="không có lời báo, mã {status}", en="no message, status {status}")


@dataclass(frozen=True, slots=True)
class SimpleAudio:
    """This module as a child process."""

    device: str = "default"
    version: tuple[int, int] = sys.version_info[:2]
    latency_s: float = LATENCY_S

    def require(self) -> None:
        """Raises SpeakerError where simpleaudio cannot be used, saying why and what to do."""
        if self.version >= FIRST_BROKEN:
            raise SpeakerError(TOO_NEW.fill(version=".".join(map(str, self.version))))
        if self.device != "default":
            raise SpeakerError(ONE_DEVICE.fill(device=self.device))
        if importlib.util.find_spec("simpleaudio") is None:
            raise NoSpeakerError(NOT_INSTALLED)

    def argv(self, rate: int) -> list[str]:
        """The command line. Raises SpeakerError as `require`."""
        self.require()
        return [sys.executable, "-m", "gongd.adapters.simpleaudio_child", str(rate)]

    def explain(self, status: int | None, said: str) -> SpeakerError:
        """What the child's end means. simpleaudio never says that there is no such device."""
        words: object = said.splitlines()[-1] if said else SILENT.fill(status=status)
        return SpeakerError(FAILED.fill(said=words))


def main() -> int:
    """Play standard input until it ends. Exit status 0, or 1 when the device takes no more."""
    from simpleaudio import play_buffer

    rate = int(sys.argv[1])
    second = rate * 2
    sound = mmap.mmap(-1, LONGEST_S * second)
    playing = play_buffer(sound, 1, 2, rate)
    begun_at = time.monotonic()
    place = 0
    while playing.is_playing():
        if not select.select([0], [], [], LOOK_S)[0]:
            continue
        piece = os.read(0, 65536)
        now = int((time.monotonic() - begun_at) * rate) * 2
        if not piece:
            time.sleep(max(0, place - now) / second)
            playing.stop()
            return 0
        if place < now + int(LATENCY_S * rate):  # less than half of the latency is left: begin anew beyond it
            place = now + int(LATENCY_S * rate) * 2
        sound[place : place + len(piece)] = piece
        place += len(piece)
    print("the device takes no more sound", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
