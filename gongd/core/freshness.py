"""Is an order fresh? By the box's own challenge, or by a wall clock that can be believed; and what cancels remember."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gongd.core.catalogue import Status, Why
from gongd.core.moment import Moment
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_name import Identity
from gongd.core.wire_refusal import Reason, Refused

CHALLENGE_S = 300.0
"""How long a challenge is held, in monotonic seconds (wire.md)."""

RENEW_S = 150.0
"""A challenge older than this is not handed out any more: whoever gets one has that long to use it."""

AHEAD_S = 30.0
"""How far the desk's clock may run ahead of the box's."""

LONGEST_S = 300.0
"""`expires` is at most so long after `sent`."""

FORGOTTEN_S = LONGEST_S + 2 * AHEAD_S
"""After so long nothing is accepted any more by the wall clock that was accepted before."""

REMEMBER_CANCEL_S = 1800.0 + LONGEST_S + AHEAD_S
"""A desk signs an uncancelled alert again for 30 min, and each such copy may still be under way when it expires."""

MOST_CANCELS = 512
MOST_OF_A_NEIGHBOUR = 32


@dataclass(frozen=True, slots=True)
class Challenges:
    """The box's challenges that still count, oldest first, each with the monotonic instant at which it was drawn.

    They live in memory only: none outlives the daemon, so that an order cannot be played again after a restart.
    """

    held: tuple[tuple[str, float], ...] = ()

    def current(self, now: float) -> str | None:
        """The one to hand out; None when a new one must be drawn (`issue`)."""
        return self.held[-1][0] if self.held and now - self.held[-1][1] < RENEW_S else None

    def issue(self, drawn: str, now: float) -> "Challenges":
        """Hand out this one from now on (128 random bits at least, base64url). Older ones count until they are due."""
        return Challenges((*(each for each in self.held if now - each[1] < CHALLENGE_S), (drawn, now)))

    def offer(self, drawn: str, now: float) -> tuple["Challenges", str]:
        """The one to hand out now: the current one, else `drawn`."""
        current = self.current(now)
        return (self, current) if current is not None else (self.issue(drawn, now), drawn)

    def holds(self, challenge: str, now: float) -> bool:
        """Is it one of ours, and young enough?"""
        return any(challenge == ours and 0 <= now - at < CHALLENGE_S for ours, at in self.held)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Which orders the box may have obeyed without remembering it, since its journal was lost: the wall clock's word is
    not enough for them. `at` is when the new one began; `until` is monotonic seconds, for a clock that was wrong then.
    """

    at: datetime | None = None
    until: float = float("-inf")

    def covers(self, claims: CommandClaims, now: Moment) -> bool:
        """May it have been obeyed before?"""
        since = self.at + timedelta(seconds=AHEAD_S) if self.at is not None else None
        return now.mono < self.until or (since is not None and claims.sent <= since)


REMEMBERS_ALL = Forgotten()


def staleness(
    claims: CommandClaims, me: Identity, challenges: Challenges, now: Moment, forgotten: Forgotten = REMEMBERS_ALL
) -> Refused | None:
    """Why an order is not fresh; None where it is.

    A challenge is enough: a wrong wall clock alone never makes a box refuse a challenge-fresh alarm, and without one
    an untrusted clock never makes it accept an old one.
    """
    carried = [claims.challenges.get(name) for name in (me.box, me.fingerprint or "", *(was for _, was in me.former))]
    if any(challenges.holds(each, now.mono) for each in carried if each):
        return None
    if not now.trusted:
        return Refused(Reason.CLOCK_UNTRUSTED, "no current challenge")
    if forgotten.covers(claims, now):
        return Refused(Reason.CLOCK_UNTRUSTED, "no current challenge, and the journal is newer than the order")
    lasts_s = (claims.expires - claims.sent).total_seconds()
    if not 0 <= lasts_s <= LONGEST_S:
        return Refused(Reason.MALFORMED, f"expires {lasts_s:g} s after it was sent, not 0 to {LONGEST_S:g}")
    ahead_s = (claims.sent - now.wall).total_seconds()
    if ahead_s > AHEAD_S:
        return Refused(Reason.FROM_THE_FUTURE, f"sent {ahead_s:g} s from now")
    late_s = (now.wall - claims.expires).total_seconds()
    if late_s > 0:
        return Refused(Reason.EXPIRED, f"{late_s:g} s too late", age_s=round(late_s, 1))
    return None


@dataclass(frozen=True, slots=True)
class EarlyCancel:
    """An order that has not arrived is cancelled, if it has this status. `own_of` None: whoever sends it; else only
    that holder's own. `until` is monotonic seconds."""

    jti: str
    status: Status
    own_of: str | None
    until: float
    reason: Why
    by: str | None = None

    @property
    def kills(self) -> tuple[str, Status, str | None]:
        """What it kills."""
        return self.jti, self.status, self.own_of


@dataclass(frozen=True, slots=True)
class Cancels:
    """Orders that were cancelled before they came: when one does come, it is dead."""

    early: Mapping[tuple[str, Status, str | None], EarlyCancel] = field(default_factory=dict)

    def remember(self, cancel: EarlyCancel, now: float) -> "Cancels":
        """Kill it when it comes. The oldest are let go; a neighbour pushes out nobody's but its own."""
        alive = [each for each in self.early.values() if each.until > now and each.kills != cancel.kills]
        room = MOST_CANCELS if cancel.own_of is None else MOST_OF_A_NEIGHBOUR
        same = [each.kills for each in alive if each.own_of == cancel.own_of]
        let_go = frozenset(same[: max(0, len(same) - room + 1)])
        return Cancels({each.kills: each for each in (*alive, cancel) if each.kills not in let_go})

    def find(self, jti: str, status: Status, holder: str, now: float) -> EarlyCancel | None:
        """The cancel that kills this order of this holder."""
        found = (self.early.get((jti, status, own_of)) for own_of in (None, holder))
        return next((each for each in found if each is not None and each.until > now), None)
