"""The network between one box and the broker: a way through this machine that can be cut and mended."""

import contextlib
import socket
import threading
from types import TracebackType

_CHUNK = 65536


class Road:
    """Carries every connection to `port` on to the broker's. While it is cut nothing gets through."""

    def __init__(self, broker_port: int) -> None:
        self._broker_port = broker_port
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._is_cut = False
        threading.Thread(target=self._work, name="road", daemon=True).start()

    @property
    def port(self) -> int:
        """Where the box believes the broker to be."""
        return int(self._door.getsockname()[1])

    def cut(self) -> None:
        """Every connection ends, and no new one comes about."""
        with self._lock:
            self._is_cut = True
            for end in self._open:
                _shut(end)
            self._open.clear()

    def mend(self) -> None:
        """From now on there is a way again."""
        with self._lock:
            self._is_cut = False

    def __enter__(self) -> "Road":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.cut()
        _shut(self._door)
        self._door.close()

    def _work(self) -> None:
        with contextlib.suppress(OSError):  # closed: the demo is over
            while True:
                self._lead(self._door.accept()[0])

    def _lead(self, box: socket.socket) -> None:
        with self._lock, contextlib.ExitStack() as undo:
            undo.callback(box.close)
            if self._is_cut:
                return
            with contextlib.suppress(OSError):  # the broker is away: so is the road's other end
                broker = socket.create_connection(("127.0.0.1", self._broker_port))
                undo.pop_all()
                self._open += [box, broker]
                for one, other in ((box, broker), (broker, box)):
                    threading.Thread(target=_carry, args=(one, other), name="road", daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):  # cut in the middle of a word
        while data := one.recv(_CHUNK):
            other.sendall(data)
    _shut(one)
    _shut(other)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):  # shut already
        end.shutdown(socket.SHUT_RDWR)
