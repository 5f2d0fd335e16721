"""From a trigger to the first sound on a card, and from a stop until the card is let go.

The card is one of ALSA's own: it takes sound and hands it on through a pipe, where it is stamped as it comes out.
"""

import os
import select
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.box import DEVICE, Box, Yard
from bench.figure import Figure, Measure, Target
from bench.moment import boot_seconds, until
from bench.relay import MS
from gongd.adapters.aplay import Aplay
from gongd.adapters.child import ChildOutputs
from gongd.adapters.loudspeaker import Loudspeaker
from gongd.adapters.shelf import SUFFIX, Shelf
from gongd.core.stream import FRAME_BYTES, Hush
from gongd.ports import Track

PATIENCE_MS = 30_000
SOUND_S = 0.3
"""So long it sounds before it is stopped."""
BARE = "a bare aplay, fed the same PCM"
KILLED = "kill of a bare aplay"


@dataclass(frozen=True, slots=True)
class Heard:
    """How long after the trigger the first PCM came out of the card, and how long after the stop it was let go."""

    first_s: float
    gone_s: float


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
        until(lambda: self.first_at is not None, "the first sound", PATIENCE_MS / MS)
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
    track = _print(yard.prints)
    pcm, argv = track.read(0, track.rate).ljust(FRAME_BYTES * track.rate, b"\0"), Aplay(DEVICE).argv(track.rate)
    ours: list[Heard] = []
    alone: list[Heard] = []
    floor: list[Heard] = []
    os.environ.update(card.environment)
    speaker = Loudspeaker(ChildOutputs(Aplay(DEVICE)).open, lambda _event: None)
    probe = card.listen()  # the daemon tries its card when it starts
    with Box(yard, dry=False, environment=card.environment) as box:
        probe.wait_gone()
        box.wait_ready()
        for _ in range(count):
            floor.append(_bare(card, argv, pcm))
            alone.append(_alone(card, speaker, yard.prints))
            ours.append(_ours(card, box))
    speaker.close()
    return [
        _figure("trigger (`play`) to first PCM out of the card", ours, floor, BARE, Target(Measure.RATIO, 1.3)),
        _figure("of that, the loudspeaker's part (`Speaker.begin` to first PCM)", alone, floor, BARE),
        _figure("stop until the card is let go", ours, floor, KILLED, Target(Measure.P99, 100.0)),
    ]


def _ours(card: Card, box: Box) -> Heard:
    return _heard(card, lambda: _do(box, do="play", signal="fire", status="actual"), lambda: _do(box, do="stop"))


def _alone(card: Card, speaker: Loudspeaker, prints: Path) -> Heard:
    """The loudspeaker without the daemon: no socket, no decision, no commit."""
    track = _print(prints)
    return _heard(card, lambda: speaker.begin(track, None, 0.0), speaker.stop)


def _bare(card: Card, argv: list[str], pcm: bytes) -> Heard:
    children: list[subprocess.Popen[bytes]] = []

    def play() -> None:
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, bufsize=0, env={**os.environ, **card.environment})
        assert child.stdin is not None
        children.append(child)
        child.stdin.write(pcm)

    def stop() -> None:
        children[0].kill()

    heard = _heard(card, play, stop)
    with children[0]:
        return heard


def _heard(card: Card, play: Callable[[], None], stop: Callable[[], None]) -> Heard:
    time.sleep(SOUND_S)
    ear = card.listen()
    asked = boot_seconds()
    play()
    first_s = ear.wait_first() - asked
    time.sleep(SOUND_S)
    asked = boot_seconds()
    stop()
    return Heard(first_s, ear.wait_gone() - asked)


def _do(box: Box, **request: object) -> None:
    box.ask(**request)


def _print(prints: Path) -> Track:
    """The alarm as it is printed; where nothing is rendered yet, its bare rhythm's stand-in: silence."""
    shelf = Shelf(prints)
    found = (shelf.take(path.stem) for path in sorted(prints.glob(f"fire-actual*{SUFFIX}")))
    return next((track for track in found if track is not None), Hush())


def _figure(name: str, ours: list[Heard], floor: list[Heard], what: str, target: Target | None = None) -> Figure:
    part = (lambda heard: heard.gone_s) if what is KILLED else (lambda heard: heard.first_s)
    return Figure(name, "ms", _ms(ours, part), _ms(floor, part), what, target)


def _ms(heard: list[Heard], part: Callable[[Heard], float]) -> tuple[float, ...]:
    return tuple(MS * part(one) for one in heard)
