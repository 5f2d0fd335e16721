"""The sign of life: a few bytes overwritten in place beside the journal, so that an idle box hardly writes.

Two slots are written in turn, each with its checksum: a power cut in the middle of one leaves the other. The file has
its full size from its first moment: on ext4, which overwrites in place, it can be written though the card is full.
"""

import errno
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gongd.adapters.journal.schema import COLUMNS, to_record, to_row
from gongd.core.record import Record

SLOT = 2048
_SLOTS = 2
_MOST_SOUNDING = 8
MOST_RUNG = 5
"""With the names that people give to schedules, so many rings fit; of longer ones fewer, the latest."""
_RUNG = "rung"
_COMPACT = json.JSONEncoder(separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Sign:
    """`at`: last seen under a trusted clock. `sounding`: seconds sounded so far. `clock`: see clock_trust.keep.

    `rung`: the last ring of each schedule, and the records of nights that have rung (or are about to) and that the
    journal could not take yet.
    """

    at: datetime | None = None
    sounding: Mapping[str, float] = field(default_factory=dict)
    clock: Mapping[str, object] = field(default_factory=dict)
    rung: tuple[Record, ...] = ()


class LifeFile:
    """The file. Raises OSError when it cannot be written; one that cannot be read says nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = 0
        self.sign = self._load()

    def write(self, sign: Sign) -> None:
        """Overwrite the older slot; durable on return. One page of 4096 bytes is dirtied.

        `self.sign` is then what stands there: what did not fit is left out of it.
        """
        turn = self._turn + 1
        kept, slot = _fit(turn, sign)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            _take_room(handle)
            _put(handle, slot, SLOT * (turn % _SLOTS))
            os.fdatasync(handle)
        finally:
            os.close(handle)
        self._turn, self.sign = turn, kept

    def _load(self) -> Sign:
        try:
            whole = self._path.read_bytes()
        except OSError:
            return Sign()
        found = [_unpack(whole[start : start + SLOT]) for start in range(0, SLOT * _SLOTS, SLOT)]
        self._turn, sign = max((each for each in found if each), key=lambda each: each[0], default=(0, Sign()))
        return sign


def _take_room(handle: int) -> None:
    """Real bytes for both slots: a hole would ask a full card for a block just when that matters."""
    size = os.fstat(handle).st_size
    if size < SLOT * _SLOTS:
        _put(handle, bytes(SLOT * _SLOTS - size), size)
        os.fdatasync(handle)


def _put(handle: int, data: bytes, where: int) -> None:
    if os.pwrite(handle, data, where) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _fit(turn: int, sign: Sign) -> tuple[Sign, bytes]:
    """As much of a sign as one slot holds, and that slot."""
    for smaller in _smaller(sign):
        body = _body(turn, smaller)
        if len(body) <= SLOT - 16:
            break
    return smaller, (b"%08x " % zlib.crc32(body) + body).ljust(SLOT - 1) + b"\n"


def _smaller(sign: Sign) -> Iterator[Sign]:
    """The sign, then with less and less in it. The last ring goes last: without it a night might ring twice."""
    last = dict(list(sign.sounding.items())[-_MOST_SOUNDING:])
    rung = sign.rung[-MOST_RUNG:]
    for start in range(max(1, len(rung))):
        yield replace(sign, sounding=last, rung=rung[start:])
    yield Sign(sign.at, rung=rung[-1:])
    yield Sign(sign.at)


def _body(turn: int, sign: Sign) -> bytes:
    """The rings stand among what is told of the clock: an older release, put back, reads past them there."""
    clock = dict(sign.clock)
    if sign.rung:
        clock[_RUNG] = [to_row(0, record)[1 : len(COLUMNS)] for record in sign.rung]
    told = [turn, sign.at.isoformat() if sign.at else None, dict(sign.sounding), clock]
    return _COMPACT.encode(told).encode()


def _unpack(slot: bytes) -> tuple[int, Sign] | None:
    checksum, _, body = slot.strip(b" \n\0").partition(b" ")
    if not body or checksum != b"%08x" % zlib.crc32(body):
        return None
    turn, at, sounding, clock = json.loads(body)
    rung = _records(clock.pop(_RUNG, ()))
    return turn, Sign(datetime.fromisoformat(at) if at else None, sounding, clock, tuple(rung))


def _records(rows: Sequence[Sequence[Any]]) -> Iterator[Record]:
    """Those that this release can read: a box that cannot start for what stands there would miss its alarms."""
    for row in rows:
        with suppress(ValueError, KeyError, TypeError):
            yield to_record((0, *row))
