"""One connection to the broker, from its first byte to its last: paho's client, driven by the link's own thread.

A new client for every connection: nothing of an old one is ever sent again by the library. What must arrive is sent
again by those who sent it (the journal is the outbox, wire.md). paho's own threads and its reconnection are not used.
"""

import select
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gongd.adapters.mqtt.record_socket import RecordSocket
from gongd.core.errors import GongdError
from gongd.core.fault import FaultCode
from gongd.core.wire import SESSION_S
from gongd.core.words import Text
from gongd.ports_link import Delivery, Parcel, Subscription

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME: everything of a certificate is judged but its times (traps.md)."""

CONNECT_S = 10.0
"""TCP, the TLS handshake and the broker's CONNACK each get so long."""

KEEPALIVE_S = 55
"""More than a heartbeat, so that no PINGREQ is ever sent; under the minute of a carrier's NAT."""

MOST_UNDER_WAY = 20
"""Unacknowledged messages that the broker may have under way: what floods waits at the broker, not here."""

LARGEST_PACKET = 1_500_000
"""The trust list of 2,000 boxes; the gate looks at the size of everything else."""

TAKEN = 0x8E
_REFUSALS = frozenset({0x85, 0x86, 0x87, 0x8A, 0x8C})
"""CONNACK: client id, name or password, not authorised, banned, authentication method."""
_NO_RETAINED, _ALL_RETAINED = 2, 0

_LOST = Text(vi="Mất kết nối với máy chủ: {why}", en="The connection to the broker is lost: {why}")
_REFUSED = Text(vi="Máy chủ từ chối: {why}", en="The broker refuses: {why}")
_IS_TAKEN = Text(
    vi="Có máy khác dùng trùng tên cụm loa này ở máy chủ", en="Another machine took this box's name at the broker"
)


class SessionError(GongdError, ConnectionError):
    """There is no connection, or no more. `fault` is the code of the fault that it is.

    `wordless`: the broker had accepted it, and has closed it without a reason.
    """

    def __init__(self, fault: FaultCode, text: Text, wordless: bool = False) -> None:
        super().__init__(text)
        self.fault, self.wordless = fault, wordless


def taken() -> SessionError:
    """Somebody else is connected under the same name."""
    return SessionError(FaultCode.ID_TAKEN, _IS_TAKEN)


def lost(why: object) -> SessionError:
    """No network, or a broker that went away."""
    return SessionError(FaultCode.LINK_DOWN, _LOST.fill(why=why))


def refused(why: object) -> SessionError:
    """A certificate, a key or a name that does not do."""
    return SessionError(FaultCode.BROKER_REFUSED, _REFUSED.fill(why=why))


