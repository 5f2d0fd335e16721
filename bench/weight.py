"""What the wire costs: bytes with TLS, TCP and IP, as the kernel counts them on a connection that passes through us."""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.commune import HOST

HEADERS = 52
"""Bytes of each segment that are not data: IPv4 20, TCP 20, its timestamps 12 (RFC 791, 9293, 7323)."""
_COUNTS = struct.Struct("=QQII")
_COUNTS_AT = 120
"""In `struct tcp_info` (linux/tcp.h): bytes acknowledged, bytes received, segments out, segments in."""
_INFO_BYTES = 232
CHUNK = 65536


@dataclass(slots=True)
class Toll:
    """A gate on the way to the broker: all that passes is counted on the box's side of it."""

    port: int
    broker: int
    _listener: socket.socket = field(default_factory=socket.socket)
    _open: list[socket.socket] = field(default_factory=list)
    _closed: int = 0
    connections: int = 0

    def start(self) -> None:
        """Listen, and pass on whatever comes."""
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((HOST, self.port))
        self._listener.listen()
        threading.Thread(target=self._accept, name="toll", daemon=True).start()

    def close(self) -> None:
        """No more."""
        self._listener.close()
        for door in self._open:
            door.close()

    @property
    def passed(self) -> int:
        """Bytes so far, both ways, headers included."""
        return self._closed + sum(map(counted, self._open))

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                mine, _ = self._listener.accept()
                mine.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.append(mine)
                self.connections += 1
                threading.Thread(target=self._pass_on, args=(mine,), name="toll", daemon=True).start()

    def _pass_on(self, mine: socket.socket) -> None:
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.broker)) as theirs:
            theirs.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            other = {mine: theirs, theirs: mine}
            while True:
                for door in select.select([mine, theirs], [], [])[0]:
                    data = door.recv(CHUNK)
                    if not data:
                        return self._lose(mine)
                    other[door].sendall(data)
        return self._lose(mine)

    def _lose(self, mine: socket.socket) -> None:
        if mine in self._open:
            self._closed += counted(mine)
            self._open.remove(mine)
            mine.close()


def counted(door: socket.socket) -> int:
    """Bytes of a connection so far, both ways, headers included."""
    try:
        info = door.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    except OSError:
        return 0
    out, back, sent, taken = _COUNTS.unpack_from(info, _COUNTS_AT)
    return int(out + back + HEADERS * (sent + taken))


@contextlib.contextmanager
def toll(port: int, broker: int) -> Iterator[Toll]:
    """A gate, until the end."""
    made = Toll(port, broker)
    made.start()
    try:
        yield made
    finally:
        made.close()
