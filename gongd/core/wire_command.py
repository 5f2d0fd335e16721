"""What an order says: the claims under a desk's or a neighbour's signature, both ways."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from gongd.core import wire_form as form
from gongd.core.catalogue import Status, Why
from gongd.core.wire_form import INSTANT, Spelt, choice, integer, matching, one_or_more, table
from gongd.core.wire_name import ADDRESS, CHALLENGE_FORM, JTI, SHA256, SLUG_FORM, Address

LONGEST_TEXT = 500
"""Characters of a text that a box speaks."""

LONGEST_CAP_S = 3600.0

LARGEST_BLOB = 1024 * 1024
"""Bytes of a clip or a settings file (issue: a clip up to 1 MiB)."""

PIECE = 12 * 1024
"""Bytes of every piece of a blob but the last."""

MOST_PIECES = -(-LARGEST_BLOB // PIECE)

MOST_REFERENCES = 64
"""Activations that one cancel can name."""

ACTIVATION = r"[A-Za-z0-9._-]{1,100}"
"""How an activation is named."""

_ACTIVATION = matching(ACTIVATION)
_BOX_OR_KEY = matching(r"[A-Za-z0-9_-]{1,43}")


class CommandType(StrEnum):
    """What is ordered. The words of CAP 1.2 where it has one."""

    ALERT = "alert"
    CANCEL = "cancel"
    SILENCE = "silence"
    QUERY = "query"
    SETTINGS = "settings"
    ANNOUNCE = "announce"


@dataclass(frozen=True, slots=True)
class CommandClaims:
    """An order, as it is signed.

    `jti` names the activation and stays the same when the desk signs the order again. `expires` bounds acceptance only,
    not waiting or sounding. Raises ValueError where a type lacks what it needs.

    - alert: `signal`; `at_most_s` shortens the signal's own cap; `place` (of a neighbour's call) is spoken.
    - cancel: `references` (activation ids, whoever raised them) of its own `status`, and `reason`.
    - silence: nothing more; all that sounds or waits. Its status is actual, for so may be what it drops.
    - query: the box's state, and with `since` its journal records from that number on (`until`: to that one, included;
      `journal`: of that journal only).
    - announce: `text`, or a clip as `sha256`, `size`, `pieces`.
    - settings: a file as `sha256`, `size`, `pieces`; `replaces` is the digest of the file in /etc that it goes with.
    """

    iss: Annotated[str, Spelt(form.text(100), "who signs, by name")]
    aud: Annotated[tuple[Address, ...], Spelt(one_or_more(ADDRESS, 200), "whom it is for: boxes, zones, all, keys")]
    jti: Annotated[str, Spelt(JTI, "names the order and its activation")]
    sent: Annotated[datetime, Spelt(INSTANT, "when it was signed")]
    expires: Annotated[datetime, Spelt(INSTANT, "after this it is not accepted; at most 5 minutes after `sent`")]
    type: Annotated[CommandType, Spelt(choice(CommandType), "what is ordered")]
    status: Annotated[Status, Spelt(choice(Status), "the real thing, a drill, or a test")]
    challenges: Annotated[
        Mapping[str, str],
        Spelt(table(_BOX_OR_KEY, CHALLENGE_FORM, 400), "current challenges by box id or key thumbprint"),
    ] = field(default_factory=dict)
    signal: Annotated[str | None, Spelt(SLUG_FORM, "what is sounded")] = None
    at_most_s: Annotated[float | None, Spelt(form.number(1, LONGEST_CAP_S), "sounds at most so many seconds")] = None
    references: Annotated[
        tuple[str, ...] | None, Spelt(one_or_more(_ACTIVATION, MOST_REFERENCES), "activations that a cancel ends")
    ] = None
    reason: Annotated[Why | None, Spelt(choice(Why), "why a cancel ends them; said in words")] = None
    by: Annotated[str | None, Spelt(form.text(100), "who gave the order, for people")] = None
    note: Annotated[str | None, Spelt(form.text(300, lines=True), "what happened, for people; never spoken")] = None
    place: Annotated[str | None, Spelt(form.text(80), "where it happens, spoken; of a neighbour's call")] = None
    text: Annotated[str | None, Spelt(form.text(LONGEST_TEXT, lines=True), "what is announced")] = None
    sha256: Annotated[str | None, Spelt(SHA256, "digest of the blob")] = None
    size: Annotated[int | None, Spelt(integer(1, LARGEST_BLOB), "bytes of the blob")] = None
    pieces: Annotated[int | None, Spelt(integer(1, MOST_PIECES), "how many pieces the blob comes in")] = None
    replaces: Annotated[str | None, Spelt(SHA256, "digest of the settings file in /etc that this goes with")] = None
    journal: Annotated[str | None, Spelt(form.text(64), "id of the journal that is asked about")] = None
    since: Annotated[int | None, Spelt(integer(1), "first number of the records asked for")] = None
    until: Annotated[int | None, Spelt(integer(1), "last number of the records asked for")] = None

    def __post_init__(self) -> None:
        for names in _NEEDS[self.type]:
            if all(getattr(self, name) is None for name in names):
                raise ValueError(f"{self.type} needs {' or '.join(names)}")
        if self.type is CommandType.SILENCE and self.status is not Status.ACTUAL:
            raise ValueError("a silence is actual")
        if self.sha256 is not None and (self.size is None or self.pieces != count_pieces(self.size)):
            raise ValueError(f"a blob comes in pieces of {PIECE} bytes")


_NEEDS: Mapping[CommandType, tuple[tuple[str, ...], ...]] = {
    CommandType.ALERT: (("signal",),),
    CommandType.CANCEL: (("references",), ("reason",)),
    CommandType.SILENCE: (),
    CommandType.QUERY: (),
    CommandType.SETTINGS: (("sha256",), ("replaces",)),
    CommandType.ANNOUNCE: (("text", "sha256"),),
}
"""For each type, groups of fields of which one must be there."""


def count_pieces(size: int) -> int:
    """In how many pieces a blob of that many bytes comes."""
    return -(-size // PIECE)
