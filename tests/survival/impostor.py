"""A broker that is none: it has the commune's own certificate, and then does what it likes, each in its own manner."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CONNECT, PUBLISH, SUBSCRIBE = 1, 3, 8
CONNACK = b"\x20\x03\x00\x00\x00"
WITHOUT_END = b"\x11\xff\xff\xff\xff"
"""In a CONNECT: the session is to be kept for ever (MQTT 5, 3.1.2.11.2)."""
DRIP_S = 0.1


class Line:
    """One connection, as the impostor has it: plain bytes, TLS when it wants to, MQTT packets where they are read."""

    def __init__(self, sock: socket.socket, broker: "Impostor") -> None:
        self.sock, self.broker = sock, broker

    def greet(self) -> None:
        """The whole TLS handshake."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.broker.folder / "broker.pem", self.broker.folder / "broker.key")
        self.sock = context.wrap_socket(self.sock, server_side=True)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.sock.recv(count - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def packet(self) -> tuple[int, int, bytes]:
        """The next packet: type, flags, body."""
        first, length, shift = self._read(1)[0], 0, 0
        while True:
            byte = self._read(1)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return first >> 4, first & 15, self._read(length)

    def accept(self) -> None:
        """Handshake, CONNECT, CONNACK, and every topic granted."""
        self.greet()
        self.broker.connects.append(self.packet()[2])
        self.sock.sendall(CONNACK)
        kind, _, body = self.packet()
        assert kind == SUBSCRIBE
        self.sock.sendall(suback(body))

    def wait(self) -> None:
        """Until the other end goes, or the impostor is ended."""
        while not self.broker.over.is_set():
            if not self.sock.recv(65536):
                return


def suback(subscribe: bytes) -> bytes:
    """QoS 1 for each topic that was asked for."""
    place, count = 3 + subscribe[2], 0
    while place < len(subscribe):
        place += 2 + int.from_bytes(subscribe[place : place + 2]) + 1
        count += 1
    return bytes([0x90, 3 + count]) + subscribe[:2] + b"\x00" + b"\x01" * count


def published(topic: str, body: bytes, number: int = 0, qos: int = 1) -> bytes:
    """A PUBLISH packet; with a number it is of QoS 1, or 2."""
    name = topic.encode()
    rest = struct.pack(">H", len(name)) + name + (struct.pack(">H", number) if number else b"") + b"\x00" + body
    length, left = b"", len(rest)
    while True:
        length += bytes([left % 128 | (0x80 if left >= 128 else 0)])
        left //= 128
        if not left:
            return bytes([0x30 | (qos << 1 if number else 0)]) + length + rest


# ── Manners ──────────────────────────────────────────────────────────────────────────────────────────────────────


def says_nothing(line: Line) -> None:
    """It accepts the connection, and that is all."""
    line.wait()


def talks_noise(line: Line) -> None:
    """Noise for an answer."""
    line.sock.sendall(b"\x20\xff\xff\xff\x7f\x00" * 5000)


def drips_its_handshake(line: Line) -> None:
    """TLS, a byte at a time."""
    for byte in b"\x16\x03\x03\x3f\xff\x02" + bytes(600):
        line.sock.sendall(bytes([byte]))
        time.sleep(DRIP_S)


def is_silent_after_connect(line: Line) -> None:
    """It never answers CONNECT."""
    line.greet()
    line.broker.connects.append(line.packet()[2])
    line.wait()


def speaks_malformed_packets(line: Line) -> None:
    """Everything granted, then packets that are none."""
    line.accept()
    for body in (b"\x30\x04\x00\x09ab", b"\x00\x00", b"\xf0\x7f", b"\x90\x01\x00", b"\x62\xff\xff\xff\xff"):
        line.sock.sendall(body)
    line.wait()


def promises_a_huge_packet(line: Line) -> None:
    """A packet of 256 MB, dripped."""
    line.accept()
    line.sock.sendall(b"\x30\xff\xff\xff\x7f")
    while True:
        line.sock.sendall(b"\x00" * 1000)
        time.sleep(DRIP_S)


def floods(line: Line) -> None:
    """As many orders as go through the line."""
    line.accept()
    topic, number = "gong/nguyet-an/thon-3/command", 1
    while True:
        line.sock.sendall(published(topic, b"x" * 700, number) + published(topic, b"y" * 700))
        number = number % 60000 + 1


def floods_with_qos_2(line: Line) -> None:
    """Large messages, each of which the box would have to hold until it is told to let go, and never is."""
    line.accept()
    number = 1
    while True:
        line.sock.sendall(published("gong/nguyet-an/thon-3/command", b"x" * 1_000_000, number, qos=2))
        number = number % 60000 + 1


def hangs_up(line: Line) -> None:
    """Everything granted, and at once the end."""
    line.accept()


def swallows(line: Line) -> None:
    """Takes everything, says that it has it, and passes nothing on."""
    line.accept()
    while True:
        kind, flags, body = line.packet()
        if kind == PUBLISH and flags & 6:
            place = 2 + int.from_bytes(body[:2])
            line.sock.sendall(b"\x40\x02" + body[place : place + 2])


MANNERS = (
    says_nothing,
    talks_noise,
    drips_its_handshake,
    is_silent_after_connect,
    speaks_malformed_packets,
    promises_a_huge_packet,
    floods,
    floods_with_qos_2,
    hangs_up,
    swallows,
)


@dataclass
class Impostor:
    """`folder` is the broker's of a commune; `callers` counts connections, `connects` are the CONNECT packets read."""

    folder: Path
    port: int
    manner: Callable[[Line], None]
    callers: int = 0
    connects: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _lines: list[Line] = field(default_factory=list)

    def serve(self, door: socket.socket) -> None:
        """Each caller gets a thread."""
        with contextlib.suppress(OSError):
            while True:
                sock, _ = door.accept()
                self.callers += 1
                self._lines.append(Line(sock, self))
                threading.Thread(target=self._talk, args=(self._lines[-1],), daemon=True).start()

    def _talk(self, line: Line) -> None:
        with contextlib.suppress(OSError, AssertionError):
            self.manner(line)
        line.sock.close()

    def end(self) -> None:
        """No more."""
        self.over.set()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.sock.shutdown(socket.SHUT_RDWR)
            line.sock.close()


@contextlib.contextmanager
def impostor(folder: Path, port: int, manner: Callable[[Line], None]) -> Iterator[Impostor]:
    """One that listens where the broker should."""
    door = socket.create_server(("127.0.0.1", port))
    made = Impostor(folder, port, manner)
    threading.Thread(target=made.serve, args=(door,), daemon=True).start()
    try:
        yield made
    finally:
        with contextlib.suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()
        made.end()
