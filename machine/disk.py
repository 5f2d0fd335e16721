"""The machine's disk: what it has not been told to keep is in its cache, and a power cut takes that away.

Served to qemu over the NBD protocol (github.com/NetworkBlockDevice/nbd, doc/proto.md: fixed newstyle, simple replies).
The image itself is only read; everything that is written stays in this process, so that a boot costs no copy.
"""

import contextlib
import mmap
import socket
import struct
import threading
from enum import IntEnum
from pathlib import Path
from random import Random
from typing import Protocol

BLOCK = 4096
"""Also the sector's size that qemu tells the machine: a single one is written whole or not at all."""

GREETING = struct.Struct(">8s8sH")
OPTION = struct.Struct(">8sII")
OPTION_REPLY = struct.Struct(">QIII")
OPTION_REPLY_MAGIC = 0x3E889045565A9
OPT_ABORT, OPT_GO = 2, 7
REP_ACK, REP_INFO, REP_ERR_UNSUP = 1, 3, (1 << 31) + 1
INFO_EXPORT = struct.Struct(">HQH")
INFO_BLOCK_SIZE = struct.Struct(">HIII")
REQUEST = struct.Struct(">IHHQQI")
REPLY = struct.Struct(">IIQ")
REPLY_MAGIC = 0x67446698
FUA = 1
"""Flag of a write: keep it at once."""
HAS_FLAGS, SEND_FLUSH, SEND_FUA = 1, 4, 8


class Kind(IntEnum):
    """What qemu may ask of a disk that told it no more."""

    READ = 0
    WRITE = 1
    FLUSH = 3


class Disk:
    """Blocks over an image. `kept` survives a power cut; of `cached` each block does so by chance."""

    def __init__(self, image: Path) -> None:
        self._file = image.open("rb")
        self._image = mmap.mmap(self._file.fileno(), 0, prot=mmap.PROT_READ)
        self.size = len(self._image)
        self.kept: dict[int, bytes] = {}
        self.cached: dict[int, bytes] = {}
        self._most: int | None = None
        self._full, self._off = threading.Event(), threading.Event()

    def read(self, offset: int, length: int) -> bytes:
        """Bytes, whole blocks."""
        return b"".join(self._block(number) for number in range(offset // BLOCK, (offset + length) // BLOCK))

    def write(self, offset: int, data: bytes, durable: bool) -> None:
        """Whole blocks, into the cache; `durable`: through it."""
        for place in range(0, len(data), BLOCK):
            number = (offset + place) // BLOCK
            self.cached[number] = data[place : place + BLOCK]
            if durable:
                self.kept[number] = self.cached.pop(number)

    def hang_at(self, blocks: int) -> None:
        """Answer nothing more once so many blocks are in the cache: the power will go between a write and its flush."""
        self._most = blocks

    @property
    def hangs(self) -> bool:
        """Are so many there?"""
        return self._full.is_set()

    def wait_while_hung(self) -> None:
        """Until the power is off, if it is to go now."""
        if self._most is not None and len(self.cached) >= self._most:
            self._full.set()
            self._off.wait()

    def power_is_off(self) -> None:
        """Whoever waits may go."""
        self._off.set()

    def flush(self) -> None:
        """All that was written is kept."""
        self.kept.update(self.cached)
        self.cached.clear()

    def cut_power(self, chance: Random) -> int:
        """Each block of the cache is kept or lost, whatever its order; how many were lost."""
        lost = [number for number in self.cached if chance.random() < 0.5]
        for number in lost:
            del self.cached[number]
        self.flush()
        self._most = None
        self._full.clear()
        self._off.clear()
        return len(lost)

    def close(self) -> None:
        """Give the image back."""
        self._image.close()
        self._file.close()

    def _block(self, number: int) -> bytes:
        found = self.cached.get(number) or self.kept.get(number)
        return found or self._image[number * BLOCK : (number + 1) * BLOCK]


class Server:
    """Serves one disk to one qemu after the other."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self.disk = disk
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._idle = threading.Event()
        self._idle.set()
        threading.Thread(target=self._serve, daemon=True).start()

    def wait_idle(self) -> None:
        """Until the last request of a qemu that has ended is done."""
        assert self._idle.wait(30)

    def close(self) -> None:
        """No more guests."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._idle.clear()
            with connection, contextlib.suppress(EOFError, OSError), connection.makefile("rwb") as wire:
                if _agree(self.disk, wire):
                    _transmit(self.disk, wire)
            self._idle.set()


class Wire(Protocol):
    """The connection with qemu, buffered."""

    def read(self, size: int, /) -> bytes: ...
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...


def _agree(disk: Disk, wire: Wire) -> bool:
    """The options: only that there is one disk. False when the other one leaves."""
    wire.write(GREETING.pack(b"NBDMAGIC", b"IHAVEOPT", 1))
    wire.flush()
    _take(wire, 4)
    while True:
        _, option, length = OPTION.unpack(_take(wire, OPTION.size))
        _take(wire, length)
        if option == OPT_GO:
            export = INFO_EXPORT.pack(0, disk.size, HAS_FLAGS | SEND_FLUSH | SEND_FUA)
            _reply(wire, option, REP_INFO, export)
            _reply(wire, option, REP_INFO, INFO_BLOCK_SIZE.pack(3, BLOCK, BLOCK, 1 << 25))
        _reply(wire, option, REP_ACK if option in (OPT_GO, OPT_ABORT) else REP_ERR_UNSUP)
        if option in (OPT_GO, OPT_ABORT):
            return bool(option == OPT_GO)


def _reply(wire: Wire, option: int, kind: int, data: bytes = b"") -> None:
    wire.write(OPTION_REPLY.pack(OPTION_REPLY_MAGIC, option, kind, len(data)) + data)
    wire.flush()


def _transmit(disk: Disk, wire: Wire) -> None:
    """One request after the other, each done before it is answered."""
    while True:
        _, flags, kind, handle, offset, length = REQUEST.unpack(_take(wire, REQUEST.size))
        answer = b""
        match kind:
            case Kind.READ:
                answer = disk.read(offset, length)
            case Kind.WRITE:
                disk.write(offset, _take(wire, length), bool(flags & FUA))
                disk.wait_while_hung()
            case Kind.FLUSH:
                disk.flush()
            case _:
                return
        wire.write(REPLY.pack(REPLY_MAGIC, 0, handle) + answer)
        wire.flush()


def _take(wire: Wire, length: int) -> bytes:
    data = wire.read(length)
    if len(data) < length:
        raise EOFError
    return data
