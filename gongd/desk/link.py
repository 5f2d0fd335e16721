"""The desk's connection to the broker: paho-mqtt, MQTT 5. Its callbacks only post; whoever owns the link takes.

A message is acknowledged by whoever has taken it, once it is on disk: what is not acknowledged comes again.
"""

import contextlib
import queue
import socket
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gongd.adapters.mqtt.record_socket import RecordSocket
from gongd.core.wire import SESSION_S

KEEPALIVE_S = 30
REACH_S = 2.0
"""A look at whether the broker is there takes no longer, whatever the network does."""
_BACK_OFF_S = (1, 15)
_MOST_WAITING = 1000
"""Messages that the broker sends ahead of our acknowledgements (MQTT 5, receive maximum)."""
MOST_UNTAKEN = 20_000
"""While nobody takes (the store is away), so many wait here; of what is said every 45 s more is let go."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Where the broker is, and who we are. `tls` None: a bench. `keeps`: what comes while we are away is kept, so long
    as `session_s` says."""

    host: str
    port: int
    client_id: str
    tls: ssl.SSLContext | None = None
    keeps: bool = False
    session_s: int = SESSION_S


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came. `number` and `connection` are for `acknowledge`."""

    topic: str
    payload: bytes
    retained: bool
    number: int
    qos: int
    came_at: datetime
    connection: int = 0


@dataclass(frozen=True, slots=True)
class Up:
    """Connected and subscribed."""


@dataclass(frozen=True, slots=True)
class Down:
    """The connection has gone, or could not be made; it is tried again. `why` is the library's English."""

    why: str


Posted = Message | Up | Down


class Link:
    """One connection, kept up for as long as it is open. `take` gives what has come, in order."""

    def __init__(self, dial: Dial, filters: Iterable[tuple[str, int]], leaves: Iterable[str] = ()) -> None:
        """`leaves`: filters that a kept session may have from before, and that are not wanted any more."""
        self._dial = dial
        self._leaves = list(leaves)
        self._filters = [(name, SubscribeOptions(qos=qos, retainHandling=0)) for name, qos in filters]
        self._posted: queue.SimpleQueue[Posted] = queue.SimpleQueue()
        self._is_up = False
        self._connections = 0
        self._first: int | None = None
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, dial.client_id, protocol=mqtt.MQTTv5, manual_ack=True)
        if dial.tls is not None:
            self._client.tls_set_context(dial.tls)
        self._client.reconnect_delay_set(*_BACK_OFF_S)
        self._client.suppress_exceptions = True
        self._client.on_socket_open = _send_at_once
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Begin to connect; never waits, never raises for a broker that is not there."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._dial.session_s if self._dial.keeps else 0
        properties.ReceiveMaximum = _MOST_WAITING
        dial = self._dial
        self._client.connect_async(dial.host, dial.port, KEEPALIVE_S, clean_start=not dial.keeps, properties=properties)
        self._client.loop_start()

    def close(self) -> None:
        """End it."""
        self._client.disconnect()
        self._client.loop_stop()

    def take(self, wait_s: float) -> Posted | None:
        """The next thing that has come, None after so many seconds."""
        with contextlib.suppress(queue.Empty):
            return self._posted.get(timeout=wait_s) if wait_s > 0 else self._posted.get_nowait()
        return None

    def acknowledge(self, message: Message) -> None:
        """It is safe with us: the broker may forget it. Over another connection its number may be another's: there it
        comes again."""
        if message.qos and message.connection == self._connections:
            self._client.ack(message.number, message.qos)

    def send(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> bool:
        """Give it to the broker; False without a connection: nothing is kept to be sent later, for it would be old."""
        if not self._is_up:
            return False
        return self._client.publish(topic, payload, qos, retain).rc == mqtt.MQTT_ERR_SUCCESS

    def hear_too(self, topic: str) -> None:
        """From now on this topic beside the filters; until `hear_no_more`, or until the broker forgets us."""
        self._client.subscribe(topic, options=SubscribeOptions(qos=1))

    def hear_no_more(self, topic: str) -> None:
        """The end of `hear_too`."""
        self._client.unsubscribe(topic)

    @property
    def is_up(self) -> bool:
        """Is there a connection, as far as is known? Only a box's answer proves anything."""
        return self._is_up

    # ── Callbacks: paho's thread ─────────────────────────────────────────────────────────────────────────────────

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            self._posted.put(Down(str(reason)))
            return
        self._connections += 1
        if self._leaves:
            client.unsubscribe(self._leaves)
        _, self._first = client.subscribe(self._filters)

    def _on_connect_fail(self, _client: mqtt.Client, _data: Any) -> None:
        self._posted.put(Down("no connection"))

    def _on_subscribe(self, _client: Any, _data: Any, number: int, reasons: Any, _properties: Any) -> None:
        """A desk that may not hear its boxes must not look as if it did."""
        refusals = [str(reason) for reason in reasons if reason.is_failure]
        if refusals:
            self._is_up = False
            self._posted.put(Down(refusals[0]))
        elif number == self._first:
            self._is_up = True
            self._posted.put(Up())

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        self._is_up = False
        self._posted.put(Down(str(reason)))

    def _on_message(self, _client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        if message.qos == 0 and self._posted.qsize() >= MOST_UNTAKEN:
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # of no box: whoever takes it says so, and acknowledges it
        retained = bool(message.retain)
        self._posted.put(
            Message(
                topic, bytes(message.payload), retained, message.mid, message.qos, datetime.now(UTC), self._connections
            )
        )


def reaches(dial: Dial, wait_s: float = REACH_S) -> bool:
    """Does the broker answer, so soon? A look alone, up to the handshake of TLS: it says no word as the client, so that
    whoever has that name stays connected."""
    found: list[bool] = []
    looking = threading.Thread(target=lambda: found.append(_answers(dial, wait_s)), daemon=True)
    looking.start()
    looking.join(wait_s)
    return bool(found and found[0])


def _answers(dial: Dial, wait_s: float) -> bool:
    try:
        with socket.create_connection((dial.host, dial.port), wait_s) as door:
            if dial.tls is not None:
                dial.tls.wrap_socket(door, server_hostname=dial.host).close()
    except OSError:
        return False
    return True


def _send_at_once(_client: mqtt.Client, _data: Any, sock: Any) -> None:
    """No small packet waits for the acknowledgement of the one before it (RFC 896): orders would leave 40 ms late."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def open_tls(authorities: str, certificate: str, key: str) -> ssl.SSLContext:
    """TLS 1.3 with our own certificate. Raises OSError, ssl.SSLError."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.sslsocket_class = RecordSocket
    context.load_cert_chain(certificate, key)
    return context
