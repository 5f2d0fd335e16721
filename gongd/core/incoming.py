"""A blob on its way in: what of it has come, when it is asked for again, when it is given up. Pure."""

from dataclasses import dataclass, replace

from gongd.core.wire_blob import Blob, Gathered
from gongd.core.wire_refusal import Refused

ASK_AGAIN_S = 5.0
"""So long without a new piece, and the box says again what is missing."""
GIVE_UP_S = 30.0
"""So long without a new piece, and the blob is given up."""
AT_MOST_S = 600.0
"""A whole clip takes 11 s at the desk's pace; whoever sends a piece now and then does not hold the memory for ever."""
MOST_AT_ONCE = 2
"""So many blobs are gathered at a time: at most 2 MiB of memory."""

MISSING = "pieces-missing"
WRONG = "pieces-wrong"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One blob. Instants are monotonic seconds."""

    gathered: Gathered
    began_at: float
    moved_at: float
    asked_at: float | None = None

    @property
    def missing(self) -> tuple[int, ...]:
        """The pieces that have not come."""
        return self.gathered.missing

    def add(self, number: int, piece: bytes, now: float) -> "Incoming":
        """One more piece; one that cannot be of this blob, or is there already, changes nothing."""
        gathered = self.gathered.add(number, piece)
        return self if gathered is self.gathered else replace(self, gathered=gathered, moved_at=now)

    def is_ask_due(self, now: float) -> bool:
        """Must the desk be told what is missing?"""
        return self.asked_at is None or now - max(self.asked_at, self.moved_at) >= ASK_AGAIN_S

    def asked(self, now: float) -> "Incoming":
        """The desk has been told."""
        return replace(self, asked_at=now)

    def is_given_up(self, now: float) -> bool:
        """Will the rest not come any more?"""
        return now - self.moved_at >= GIVE_UP_S or now - self.began_at >= AT_MOST_S

    def whole(self) -> bytes | Refused | None:
        """The file; None while pieces are missing; `signature` where it is another than the order names."""
        return self.gathered.whole()


def incoming(blob: Blob, now: float) -> Incoming:
    """Nothing of it has come yet."""
    return Incoming(Gathered(blob), now, now)
