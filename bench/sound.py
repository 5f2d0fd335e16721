"""From a trigger to the first sound on a card, and from a stop until the card is let go.

The card is one of ALSA's own: it takes sound and hands it on through a pipe, where it is stamped as it comes out.
"""

import os
import select
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.box import DEVICE, Box, Yard
from bench.figure import Figure, Measure, Target
from bench.moment import boot_seconds, until
from bench.relay import MS
from gongd.adapters.aplay import Aplay
from gongd.adapters.shelf import SUFFIX, Shelf

PATIENCE_MS = 10_000
SOUND_S = 0.3
"""So long it sounds before it is stopped."""


class Card:
    """A sound card that takes all at once. `environment` makes ALSA find it, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._pipe = folder / "card.pcm"
        config = folder / "asound.conf"
        os.mkfifo(self._pipe)
        config.write_text(
            "pcm.null { type null }\n"
            f'pcm.{DEVICE} {{ type file slave.pcm "null" file "{self._pipe}" format "raw" }}\n'
        )
        self.environment = {"ALSA_CONFIG_PATH": str(config)}

    def listen(self) -> "Ear":
        """Hear one activation, from its first sound until the card is let go."""
        return Ear(self._pipe)


class Ear:
    """Stamps the first sound and the end, in a thread of its own."""

    def __init__(self, pipe: Path) -> None:
        self.first_at: float | None = None
        self.gone_at: float | None = None
        self._pipe = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self._thread = threading.Thread(target=self._listen, name="ear", daemon=True)
        self._thread.start()

    def wait_first(self) -> float:
        """The instant of the first sound."""
        until(lambda: self.first_at is not None, "the first sound")
        return self.first_at or 0.0

    def wait_gone(self) -> float:
        """The instant at which nobody holds the card any more."""
        self._thread.join(PATIENCE_MS / MS)
        until(lambda: self.gone_at is not None, "silence")
        return self.gone_at or 0.0

    def _listen(self) -> None:
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        while poll.poll(PATIENCE_MS):
            now = boot_seconds()
            data = os.read(self._pipe, 65536)
            if not data:
                self.gone_at = now
                break
            self.first_at = self.first_at or now
        os.close(self._pipe)


def sounds(yard: Yard, card: Card, count: int) -> list[Figure]:
    """The daemon, with a speaker and no pins, in turns with a bare aplay that is fed the same sound."""
    pcm, rate = _fire(yard.prints)
    argv = Aplay(DEVICE).argv(rate)
    firsts: list[float] = []
    gones: list[float] = []
    bare_firsts: list[float] = []
    bare_gones: list[float] = []
    probe = card.listen()  # the daemon tries its card when it starts
    with Box(yard, dry=False, environment=card.environment) as box:
        probe.wait_gone()
        box.wait_ready()
        for _ in range(count):
            first, gone = _bare(card, argv, pcm)
            bare_firsts.append(first)
            bare_gones.append(gone)
            first, gone = _ours(card, box)
            firsts.append(first)
            gones.append(gone)
    return [
        _figure("trigger (`play`) to first PCM out of the card", firsts, bare_firsts, Target(Measure.RATIO, 1.3)),
        _figure("stop until the card is let go", gones, bare_gones, Target(Measure.P99, 100.0)),
    ]


def _ours(card: Card, box: Box) -> tuple[float, float]:
    return _heard(card, lambda: _do(box, do="play", signal="fire", status="actual"), lambda: _do(box, do="stop"))


def _bare(card: Card, argv: list[str], pcm: bytes) -> tuple[float, float]:
    children: list[subprocess.Popen[bytes]] = []

    def play() -> None:
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, bufsize=0, env={**os.environ, **card.environment})
        assert child.stdin is not None
        children.append(child)
        child.stdin.write(pcm)

    heard = _heard(card, play, lambda: _kill(children))
    with children[0]:
        return heard


def _heard(card: Card, play: Callable[[], None], stop: Callable[[], None]) -> tuple[float, float]:
    time.sleep(SOUND_S)
    ear = card.listen()
    asked = boot_seconds()
    play()
    first = ear.wait_first() - asked
    time.sleep(SOUND_S)
    asked = boot_seconds()
    stop()
    return first, ear.wait_gone() - asked


def _kill(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.kill()


def _do(box: Box, **request: object) -> None:
    box.ask(**request)


def _fire(prints: Path) -> tuple[bytes, int]:
    """The start of the alarm as it is printed, at most as much as an untouched pipe holds; else silence."""
    for path in sorted(prints.glob(f"fire*{SUFFIX}")):
        track = Shelf(prints).take(path.stem)
        if track is not None:
            pcm, rate = track.read(0, track.rate), track.rate
            track.close()
            return pcm, rate
    return bytes(48_000), 24_000


def _figure(name: str, ours: list[float], floor: list[float], target: Target) -> Figure:
    what = "kill of a bare aplay" if name.startswith("stop") else "a bare aplay, fed the same PCM"
    return Figure(name, "ms", tuple(MS * one for one in ours), tuple(MS * one for one in floor), what, target)
