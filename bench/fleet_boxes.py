"""Many boxes in one process: each has its own TLS connection and certificate and talks plain MQTT 5; no daemon behind.

`python -m bench.fleet_boxes FOLDER PORT`; lines on standard input say what is to be sent, each answered with a line.
What they send is made and signed before: `bench/fleet.py` writes it.
"""

import json
import selectors
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.commune import HOST, NAME, many_files
from bench.weight import counted

KEEPALIVE_S = 280
"""They send no PINGREQ, so a long one. Not the 300 s that mosquitto.conf allows at most: Mosquitto 2.0.21 lets go of a
client that asks for just that, at once."""
HEARD = ("{box}/command", "{box}/heartbeat", "zone/gan/command", "all/command", "trust")
"""What a box subscribes to (wire.md): its heartbeat comes back to it."""
WEIGHED, ROUNDS, SETTLE_S = 50, 5, 1.0
"""So many boxes are weighed, so often."""


def length(count: int) -> bytes:
    """A variable byte integer (MQTT 5, 1.5.5)."""
    out = bytearray()
    while True:
        count, digit = divmod(count, 128)
        out.append(digit | (0x80 if count else 0))
        if not count:
            return bytes(out)


def text(words: str) -> bytes:
    """A string with its length."""
    data = words.encode()
    return len(data).to_bytes(2, "big") + data


def packet(kind: int, body: bytes) -> bytes:
    """One control packet."""
    return bytes([kind]) + length(len(body)) + body


def connect(box: str) -> bytes:
    """CONNECT, a clean start, and SUBSCRIBE right behind it."""
    head = text("MQTT") + bytes([5, 2]) + KEEPALIVE_S.to_bytes(2, "big") + b"\0" + text(f"{NAME}/{box}")
    wanted = b"".join(text(f"gong/{NAME}/{each.format(box=box)}") + b"\x01" for each in HEARD)
    return packet(0x10, head) + packet(0x82, (1).to_bytes(2, "big") + b"\0" + wanted)


def publish(box: str, channel: str, payload: bytes, number: int | None) -> bytes:
    """PUBLISH; `number` None: QoS 0."""
    topic = text(f"gong/{NAME}/{box}/{channel}")
    if number is None:
        return packet(0x30, topic + b"\0" + payload)
    return packet(0x32, topic + number.to_bytes(2, "big") + b"\0" + payload)


@dataclass(slots=True)
class Swarm:
    """Every box with its connection."""

    folder: Path
    port: int
    boxes: list[str]
    doors: list[ssl.SSLSocket] = field(default_factory=list)
    beats: dict[str, bytes] = field(default_factory=dict)
    eves: dict[str, list[bytes]] = field(default_factory=dict)
    _watch: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _one: threading.Lock = field(default_factory=threading.Lock)
    """Whoever reads or writes: OpenSSL's connections bear one thread at a time."""

    def load(self) -> None:
        """What they will say."""
        for line in (self.folder / "said.jsonl").read_text(encoding="utf-8").splitlines():
            box, beat, *batches = json.loads(line)
            self.beats[box] = publish(box, "heartbeat", beat.encode(), None)
            self.eves[box] = [publish(box, "event", one.encode(), 2 + at) for at, one in enumerate(batches)]

    def join(self) -> float:
        """All connect; seconds."""
        began_at = time.monotonic()
        for box in self.boxes:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(self.folder / "ca.pem")
            context.load_cert_chain(self.folder / "papers" / f"{box}.pem", self.folder / "box.key")
            plain = socket.create_connection((HOST, self.port))
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            door = context.wrap_socket(plain, server_hostname=HOST)
            door.sendall(connect(box))
            door.setblocking(False)
            self._watch.register(door, selectors.EVENT_READ)
            self.doors.append(door)
        threading.Thread(target=self._drain, name="drain", daemon=True).start()
        return time.monotonic() - began_at

    def _drain(self) -> None:
        """What comes is taken and let go: SUBACK, PUBACK, their own heartbeats."""
        while True:
            for key, _ in self._watch.select(1.0):
                door = key.fileobj
                assert isinstance(door, ssl.SSLSocket)
                try:
                    while self._taken(door):
                        pass
                    self._watch.unregister(door)
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    continue
                except OSError:
                    self._watch.unregister(door)

    def _taken(self, door: ssl.SSLSocket) -> bytes:
        with self._one:
            return door.recv(65536)

    def beat(self, rate: float, seconds: float) -> int:
        """Heartbeats, one box after the other, so many a second; how many."""
        every = [self.beats[box] for box in self.boxes]
        count = max(1, int(rate * seconds))
        return self._send(((at % len(every), every[at % len(every)]) for at in range(count)), rate)

    def ring(self, batch: int, spread_s: float) -> int:
        """One batch of each box, over so many seconds."""
        said = ((at, self.eves[box][batch]) for at, box in enumerate(self.boxes))
        return self._send(said, len(self.boxes) / spread_s)

    def _send(self, said: Iterator[tuple[int, bytes]], rate: float) -> int:
        began_at, count = time.monotonic(), 0
        for at, data in said:
            wait_s = began_at + count / rate - time.monotonic()
            if wait_s > 0.002:
                time.sleep(wait_s)
            self._push(at, data)
            count += 1
        return count

    def _push(self, at: int, data: bytes) -> None:
        while True:
            try:
                with self._one:
                    self.doors[at].send(data)
                return
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                time.sleep(0.001)

    def weigh(self) -> float:
        """Bytes on the wire of one heartbeat, to the broker and back, TLS and TCP and IP: the mean of some."""
        some = min(WEIGHED, len(self.doors))
        return self._weighed(some, [self.beats[box] for box in self.boxes[:some]] * ROUNDS)

    def weigh_night(self) -> float:
        """The same of all the records of a night."""
        some = min(WEIGHED, len(self.doors))
        return ROUNDS * self._weighed(some, [eve for at in range(2) for eve in self._eve(at, some)])

    def _eve(self, batch: int, some: int) -> list[bytes]:
        return [self.eves[box][batch] for box in self.boxes[:some]]

    def _weighed(self, some: int, said: list[bytes]) -> float:
        before = sum(map(counted, self.doors[:some]))
        for at, data in enumerate(said):
            self._push(at % some, data)
            if at % some == some - 1:
                time.sleep(SETTLE_S)
        return (sum(map(counted, self.doors[:some])) - before) / some / ROUNDS


def main(argv: Sequence[str]) -> int:
    """Answer line by line until standard input ends."""
    folder, port = Path(argv[0]), int(argv[1])
    many_files()
    swarm = Swarm(folder, port, (folder / "boxes").read_text(encoding="ascii").split())
    swarm.load()
    deeds: dict[str, Callable[..., object]] = {
        "join": swarm.join,
        "beat": lambda rate, seconds: swarm.beat(float(rate), float(seconds)),
        "ring": lambda batch, spread: swarm.ring(int(batch), float(spread)),
        "weigh": swarm.weigh,
        "weigh-night": swarm.weigh_night,
    }
    for line in sys.stdin:
        word, *more = line.split()
        print(json.dumps(deeds[word](*more)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
