"""Clips and settings files in pieces. A piece on the wire is its bytes alone: the topic says of which blob and which.

The signed order names the SHA-256, the size and the count; nothing that a broker does to the pieces can make another
file of them, and a piece that is wrong is found out when the whole does not match.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from gongd.core.wire_command import LARGEST_BLOB, PIECE, CommandClaims, count_pieces
from gongd.core.wire_refusal import Reason, Refused


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as an order names it: hex digest, bytes, pieces."""

    sha256: str
    size: int
    pieces: int


def blob_of(data: bytes) -> Blob | Refused:
    """What an order says of this file; `too-large` for one over 1 MiB, `malformed` for an empty one."""
    if len(data) > LARGEST_BLOB:
        return Refused(Reason.TOO_LARGE, f"{len(data)} bytes, at most {LARGEST_BLOB}")
    if not data:
        return Refused(Reason.MALFORMED, "empty")
    return Blob(hashlib.sha256(data).hexdigest(), len(data), count_pieces(len(data)))


def blob_in(claims: CommandClaims) -> Blob | None:
    """The file that an order names."""
    if claims.sha256 is None or claims.size is None or claims.pieces is None:
        return None
    return Blob(claims.sha256, claims.size, claims.pieces)


def cut(data: bytes) -> tuple[bytes, ...]:
    """The pieces of a file, to be published under numbers 0, 1, ..."""
    return tuple(data[start : start + PIECE] for start in range(0, len(data), PIECE))


@dataclass(frozen=True, slots=True)
class Gathered:
    """A blob coming in, in any order. Holds at most the blob's own size."""

    blob: Blob
    pieces: dict[int, bytes] = field(default_factory=dict)

    def add(self, number: int, piece: bytes) -> "Gathered":
        """One more piece; one that cannot be of this blob, or is there already, changes nothing."""
        if not 0 <= number < self.blob.pieces or number in self.pieces or len(piece) != self._length(number):
            return self
        return replace(self, pieces={**self.pieces, number: piece})

    @property
    def missing(self) -> tuple[int, ...]:
        """The pieces that have not come."""
        return tuple(number for number in range(self.blob.pieces) if number not in self.pieces)

    def whole(self) -> bytes | Refused | None:
        """The file; None while pieces are missing; `signature` where the bytes are not those that were signed for."""
        if self.missing:
            return None
        data = b"".join(self.pieces[number] for number in range(self.blob.pieces))
        if hashlib.sha256(data).hexdigest() != self.blob.sha256:
            return Refused(Reason.SIGNATURE, "the pieces are not the file that the order names")
        return data

    def _length(self, number: int) -> int:
        return PIECE if number < self.blob.pieces - 1 else self.blob.size - PIECE * (self.blob.pieces - 1)


def spans_of(numbers: Iterable[int]) -> list[list[int]]:
    """Numbers as spans of first and last, as an answer tells what is missing: 0, 1, 2, 5 are [[0, 2], [5, 5]]."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans


def numbers_in(spans: object, below: int) -> tuple[int, ...]:
    """The numbers of such spans, those under `below`; nothing for whatever else a box may have said."""
    found: set[int] = set()
    for span in spans if isinstance(spans, list) else ():
        match span:
            case [int(first), int(last)]:
                found.update(range(max(0, first), min(last, below - 1) + 1))
    return tuple(sorted(found))
