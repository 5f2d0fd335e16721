"""One order on its way: what each box has answered, who is silent, and who is to be sent it again. Pure.

Whoever gives an order (the desk; a box that calls its neighbours or is a panel) believes a box's own signed answers and
nothing else: that a broker has taken a message proves nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from gongd.core.catalogue import Status
from gongd.core.push import UNDER_WAY
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_name import Address
from gongd.core.wire_report import Answer, Step

FRESH_FOR = timedelta(minutes=2)
"""`expires` - `sent` (wire.md: at most 5 minutes)."""
SENT_AGAIN_FOR = timedelta(minutes=30)
"""Until it is cancelled, or for so long, an order is signed again for boxes that have not answered (wire.md)."""
SILENT_AFTER = timedelta(seconds=8)
"""A box that has said nothing for so long is named, with whom to call."""
AGAIN_AFTER = timedelta(seconds=10)
UNDER_WAY_AGAIN_AFTER = timedelta(minutes=2)
"""A box that is at work on its order is asked only when it should have been done long ago."""
AT_ONCE_AFTER = timedelta(seconds=2)
"""A box that comes back is sent its order at once, but not more often than this."""

SOUNDING = frozenset({Step.STARTED, Step.RESUMED})
SOUNDED = SOUNDING | {Step.FINISHED}
UNDONE = frozenset({Step.REFUSED, Step.EXPIRED, Step.FAILED})


class Standing(Enum):
    """Where one box stands with one order."""

    SILENT = "silent"
    TAKEN = "taken"
    SOUNDING = "sounding"
    DONE = "done"
    UNDONE = "undone"


_GOES_ON = (Standing.SILENT, Standing.TAKEN, Standing.SOUNDING)


@dataclass(frozen=True, slots=True)
class Stand:
    """What one box has answered, in the order of coming, and when it was last sent the order."""

    answers: tuple[Answer, ...] = ()
    sent_at: datetime | None = None
    challenge: str | None = None
    is_wanted_at_once: bool = False
    last: Answer | None = field(init=False, repr=False, compare=False)
    """The last that counts: a refusal that the desk heals by itself, or of a second copy, is none."""
    has_sounded: bool = field(init=False, repr=False, compare=False)
    """Has it begun, whatever came then?"""
    standing: Standing = field(init=False, repr=False, compare=False)
    """The last word."""

    def __post_init__(self) -> None:
        """What the answers say is found out once: all boxes of an order are looked at whenever one has answered."""
        last = next((one for one in reversed(self.answers) if not _is_passing(one)), None)
        has_sounded = any(one.step in SOUNDED or _duplicate_of(one) in SOUNDED for one in self.answers)
        object.__setattr__(self, "last", last)
        object.__setattr__(self, "has_sounded", has_sounded)
        object.__setattr__(self, "standing", _standing(last, has_sounded))

    @property
    def is_settled(self) -> bool:
        """Is nothing more to be done for it? Only received, and then no word, is not enough."""
        is_only_received = self.last is not None and self.last.step is Step.RECEIVED
        return self.standing is not Standing.SILENT and not is_only_received and not self.is_under_way

    @property
    def is_under_way(self) -> bool:
        """Does it gather the order's file, or try its settings? Then its last word is still to come."""
        last = self.last
        return last is not None and last.step is Step.WAITING and last.reason in UNDER_WAY


def _standing(last: Answer | None, has_sounded: bool) -> Standing:
    match last:
        case None if has_sounded:
            return Standing.DONE
        case None:
            return Standing.SILENT
        case last if last.step in SOUNDING:
            return Standing.SOUNDING
        case last if last.step in (Step.RECEIVED, Step.WAITING):
            return Standing.TAKEN
        case last if last.step in UNDONE:
            return Standing.UNDONE
        case _:
            return Standing.DONE


def _is_passing(answer: Answer) -> bool:
    return answer.is_stale or answer.refusal == "duplicate"


def _duplicate_of(answer: Answer) -> str | None:
    result = answer.detail.get("result")
    return result if answer.refusal == "duplicate" and isinstance(result, str) else None


