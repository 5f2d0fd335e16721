"""Names on the wire: ids, places that an order can be for, fingerprints. The only place that spells them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gongd.core.errors import WireError
from gongd.core.wire_form import Form, matching
from gongd.core.words import Text

RESERVED = frozenset({"all", "zone", "trust", "blob"})
"""Ids that the topics keep for themselves."""

SLUG = r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
"""Ids of boxes, zones, communes, signals: safe in a topic, an ACL, a file name and a certificate."""

_SLUG = re.compile(SLUG, re.ASCII)
_BAD_ID = Text(vi="“{name}” không dùng làm tên trên đường truyền được", en="“{name}” cannot be a name on the wire")

THUMBPRINT = r"[A-Za-z0-9_-]{43}"
"""SHA-256 of a public key (RFC 7638), base64url."""

JTI_FORM = r"[A-Za-z0-9_-]{8,64}"
JTI = matching(JTI_FORM)
"""The id of an order, which names its activation: a UUID in practice."""

SLUG_FORM = matching(SLUG)
CHALLENGE_FORM = matching(r"[A-Za-z0-9_-]{16,64}")
SHA256 = matching(r"[0-9a-f]{64}")
KEY_ID = matching(THUMBPRINT)


def is_id(name: str) -> bool:
    """May it name a box, a zone or a commune?"""
    return bool(_SLUG.fullmatch(name)) and name not in RESERVED


def checked(name: str) -> str:
    """The same id. Raises WireError for one that could break out of its level of a topic, or is reserved."""
    if not is_id(name):
        raise WireError(_BAD_ID.fill(name=name))
    return name


class To(StrEnum):
    """What an order is for."""

    BOX = "box"
    ZONE = "zone"
    ALL = "all"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Address:
    """Whom an order is for, as `aud` and the rights of a key spell it.

    `nguyet-an/thon-3` a box · `nguyet-an/zone/trung-tam` a zone · `nguyet-an/all` every box of the commune ·
    `key:<thumbprint>` a box by its key, whatever its commune is called today. `name` is the id or the thumbprint.
    Raises WireError for ids that are none.
    """

    to: To
    commune: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        if self.to is To.KEY:
            if not re.fullmatch(THUMBPRINT, self.name, re.ASCII) or self.commune:
                raise WireError(_BAD_ID.fill(name=self.name))
            return
        checked(self.commune)
        if self.to is To.ALL:
            if self.name:
                raise WireError(_BAD_ID.fill(name=self.name))
            return
        checked(self.name)

    def __str__(self) -> str:
        match self.to:
            case To.BOX:
                return f"{self.commune}/{self.name}"
            case To.ZONE:
                return f"{self.commune}/zone/{self.name}"
            case To.ALL:
                return f"{self.commune}/all"
            case To.KEY:
                return f"key:{self.name}"


def to_box(commune: str, box: str) -> Address:
    """One box. Raises WireError."""
    return Address(To.BOX, commune, box)


def to_zone(commune: str, zone: str) -> Address:
    """Every box of a zone. Raises WireError."""
    return Address(To.ZONE, commune, zone)


def to_all(commune: str) -> Address:
    """Every box of a commune. Raises WireError."""
    return Address(To.ALL, commune)


def to_key(thumbprint: str) -> Address:
    """The box that holds this key. Raises WireError."""
    return Address(To.KEY, name=thumbprint)


def parse_address(spelt: str) -> Address | None:
    """The address that `str` wrote; None for anything else."""
    if spelt.startswith("key:"):
        parts: tuple[Any, ...] = (To.KEY, "", spelt[4:])
    else:
        match spelt.split("/"):
            case [commune, "all"]:
                parts = (To.ALL, commune)
            case [commune, "zone", zone]:
                parts = (To.ZONE, commune, zone)
            case [commune, box]:
                parts = (To.BOX, commune, box)
            case _:
                return None
    try:
        return Address(*parts)
    except WireError:
        return None


def _read_address(value: object) -> Address:
    found = parse_address(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("an address such as nguyet-an/thon-3 is expected")
    return found


ADDRESS = Form(_read_address, str, {"type": "string", "examples": ["nguyet-an/thon-3", "nguyet-an/zone/trung-tam"]})


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a box is, for everything that is addressed to it.

    `zones` are those of its settings and of the trust list; `fingerprint` is its key's thumbprint. `former` are the
    (commune, id) under which it was known before its commune was merged or renamed, while the overlap lasts.
    """

    commune: str
    box: str
    zones: frozenset[str] = frozenset()
    fingerprint: str | None = None
    former: frozenset[tuple[str, str]] = frozenset()

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """Every (commune, id) that it answers to."""
        return self.former | {(self.commune, self.box)}

    def is_meant_by(self, address: Address) -> bool:
        """Is an order for this address for this box?"""
        match address.to:
            case To.BOX:
                return (address.commune, address.name) in self.names
            case To.ZONE:
                return self._lives_in(address.commune) and address.name in self.zones
            case To.ALL:
                return self._lives_in(address.commune)
            case To.KEY:
                return address.name == self.fingerprint

    def _lives_in(self, commune: str) -> bool:
        return any(commune == known for known, _ in self.names)
