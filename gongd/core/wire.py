"""The wire between box and desk: its topics and channels. With `wire_*.py` the only place that spells them.

What a heartbeat costs, on a link that is paid by the megabyte (at most 60 MB a month, wire.md):

    a month of 30 days has 30 x 86,400 s / 45 s                     = 57,600 heartbeats
    each goes out and comes back, and each way is acknowledged:
      IPv4 20 + TCP with timestamps 32 = 52 bytes, for 4 packets    = 208
      a TLS 1.3 record: header 5 + content type 1 + tag 16          =  22, twice
      MQTT 5 PUBLISH: header 2..3 + topic length 2 + properties 1   =   6, twice
      the topic gong/<commune>/<box>/heartbeat, some                =  35, twice
      the body B                                                    =   B, twice
    208 + 2 x (22 + 6 + 35 + B) = 334 + 2 B bytes

A body of 270 bytes makes 874 bytes, 50.3 MB a month; all 60 MB would be spent at 353 bytes. Hence short keys, nothing
said that is as usual, no signature on it, and no PINGREQ (the heartbeat is more frequent than the keepalive). What is
left pays for the night's records (some 4 KB a night), a reconnection a day (a TLS handshake with client certificate is
some 6 KB) and the challenge of an untrusted clock.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gongd.core.errors import WireError
from gongd.core.fingerprint import thumbprint
from gongd.core.wire_command import MOST_PIECES, CommandClaims
from gongd.core.wire_event import EventBatch
from gongd.core.wire_name import Address, To, checked, is_id, to_all, to_box, to_zone
from gongd.core.wire_refusal import Reason, Refused
from gongd.core.wire_report import Answer, ChallengeNote, Heartbeat, Info, Presence
from gongd.core.words import Text

WILL_DELAY_S = 30
SESSION_S = 0xFFFF_FFFF
"""How long the broker keeps what comes for somebody who is away: for ever (MQTT 5, 3.1.2.11.2). Orders are refused as
stale long before, and the broker bounds what it keeps. Of a session that has an end Mosquitto 2.0 reads freed memory,
once it has been told to read its lists again while the client was away (`session_expiry.c`; 2.1 does not)."""


class Seal(StrEnum):
    """`typ` in the header of a signature: what is signed as one thing is never taken for another (RFC 8725, 3.11)."""

    COMMAND = "gong-command"
    ANSWER = "gong-answer"
    EVENT = "gong-event"
    CHALLENGE = "gong-challenge"
    TRUST = "gong-trust"
    REQUEST = "gong-request"


@dataclass(frozen=True, slots=True)
class Verified:
    """Bytes that the holder of the private key of `kid` (its thumbprint) has signed as what the seal says."""

    kid: str
    payload: bytes


FindKey = Callable[[str], str | Refused]
"""From a `kid` to the public key's `x`, or why there is none: `TrustList.find_key`, or `only`."""


def only(x: str) -> FindKey:
    """Nobody else's signature counts: the root's, a box's own."""
    kid = thumbprint(x)
    return lambda asked: x if asked == kid else Refused(Reason.UNKNOWN_KEY, asked)


class Channel(StrEnum):
    """The last word of a topic; `trust` and `blob` stand in the place of a box."""

    COMMAND = "command"
    CALL = "call"
    CHALLENGE = "challenge"
    ANSWER = "answer"
    EVENT = "event"
    STATE = "state"
    INFO = "info"
    HEARTBEAT = "heartbeat"
    TRUST = "trust"
    BLOB = "blob"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a channel is used. `seal` None: the body is bare. `body` None: bytes, or (trust) a `trust_list.TrustList`."""

    qos: int
    retained: bool
    from_desk: bool
    seal: Seal | None
    body: type[Any] | None


MANNERS: Mapping[Channel, Manner] = {
    Channel.COMMAND: Manner(1, False, True, Seal.COMMAND, CommandClaims),
    Channel.CALL: Manner(1, False, False, Seal.COMMAND, CommandClaims),
    Channel.CHALLENGE: Manner(1, True, False, Seal.CHALLENGE, ChallengeNote),
    Channel.ANSWER: Manner(1, False, False, Seal.ANSWER, Answer),
    Channel.EVENT: Manner(1, False, False, Seal.EVENT, EventBatch),
    Channel.STATE: Manner(1, True, False, None, Presence),
    Channel.INFO: Manner(1, True, False, None, Info),
    Channel.HEARTBEAT: Manner(0, False, False, None, Heartbeat),
    Channel.TRUST: Manner(1, True, True, Seal.TRUST, None),
    Channel.BLOB: Manner(1, False, True, None, None),
}
"""The table of wire.md. A bare `trust.require: broker` bench carries the same bodies without their seals."""

_OF_BOXES = frozenset(Channel) - {Channel.TRUST, Channel.BLOB}
_NO_TOPIC = Text(vi="Không có kênh {channel} cho {address}", en="there is no topic {channel} of {address}")
_NO_BASE = Text(vi="“{base}” không làm đầu kênh được", en="“{base}” cannot begin a topic")
_BASE = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_PIECE_NUMBER = re.compile(r"0|[1-9]\d{0,2}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic says. `at` is whose it is: a box, or (commands only) a zone or all; None for trust and blob."""

    channel: Channel
    at: Address | None = None
    sha256: str | None = None
    piece: int | None = None


