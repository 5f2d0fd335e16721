"""The orders that a desk can give, as claims. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gongd.core.catalogue import Status, Why
from gongd.core.gathering import FRESH_FOR
from gongd.core.wire_blob import Blob
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_name import Address

TEST_SIGNAL = "test"
ANNOUNCEMENT = "announcement"


@dataclass(frozen=True, slots=True)
class Hand:
    """Who gives an order: the desk's name in the trust list, and the officer's name for people."""

    iss: str
    by: str | None = None


def alert(
    hand: Hand,
    jti: str,
    aud: tuple[Address, ...],
    now: datetime,
    signal: str,
    status: Status = Status.ACTUAL,
    note: str | None = None,
) -> CommandClaims:
    """Sound a signal."""
    ends = now + FRESH_FOR
    return CommandClaims(hand.iss, aud, jti, now, ends, CommandType.ALERT, status, by=hand.by, signal=signal, note=note)


def announce(hand: Hand, jti: str, aud: tuple[Address, ...], now: datetime, text: str) -> CommandClaims:
    """Have a text spoken."""
    ends = now + FRESH_FOR
    return CommandClaims(hand.iss, aud, jti, now, ends, CommandType.ANNOUNCE, Status.ACTUAL, by=hand.by, text=text)


def announce_clip(hand: Hand, jti: str, aud: tuple[Address, ...], now: datetime, clip: Blob) -> CommandClaims:
    """Have a recording played."""
    return CommandClaims(
        hand.iss,
        aud,
        jti,
        now,
        now + FRESH_FOR,
        CommandType.ANNOUNCE,
        Status.ACTUAL,
        by=hand.by,
        sha256=clip.sha256,
        size=clip.size,
        pieces=clip.pieces,
    )


def push(hand: Hand, jti: str, aud: tuple[Address, ...], now: datetime, file: Blob, replaces: str) -> CommandClaims:
    """Have a box use a settings file, over the file in /etc that has the digest `replaces`."""
    return CommandClaims(
        hand.iss,
        aud,
        jti,
        now,
        now + FRESH_FOR,
        CommandType.SETTINGS,
        Status.ACTUAL,
        by=hand.by,
        sha256=file.sha256,
        size=file.size,
        pieces=file.pieces,
        replaces=replaces,
    )


def cancel(
    hand: Hand,
    jti: str,
    aud: tuple[Address, ...],
    now: datetime,
    references: Sequence[str],
    reason: Why,
    status: Status = Status.ACTUAL,
) -> CommandClaims:
    """End activations of this status, and say why."""
    return CommandClaims(
        hand.iss,
        aud,
        jti,
        now,
        now + FRESH_FOR,
        CommandType.CANCEL,
        status,
        by=hand.by,
        references=tuple(references),
        reason=reason,
    )


def silence(hand: Hand, jti: str, aud: tuple[Address, ...], now: datetime) -> CommandClaims:
    """Drop all that sounds or waits."""
    return CommandClaims(hand.iss, aud, jti, now, now + FRESH_FOR, CommandType.SILENCE, Status.ACTUAL, by=hand.by)