@dataclass(frozen=True, slots=True)
class Gathering:
    """An order and every box that it is for. `claims` are those of its first signing; time comes in as an argument."""

    claims: CommandClaims
    opened_at: datetime
    stands: Mapping[str, Stand] = field(default_factory=dict)
    ended_at: frozenset[str] = frozenset()
    asked_at: datetime | None = None
    """Since when boxes could have answered, if not since it was opened: there was no connection before."""

    @property
    def jti(self) -> str:
        """The order's name."""
        return self.claims.jti

    def hear(self, answer: Answer) -> "Gathering":
        """With one more answer; one that was heard before, of a box that it is not for, or to an order of somebody else
        with the same `jti`, changes nothing."""
        stand = self.stands.get(answer.box)
        is_ours = answer.jti == self.jti and answer.caller in (None, self.claims.iss)
        if not is_ours or stand is None or answer in stand.answers:
            return self
        is_new_challenge = answer.is_stale and answer.challenge != stand.challenge
        stand = replace(
            stand,
            answers=(*stand.answers, answer),
            challenge=answer.challenge or stand.challenge,
            is_wanted_at_once=stand.is_wanted_at_once or is_new_challenge,
        )
        return self._with(answer.box, stand)

    def is_back(self, box: str) -> "Gathering":
        """A sign of life of a box: one that owes an answer is sent the order without waiting."""
        stand = self.stands.get(box)
        if stand is None or stand.is_settled or stand.is_wanted_at_once:
            return self
        return self._with(box, replace(stand, is_wanted_at_once=True))

    def all_back(self, now: datetime) -> "Gathering":
        """The connection is back: whoever owes an answer is sent the order at once, and has time to answer it."""
        fresh = {box: replace(self.stands[box], is_wanted_at_once=True) for box in self.unsettled}
        return replace(self, stands={**self.stands, **fresh}, asked_at=now)

    def moved(self, by: timedelta) -> "Gathering":
        """The clock that tells the time was set by so much: it is as old as it was."""
        stands = {
            box: stand if stand.sent_at is None else replace(stand, sent_at=stand.sent_at + by)
            for box, stand in self.stands.items()
        }
        asked_at = None if self.asked_at is None else self.asked_at + by
        return replace(self, opened_at=self.opened_at + by, asked_at=asked_at, stands=stands)

    def sent(self, boxes: Iterable[str], now: datetime) -> "Gathering":
        """It has left for these boxes."""
        fresh = {box: replace(self.stands[box], sent_at=now, is_wanted_at_once=False) for box in boxes}
        return replace(self, stands={**self.stands, **fresh})

    def ended(self, boxes: Iterable[str] | None = None) -> "Gathering":
        """Cancelled at these boxes, None: at all. There it is not sent again."""
        return replace(self, ended_at=self.ended_at | set(self.stands if boxes is None else boxes))

    @property
    def is_ended(self) -> bool:
        """Is it cancelled everywhere?"""
        return self.ended_at >= self.stands.keys()

    def due(self, now: datetime) -> tuple[str, ...]:
        """The boxes to which it is to be sent now."""
        if self.is_over(now):
            return ()
        return tuple(box for box, stand in self.stands.items() if box not in self.ended_at and _is_due(stand, now))

    def is_over(self, now: datetime) -> bool:
        """Is it sent to nobody any more?"""
        return self.is_ended or now - self.opened_at > SENT_AGAIN_FOR

    @property
    def unsettled(self) -> tuple[str, ...]:
        """Boxes whose word is still to come: where it is cancelled, none is waited for."""
        return tuple(box for box, stand in self.stands.items() if box not in self.ended_at and not stand.is_settled)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Boxes whose last word is still to come: they sound, or wait, or are silent where it is not cancelled."""
        going = (box for box, stand in self.stands.items() if stand.standing in _GOES_ON)
        return tuple(box for box in going if self.stands[box].last is not None or box not in self.ended_at)

    def awaited(self, now: datetime, to_end: bool) -> tuple[str, ...]:
        """Boxes for which somebody who looks on still waits; `to_end`: until their last word. What is sent to nobody
        any more may sound for longer, but of a box that is silent nothing is expected then."""
        if self.is_ended:
            return ()
        if not self.is_over(now):
            return self.unfinished if to_end else self.unsettled
        return tuple(box for box in self.unfinished if self.stands[box].last is not None) if to_end else ()

    def silent(self, now: datetime) -> tuple[str, ...]:
        """Boxes that have been given time and have said nothing."""
        if now - (self.asked_at or self.opened_at) < SILENT_AFTER:
            return ()
        owing = (box for box, stand in self.stands.items() if stand.standing is Standing.SILENT)
        return tuple(box for box in owing if box not in self.ended_at)

    def count(self, *standings: Standing) -> int:
        """How many boxes stand so."""
        return sum(stand.standing in standings for stand in self.stands.values())

    @property
    def has_succeeded(self) -> bool:
        """Has every box done what it was told? An alert must have sounded; any other order must have been taken."""
        return all(self.is_done_by(box) for box in self.stands)

    def is_done_by(self, box: str) -> bool:
        """Has this box?"""
        stand = self.stands[box]
        if self.claims.type in (CommandType.ALERT, CommandType.ANNOUNCE):
            return stand.has_sounded
        if self.claims.type is CommandType.SETTINGS:
            return stand.standing is Standing.DONE
        return stand.standing not in (Standing.SILENT, Standing.UNDONE)

    def _with(self, box: str, stand: Stand) -> "Gathering":
        return replace(self, stands={**self.stands, box: stand})


def _is_due(stand: Stand, now: datetime) -> bool:
    if stand.sent_at is None:
        return True
    if stand.is_wanted_at_once:
        return now - stand.sent_at >= AT_ONCE_AFTER or (stand.answers[-1:] != () and stand.answers[-1].is_stale)
    again_after = UNDER_WAY_AGAIN_AFTER if stand.is_under_way else AGAIN_AFTER
    return not stand.is_settled and now - stand.sent_at >= again_after


def open_gathering(claims: CommandClaims, boxes: Iterable[str], now: datetime) -> Gathering:
    """An order that nobody has been sent yet."""
    return Gathering(claims, now, {box: Stand() for box in boxes})


def freshly(
    claims: CommandClaims, now: datetime, aud: tuple[Address, ...], challenges: Mapping[str, str]
) -> CommandClaims:
    """The same order, to be signed now for these places: same `jti`, fresh times and challenges."""
    return replace(claims, aud=aud, sent=now, expires=now + FRESH_FOR, challenges=challenges)


def is_rehearsal(claims: CommandClaims) -> bool:
    """Is it a drill or a test?"""
    return claims.status is not Status.ACTUAL
