"""The floor of the wire: a bare paho subscriber over TLS that sets one mock pin, ON or OFF, and does nothing else.

`python -m bench.subscriber DRY PAPERS PORT TOPIC`; it says when it listens, and ends with its standard input.
"""

import os
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from gpiozero import OutputDevice
from paho.mqtt.enums import CallbackAPIVersion

from bench.box import AMPLIFIER
from bench.commune import HOST
from bench.moment import boot_seconds
from gongd.adapters.dry import DryFactory

KEEPALIVE_S = 55
ON = b"ON"


def main(argv: Sequence[str]) -> int:
    """Listen until standard input ends."""
    dry, papers, port, topic = Path(argv[0]), Path(argv[1]), int(argv[2]), argv[3]
    relay = OutputDevice(AMPLIFIER, pin_factory=DryFactory(dry, boot_seconds))
    client = paho.Client(CallbackAPIVersion.VERSION2, "subscriber", protocol=paho.MQTTv5)
    client.tls_set_context(tls(papers))

    def heard(_client: object, _data: object, message: Any) -> None:
        (relay.on if message.payload == ON else relay.off)()

    client.on_message = heard
    client.on_connect = lambda mine, *_: mine.subscribe(topic, 1)
    client.on_subscribe = lambda *_: print("listening", flush=True)
    client.connect(HOST, port, KEEPALIVE_S)
    client.loop_start()
    os.read(0, 1)
    client.disconnect()
    return 0


def tls(papers: Path) -> ssl.SSLContext:
    """With a box's own certificate."""
    context = ssl.create_default_context(cafile=str(papers / "ca.pem"))
    context.load_cert_chain(papers / "box.pem", papers / "box.key")
    return context


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
