"""The floor of a crowd: bare paho clients over TLS that answer one word to every order, as many as there are boxes.

`python -m bench.bare_street STATE PORT BOX...` as `bench.street`. No signature, no journal, no relay, no decision.
"""

import json
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.commune import HOST, NAME, Commune, as_many
from bench.moment import BenchError
from bench.subscriber import KEEPALIVE_S, tls
from gongd.core.words import Text
from gongd.desk.link import open_tls

BARE = "as many bare paho clients, which answer one unsigned word to one unsigned message, and nothing else"
CONNECT_S = 60.0
SILENT = Text(vi="Có máy không trả lời", en="a bare client has not answered")
STARTED = b"started" + b"." * 450
"""As long as a signed answer."""


class Bare:
    """One client: it answers whatever comes."""

    def __init__(self, state: Path, port: int, box: str) -> None:
        self.is_up = False
        self._answer = f"gong/{NAME}/{box}/answer"
        self._client = paho.Client(CallbackAPIVersion.VERSION2, box, protocol=paho.MQTTv5)
        self._client.tls_set_context(tls(state / box / "enrolment"))
        self._client.on_connect = lambda client, *_: client.subscribe(f"gong/{NAME}/all/command", 1)
        self._client.on_subscribe = self._up
        self._client.on_message = lambda client, *_: client.publish(self._answer, STARTED, 1)
        self._client.connect_timeout = CONNECT_S
        self._client.connect(HOST, port, KEEPALIVE_S)
        self._client.loop_start()

    def _up(self, *_: object) -> None:
        self.is_up = True


class Caller:
    """The bare desk: publishes one message and counts the answers (a context manager)."""

    def __init__(self, commune: Commune) -> None:
        desk = commune.folder.desk
        self._heard: SimpleQueue[str] = SimpleQueue()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "caller", protocol=paho.MQTTv5)
        authorities = commune.folder.authority / "ca.pem"
        self._client.tls_set_context(open_tls(str(authorities), str(desk / "seat-8.pem"), str(desk / "seat.key")))
        self._client.on_connect = lambda client, *_: client.subscribe(f"gong/{NAME}/+/answer", 1)
        self._client.on_subscribe = lambda *_: self._heard.put("")
        self._client.on_message = lambda _client, _data, message: self._heard.put(message.topic)
        self._client.connect(HOST, commune.port, KEEPALIVE_S)

    def __enter__(self) -> "Caller":
        self._client.loop_start()
        self._heard.get(timeout=30.0)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def call(self, boxes: int, most_s: float) -> float:
        """Seconds until every box has answered. Raises BenchError."""
        waited_for: set[str] = set()
        began_at = time.monotonic()
        self._client.publish(f"gong/{NAME}/all/command", b"fire" + b"." * 600, 1)
        while len(waited_for) < boxes:
            try:
                waited_for.add(self._heard.get(timeout=most_s))
            except Empty as error:
                raise BenchError(SILENT) from error
        return time.monotonic() - began_at


def main(argv: Sequence[str]) -> int:
    """Start the clients, say so, and answer how many are up."""
    state, port, boxes = Path(argv[0]), int(argv[1]), argv[2:]
    as_many()
    threading.stack_size(512 * 1024)
    street = [Bare(state, port, box) for box in boxes]
    print(json.dumps("ready"), flush=True)
    for _ in sys.stdin:
        print(sum(one.is_up for one in street), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