@dataclass(frozen=True, slots=True)
class Papers:
    """PEM files of the TLS connection."""

    authorities: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is, and as whom. `papers` None: no TLS, on a workshop bench only."""

    host: str
    port: int
    name: str
    papers: Papers | None
    will: Parcel
    will_delay_s: int


class Session:
    """One connection. All of it on one thread. Raises SessionError from `__init__`, `step` and `publish`."""

    def __init__(self, number: int, address: Address, check_times: bool, came: Callable[[Delivery], None]) -> None:
        self.number, self.check_times = number, check_times
        self._came = came
        self._why: SessionError | None = None
        self._accepted = self._heard = False
        self._has_tls = address.papers is not None
        self._settling: dict[int, Callable[[bool], None]] = {}
        self._client = self._make(address)
        self._connect(address)

    # ── Connecting ───────────────────────────────────────────────────────────────────────────────────────────────

    def _make(self, address: Address) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.name,
            protocol=MQTTv5,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        client.on_socket_open = _send_at_once
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_message, client.on_publish, client.on_subscribe = (
            self._on_message,
            self._on_publish,
            self._on_subscribe,
        )
        client.suppress_exceptions = True
        will: Any = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        will.WillDelayInterval = address.will_delay_s
        client.will_set(address.will.topic, address.will.payload, address.will.qos, address.will.retained, will)
        if address.papers is not None:
            client.tls_set_context(_tls(address.papers, self.check_times))
        return client

    def _connect(self, address: Address) -> None:
        about: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        about.SessionExpiryInterval = SESSION_S
        about.ReceiveMaximum = MOST_UNDER_WAY
        about.MaximumPacketSize = LARGEST_PACKET
        try:
            self._client.connect(address.host, address.port, KEEPALIVE_S, clean_start=False, properties=about)
        except ssl.SSLCertVerificationError as error:
            raise refused(error.verify_message) from error
        except ssl.SSLError as error:
            is_alert = "ALERT" in (error.reason or "")
            raise (refused if is_alert else lost)(error.reason or error) from error
        except (OSError, ValueError) as error:
            raise lost(getattr(error, "strerror", None) or error) from error

    @property
    def is_accepted(self) -> bool:
        """Has the broker said yes, and granted what was asked for?"""
        return self._accepted and self._heard

    @property
    def was_accepted(self) -> bool:
        """Has it said yes?"""
        return self._accepted

    def subscribe(self, asked: Sequence[Subscription]) -> None:
        """Ask for the topics. A command's retain flag is kept as it was published, so that it can be refused."""
        wanted = [(each.topic, _options(each)) for each in asked]
        result, _ = self._client.subscribe(wanted)
        self._check(result)

    def leave(self, topic: str) -> None:
        """Hear a topic no more."""
        self._check(self._client.unsubscribe(topic)[0])

    # ── Life ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def step(self, wake: int, timeout_s: float, reading: bool = True) -> None:
        """Wait for the network or for `wake` (a file descriptor), at most so long, and do what is to be done.

        Without `reading` the network waits: whoever floods is held up by TCP itself.
        """
        sock: Any = self._client.socket()
        if sock is None:
            raise self._why or self._closed()
        waits = self._flush(sock) or self._client.want_write()
        pending = getattr(sock, "pending", None)
        more = reading and pending is not None and pending() > 0
        watch = select.poll()
        watch.register(wake, select.POLLIN)
        watch.register(sock, select.POLLIN * reading | select.POLLOUT * waits)
        said = dict(watch.poll(0.0 if more else 1000.0 * timeout_s)).get(sock.fileno(), 0)
        if more or said & ~select.POLLOUT:
            self._check(self._client.loop_read())
        if said & select.POLLOUT:
            self._check(self._client.loop_write())
        self._check(self._client.loop_misc())
        self._look_at_manners()
        if self._why is not None:
            raise self._why

    def _flush(self, sock: object) -> bool:
        """Let go out what was said since the last step. Must it wait until the network takes more?"""
        if not isinstance(sock, RecordSocket):
            return False
        try:
            sock.flush()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLWantWriteError:
            return True
        except OSError as error:
            raise self._why or self._closed(error.strerror or str(error)) from error
        return False

    def publish(self, parcel: Parcel) -> None:
        """Send one message, with the next step."""
        sent = self._client.publish(parcel.topic, parcel.payload, parcel.qos, parcel.retained)
        if parcel.qos and parcel.settled is not None:
            self._settling[sent.mid] = parcel.settled
        self._check(sent.rc)

    def acknowledge(self, number: int) -> None:
        """PUBACK."""
        self._check(self._client.ack(number, 1))

    def close(self) -> None:
        """Say goodbye, if anybody listens, and let go of the socket. What was under way is settled as not sent."""
        self._client.disconnect()
        sock = self._client.socket()
        if sock is not None:
            sock.close()
        settling, self._settling = self._settling, {}
        for settled in settling.values():
            settled(False)

    def drop(self) -> None:
        """Let go of the socket without a goodbye: the will stands."""
        sock = self._client.socket()
        if sock is not None:
            sock.close()
        settling, self._settling = self._settling, {}
        for settled in settling.values():
            settled(False)

    def _check(self, result: MQTTErrorCode) -> None:
        if result not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_QUEUE_SIZE):
            raise self._why or self._closed(result.name)

    def _closed(self, why: str = "closed") -> SessionError:
        """Under TLS 1.3 a broker refuses a client's certificate after the handshake, by closing (RFC 8446, 4.4.2.4)."""
        if self._accepted:
            return SessionError(FaultCode.LINK_DOWN, _LOST.fill(why=why), wordless=True)
        return refused(f"{why} before CONNACK") if self._has_tls else lost(why)

    def _look_at_manners(self) -> None:
        """The broker was told what is too large, and asked for QoS 1 at most; one that does not care is left, before
        what paho keeps of it fills the memory."""
        coming: Any = getattr(self._client, "_in_packet", {})
        if coming.get("remaining_length", 0) > LARGEST_PACKET:
            raise lost(f"a packet of {coming['remaining_length']} bytes")
        if getattr(self._client, "_in_messages", {}):
            raise lost("a message of QoS 2, which was not asked for")

    # ── Callbacks: they only note ────────────────────────────────────────────────────────────────────────────────

    def _on_connect(
        self, _client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _about: Properties | None
    ) -> None:
        if not reason.is_failure:
            self._accepted = True
        else:
            self._why = (refused if reason.value in _REFUSALS else lost)(reason)

    def _on_disconnect(
        self, _client: Client, _data: object, flags: DisconnectFlags, reason: ReasonCode, _about: Properties | None
    ) -> None:
        if self._why is not None:
            return
        if flags.is_disconnect_packet_from_server and reason.value == TAKEN:
            self._why = taken()
        else:
            self._why = self._closed(str(reason))

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, reasons: Sequence[ReasonCode], _about: Properties | None
    ) -> None:
        """A box that may not hear its own orders, the first of its topics, must not look as if it did."""
        if not self._heard and reasons and reasons[0].is_failure:
            self._why = refused(f"subscription: {reasons[0]}")
        self._heard = True

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        number = message.mid if message.qos else 0
        self._came(Delivery(message.topic, bytes(message.payload), bool(message.retain), self.number, number))

    def _on_publish(self, _client: Client, _data: object, mid: int, reason: ReasonCode, _about: object) -> None:
        settled = self._settling.pop(mid, None)
        if settled is not None:
            settled(not reason.is_failure)


def _send_at_once(_client: Client, _data: object, sock: Any) -> None:
    """No small packet waits for the acknowledgement of the one before it (RFC 896): answers would come 40 ms late.

    What one step of the link has to say goes out together.
    """
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if isinstance(sock, RecordSocket):
        sock.gather()


def _options(asked: Subscription) -> SubscribeOptions:
    handling = _ALL_RETAINED if asked.kept else _NO_RETAINED
    return SubscribeOptions(qos=asked.qos, noLocal=False, retainAsPublished=True, retainHandling=handling)


def _tls(papers: Papers, check_times: bool) -> ssl.SSLContext:
    """The broker must be vouched for by the commune's own authority, and by nobody else's. Raises SessionError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = RecordSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(papers.authorities)
        context.load_cert_chain(papers.certificate, papers.key, password=_no_passphrase)
    except (OSError, ValueError) as error:
        raise refused(f"{papers.certificate.parent}: {error}") from error
    if not check_times:
        context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


def _no_passphrase() -> str:
    """OpenSSL would ask at the terminal."""
    raise ValueError("the key is sealed with a passphrase")