class Topics:
    """The topics of one commune under one base, built and parsed. Every builder raises WireError for a bad id."""

    def __init__(self, base: str, commune: str) -> None:
        if not _BASE.fullmatch(base):
            raise WireError(_NO_BASE.fill(base=base))
        self._stem = f"{base}/{checked(commune)}"
        self._commune = commune

    def of(self, address: Address, channel: Channel = Channel.COMMAND) -> str:
        """The topic of a box, or (commands) of a zone or all. WireError: of another commune, or by key."""
        is_for_many = address.to in (To.ZONE, To.ALL)
        if address.commune != self._commune or channel not in ((Channel.COMMAND,) if is_for_many else _OF_BOXES):
            raise WireError(_NO_TOPIC.fill(address=address, channel=channel))
        return f"{self._stem}/{str(address).removeprefix(f'{self._commune}/')}/{channel}"

    def box(self, box: str, channel: Channel) -> str:
        """A topic of one box."""
        return self.of(to_box(self._commune, box), channel)

    def command(self, box: str) -> str:
        """Orders to one box."""
        return self.box(box, Channel.COMMAND)

    def zone_command(self, zone: str) -> str:
        """Orders to a zone."""
        return self.of(to_zone(self._commune, zone))

    def all_command(self) -> str:
        """Orders to every box."""
        return self.of(to_all(self._commune))

    def trust(self) -> str:
        """The trust list."""
        return f"{self._stem}/{Channel.TRUST}"

    def blob(self, sha256: str, piece: int) -> str:
        """One piece of a blob."""
        if not _SHA256.fullmatch(sha256) or not 0 <= piece < MOST_PIECES:
            raise ValueError(f"no piece {piece} of {sha256!r}")
        return f"{self._stem}/{Channel.BLOB}/{sha256}/{piece}"

    def every_piece(self, sha256: str) -> str:
        """The filter for all pieces of a blob."""
        return f"{self.blob(sha256, 0).removesuffix('/0')}/+"

    def every_box(self, channel: Channel) -> str:
        """The filter with which the desk hears one channel of every box. It matches zone/... never (one level more)."""
        return f"{self._stem}/+/{channel}"

    def parse(self, topic: str) -> Topic | None:
        """What a topic of this commune says; None for every other, and for ids that are none."""
        stem, inside = topic[: len(self._stem) + 1], topic[len(self._stem) + 1 :]
        if stem != f"{self._stem}/":
            return None
        match inside.split("/"):
            case ["trust"]:
                return Topic(Channel.TRUST)
            case ["blob", sha256, piece] if _SHA256.fullmatch(sha256) and _PIECE_NUMBER.fullmatch(piece):
                return Topic(Channel.BLOB, sha256=sha256, piece=int(piece)) if int(piece) < MOST_PIECES else None
            case ["all", "command"]:
                return Topic(Channel.COMMAND, to_all(self._commune))
            case ["zone", zone, "command"] if is_id(zone):
                return Topic(Channel.COMMAND, to_zone(self._commune, zone))
            case [box, channel] if is_id(box) and channel in _OF_BOXES:
                return Topic(Channel(channel), to_box(self._commune, box))
            case _:
                return None
