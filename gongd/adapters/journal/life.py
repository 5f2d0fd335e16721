"""The sign of life: a few bytes overwritten in place beside the journal, so that an idle box hardly writes.

Two slots are written in turn, each with its checksum: a power cut in the middle of one leaves the other.
"""

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

SLOT = 2048
_SLOTS = 2
_MOST_SOUNDING = 8


@dataclass(frozen=True, slots=True)
class Sign:
    """`at`: last seen under a trusted clock. `sounding`: seconds sounded so far. `clock`: see clock_trust.keep."""

    at: datetime | None = None
    sounding: Mapping[str, float] = field(default_factory=dict)
    clock: Mapping[str, object] = field(default_factory=dict)


class LifeFile:
    """The file. Raises OSError when it cannot be written; one that cannot be read says nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = 0
        self.sign = self._load()

    def write(self, sign: Sign) -> None:
        """Overwrite the older slot; durable on return. One page of 4096 bytes is dirtied."""
        self._turn += 1
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            if os.fstat(handle).st_size != SLOT * _SLOTS:
                os.truncate(handle, SLOT * _SLOTS)
            os.pwrite(handle, _pack(self._turn, sign), SLOT * (self._turn % _SLOTS))
            os.fdatasync(handle)
        finally:
            os.close(handle)
        self.sign = sign

    def _load(self) -> Sign:
        try:
            whole = self._path.read_bytes()
        except OSError:
            return Sign()
        found = [_unpack(whole[start : start + SLOT]) for start in range(0, SLOT * _SLOTS, SLOT)]
        self._turn, sign = max((each for each in found if each), key=lambda each: each[0], default=(0, Sign()))
        return sign


def _pack(turn: int, sign: Sign) -> bytes:
    sounding = dict(list(sign.sounding.items())[-_MOST_SOUNDING:])
    told = [turn, sign.at.isoformat() if sign.at else None, sounding, dict(sign.clock)]
    body = json.dumps(told, separators=(",", ":")).encode()
    if len(body) > SLOT - 16:
        body = json.dumps([turn, told[1], {}, {}]).encode()
    return (b"%08x " % zlib.crc32(body) + body).ljust(SLOT - 1) + b"\n"


def _unpack(slot: bytes) -> tuple[int, Sign] | None:
    checksum, _, body = slot.strip(b" \n\0").partition(b" ")
    if not body or checksum != b"%08x" % zlib.crc32(body):
        return None
    turn, at, sounding, clock = json.loads(body)
    return turn, Sign(datetime.fromisoformat(at) if at else None, sounding, clock)
