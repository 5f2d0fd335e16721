"""From the desk to the relay: through a real Mosquitto over TLS, signed and committed, beside those that do neither."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import peer
from bench.box import AMPLIFIER, PINS, Box, Pins, Yard, dying_with_us, installed
from bench.commune import HOST, Commune, make_commune, permit, running
from bench.figure import Figure, Measure, Target, quantile
from bench.floor import Bare
from bench.moment import BenchError, boot_seconds, until
from bench.relay import MS, Rest
from bench.subscriber import ON
from gongd.core.wire_name import to_box
from gongd.core.words import Text
from gongd.desk import orders
from gongd.desk.link import Link
from gongd.desk.office import Office, Pen, new_name, take_pen
from gongd.desk.orders import Hand
from gongd.gongctl.duty import on_duty

BOX, BARE = "bench", "bare"
NAME = "desk's order to relay edge (TLS, signed, committed)"
PUBLISHED = "of that, from the publish on"
PAHO = "a bare paho subscriber over TLS that sets the same mock pin: no signature, no commit"
MQTT_IO = "mqtt-io 2.7.0 from PyPI doing the same: no signature, no commit"
COMMIT = "one durable row in SQLite, then gpiozero's on(): no wire"
MQTT = "mqtt: {{host: {host}, port: {port}}}"
UP_S = 30.0
_SILENT = Text(vi="Chương trình so sánh không chạy", en="the floor's subscriber does not run")


@dataclass(frozen=True, slots=True)
class Listener:
    """One that hears the desk: how it is told to switch on (when that was published) and off, and what its pins did."""

    pins: Pins
    on: Callable[[], float]
    off: Callable[[], object]

    def measure(self, rest: Rest) -> tuple[float, float]:
        """Seconds to the edge: from the desk's first move, and from its publish."""
        rest()
        asked = boot_seconds()
        published = self.on()
        edge = self.pins.wait(AMPLIFIER, True, asked, "the relay's edge")
        rest()
        self.off()
        self.pins.wait_all_off()
        return edge - asked, edge - published


def linked_yard(yard: Yard, name: str, boxes: Sequence[str], port: int | None = None) -> tuple[Yard, Commune]:
    """A box that has a commune: its files in a folder of that name. `port` where its way to the broker begins."""
    root = yard.root / name
    commune = make_commune(root / "commune", root, boxes)
    more = MQTT.format(host=HOST, port=port or commune.port)
    return Yard(root, yard.dry / name, BOX, yard.prints, more), commune


def proven(box: Box) -> None:
    """Wait until the box has its own heartbeat back."""
    box.wait_ready()

    def is_proven() -> bool:
        link = box.ask(do="status").get("link")
        return isinstance(link, dict) and bool(link.get("proven"))

    until(is_proven, "the link", UP_S, 0.05)


