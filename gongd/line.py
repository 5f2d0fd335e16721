"""The line: the bootstrap's fourth part, loaded only for a box that has an `mqtt:`. Papers, link and gate into one."""

import logging
import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gongd.adapters import board, certificate, jose
from gongd.adapters.jose import LARGEST_SIGNED_TRUST, PrivateKey
from gongd.adapters.mqtt import Address, MqttLink
from gongd.adapters.mqtt import Papers as TlsPapers
from gongd.box.gate import Gate, Inlets, Names
from gongd.box.heart import PapersSeen, Self
from gongd.box.inbox import Inbox
from gongd.box.link import Line
from gongd.box.parts import Parts
from gongd.core.errors import GongdError, KeyFileError
from gongd.core.fault import FaultCode
from gongd.core.trust_list import LARGEST_TRUST, TrustList, accepts
from gongd.core.wire import WILL_DELAY_S, Channel, FindKey, Seal, Verified, only
from gongd.core.wire_form import from_json, to_json
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Connection, Heartbeat, Presence
from gongd.folder import settle
from gongd.ports_link import Parcel
from gongd.settings.model import Mqtt, Settings
from gongd.settings.place import Papers, papers

log = logging.getLogger("gongd.link")


@dataclass(frozen=True, slots=True)
class BoxSeals:
    """The port `Seals`: the box's own key."""

    key: PrivateKey

    @property
    def x(self) -> str:
        """The public half."""
        return self.key.x

    def sign(self, payload: bytes, seal: Seal) -> bytes:
        """Sign as the box."""
        return jose.sign(payload, self.key, seal)

    def verify(self, token: bytes, find: FindKey, seal: Seal) -> Verified | Refused:
        """What somebody has signed."""
        return jose.verify(token, find, seal)


@dataclass(frozen=True, slots=True)
class TrustShelf:
    """The highest list of trust, in the state folder; `root` is the `x` of the commune's pinned root key."""

    root: str
    commune: str
    path: Path

    def load(self) -> TrustList | None:
        """What is held; None where nothing is that the root has signed."""
        with suppress(OSError):
            return self._read(self.path.read_bytes().strip(), 0)
        return None

    def take(self, token: bytes, held_number: int) -> TrustList | None:
        """A newer list, once it is on disk; a disk that takes nothing does not keep the box from using it."""
        found = self._read(token, held_number)
        if found is not None:
            try:
                self._keep(token)
            except OSError as error:
                log.error("%s: %s", self.path, error)
        return found

    def _read(self, token: bytes, held_number: int) -> TrustList | None:
        opened = jose.verify(token, only(self.root), Seal.TRUST, LARGEST_SIGNED_TRUST)
        if isinstance(opened, Refused):
            log.warning("list of trust: %s %s", opened.reason, opened.detail)
            return None
        found = from_json(TrustList, opened.payload, LARGEST_TRUST)
        if isinstance(found, Refused):
            log.warning("list of trust: %s %s", found.reason, found.detail)
            return None
        return found if accepts(found, self.commune, held_number) else None

    def _keep(self, token: bytes) -> None:
        new = self.path.with_suffix(".new")
        with new.open("wb") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
        settle(self.path.parent)


def open_line(parts: Parts, can_drill: Callable[[str], bool], state: Path, inbox: Inbox) -> Line | None:
    """Open the line that these settings ask for. Papers that are not there are a fault, and no line."""
    settings = parts.settings
    mqtt = settings.mqtt
    if mqtt is None:
        return None
    where = papers(settings)
    try:
        bare, commune = settings.is_bare, settings.box.commune
        seals = None if bare else BoxSeals(jose.load(where.key))
        shelf = None if bare else TrustShelf(jose.load_public(where.root), commune, where.trust)
    except KeyFileError as error:
        if not parts.health.condition.has(FaultCode.BROKER_REFUSED):
            log.error("%s", error.text.vi)
        parts.health.raise_fault(FaultCode.BROKER_REFUSED, parts.timekeeper.now(), text=error.text)
        return None
    trust = shelf.load() if shelf else None
    box = settings.box
    names = Names(mqtt.base, box.commune, box.id, box.zones)
    inlets = Inlets(inbox.post, inbox.post_remote, lambda beat: _sensed(beat, state, where.certificate, inbox))
    gate = Gate(names, seals, trust, shelf.take if shelf else _no_trust, inlets)
    now = parts.timekeeper.now()
    link = MqttLink(_address(settings, mqtt, where, names), gate, now.trusted)
    me = Self(
        heartbeat_s=mqtt.heartbeat_s,
        run=uuid.uuid4().hex[:12],
        started_at=now.mono,
        key=seals.x if seals else None,
        ends_at=_ends_at(where.certificate),
    )
    line = Line(parts, gate, link, me, trust, can_drill)
    link.start()
    return line


def _no_trust(_token: bytes, _held: int) -> TrustList | None:
    return None


def _address(settings: Settings, mqtt: Mqtt, where: Papers, names: Names) -> Address:
    will = Parcel(names.topics.box(names.box, Channel.STATE), to_json(Presence(Connection.LOST)), 1, True)
    # Only where the broker's word is enough may a connection be without TLS.
    is_plain = mqtt.tls.ca is None and not where.authorities.exists() and settings.is_bare
    tls = None if is_plain else TlsPapers(where.authorities, where.certificate, where.tls_key)
    return Address(mqtt.host, mqtt.port, f"{names.commune}/{names.box}", tls, will, WILL_DELAY_S)


def _ends_at(path: Path) -> datetime | None:
    try:
        return certificate.read(path.read_bytes()).ends_at
    except (OSError, GongdError):
        return None


def _sensed(beat: Heartbeat, state: Path, certificate_file: Path, inbox: Inbox) -> Heartbeat:
    """A heartbeat with what the machine feels, and a look at the certificate: on the link's thread, for a sick disk may
    take its time."""
    if (ends_at := _ends_at(certificate_file)) is not None:
        inbox.post(PapersSeen(ends_at))
    seen = board.read(state)
    return replace(
        beat,
        temperature_c=None if seen.temperature_c is None else round(seen.temperature_c),
        under_voltage=bool(seen.under_voltage),
        disk_pct=_used(seen.disk_free, seen.disk_size),
        memory_pct=_used(seen.memory_free, seen.memory_size),
    )


def _used(free: int | None, size: int | None) -> int | None:
    """Per cent."""
    return round(100 * (1 - free / size)) if size and free is not None else None