@contextlib.contextmanager
def child(argv: Sequence[str], root: Path, ready: Callable[[subprocess.Popen[str]], None]) -> Iterator[int]:
    """A program beside us, until the end: its pid."""
    with (root / "peers.log").open("ab") as log:
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [*dying_with_us(), *argv], stdin=pipe, stdout=pipe, stderr=log, text=True, env=installed(root)
        )
    try:
        ready(process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(10.0)


def subscriber(
    commune: Commune, root: Path, dry: Path, port: int | None = None
) -> contextlib.AbstractContextManager[int]:
    """The bare paho subscriber."""
    papers = commune.state_of(BARE) / "enrolment"
    topic = commune.topic(BARE, "command")
    argv = [sys.executable, "-m", "bench.subscriber", str(dry), str(papers), str(port or commune.port), topic]
    return child(argv, root, lambda process: _require(process.stdout is not None and process.stdout.readline()))


def _require(line: object) -> None:
    if not line:
        raise BenchError(_SILENT)


def wire(yard: Yard, rest: Rest, count: int) -> list[Figure]:
    """Ours, the bare subscriber and mqtt-io in turns; and one durable commit alone."""
    mine, commune = linked_yard(yard, "wire", (BOX, BARE, peer.NAME))
    mine.write()
    permit(commune, f"bench/{peer.NAME}", "read", peer.topic(commune))
    permit(commune, "bench/desk/1", "write", peer.topic(commune))
    floor = Bare(mine.root / "floor", mine.dry / "floor")
    with contextlib.ExitStack() as stack:
        stack.enter_context(running(commune))
        duty = stack.enter_context(on_duty(commune.folder.path, with_link=True))
        assert duty.link is not None
        link = duty.link
        until(lambda: _drained(link) and link.is_up, "the desk's link", UP_S, 0.01)
        listeners = {NAME: _ours(stack, mine, commune, duty.office, link), PAHO: _bare(stack, mine, commune, link)}
        with contextlib.suppress(BenchError):
            listeners[MQTT_IO] = _mqtt_io(stack, mine, commune, link)
        samples: dict[str, list[float]] = {name: [] for name in (*listeners, PUBLISHED, COMMIT)}
        for _ in range(count):
            for name, listener in listeners.items():
                whole, published = listener.measure(rest)
                samples[name].append(whole)
                samples[PUBLISHED] += [published] if name == NAME else []
            rest()
            samples[COMMIT].append(floor.commit_and_on())
            floor.off()
            _drained(link)
    floor.close()
    return _figures({name: tuple(MS * one for one in found) for name, found in samples.items()})


def _figures(samples: dict[str, tuple[float, ...]]) -> list[Figure]:
    ours, bare, commit = samples[NAME], samples[PAHO], samples[COMMIT]
    most = 2 * quantile(bare, 0.99) + quantile(commit, 0.99)
    target = Target(Measure.P99, most)
    told = [
        Figure(NAME, "ms", ours, bare, PAHO, target),
        Figure(f"{NAME}, {PUBLISHED}", "ms", samples[PUBLISHED], bare, PAHO, target),
        Figure(f"{NAME}, beside one commit alone", "ms", ours, commit, COMMIT),
    ]
    if MQTT_IO in samples:
        told.insert(2, Figure(f"{NAME}, beside mqtt-io", "ms", ours, samples[MQTT_IO], MQTT_IO))
    return told


def _drained(link: Link) -> bool:
    """What the boxes answer is not what is measured here."""
    while link.take(0) is not None:
        pass
    return True


# ── Those who listen ─────────────────────────────────────────────────────────────────────────────────────────────


def _ours(stack: contextlib.ExitStack, yard: Yard, commune: Commune, office: Office, link: Link) -> Listener:
    box = stack.enter_context(Box(yard))
    proven(box)
    pen, topic = take_pen(office, None), commune.topic(BOX, "command")
    return Listener(box.pins, lambda: _alert(link, topic, pen), lambda: _stop(box))


def _alert(link: Link, topic: str, pen: Pen) -> float:
    """What the desk does at the keystroke: the order is made, signed and published."""
    claims = orders.alert(Hand(pen.name, "bench"), new_name(), (to_box("bench", BOX),), datetime.now(UTC), "fire")
    return _send(link, topic, pen.seal(claims))


def _stop(box: Box) -> None:
    box.ask(do="stop")


def _bare(stack: contextlib.ExitStack, yard: Yard, commune: Commune, link: Link) -> Listener:
    dry = yard.dry / BARE
    stack.enter_context(subscriber(commune, yard.root, dry))
    return _switched(link, commune.topic(BARE, "command"), dry)


def _mqtt_io(stack: contextlib.ExitStack, yard: Yard, commune: Commune, link: Link) -> Listener:
    """Raises BenchError, and says why, where it cannot be installed or does not listen."""
    dry = yard.dry / peer.NAME
    try:
        argv = peer.argv(peer.install(), commune, yard.root, dry)
        listener = _switched(link, peer.topic(commune), dry)
        stack.enter_context(child(argv, yard.root, lambda _process: _answers(listener)))
    except BenchError as error:
        print(f"bench: without mqtt-io: {error.text.en}", file=sys.stderr, flush=True)
        raise
    return listener


def _answers(listener: Listener) -> None:
    """It does not say when it listens: it is told until its pin moves."""

    def moves() -> bool:
        listener.on()
        listener.pins.follow()
        return any(on for _, _, on in listener.pins.edges)

    until(moves, "mqtt-io", UP_S, 0.2)
    listener.off()
    listener.pins.wait_all_off()


def _switched(link: Link, topic: str, dry: Path) -> Listener:
    return Listener(Pins(dry / PINS), lambda: _send(link, topic, ON), lambda: _send(link, topic, b"OFF"))


def _send(link: Link, topic: str, payload: bytes) -> float:
    published = boot_seconds()
    link.send(topic, payload)
    return published
