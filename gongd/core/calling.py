"""A box's own orders: a call to its neighbours (Tổ liên gia), and what a panel's `send:` button raises. Pure.

Whom they are for, what they say, and which of them are to be followed still after a restart. How each is followed until
it is answered is `gathering`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongd.core.activation import Outcome
from gongd.core.catalogue import CALMING, Origin, Status, Why
from gongd.core.gathering import FRESH_FOR, SENT_AGAIN_FOR
from gongd.core.moment import Moment
from gongd.core.record import ANSWERED, SENT, UNSENT, Kind, Record
from gongd.core.trust_list import NEIGHBOURS_SIGNAL, Authority, TrustList, identify, may
from gongd.core.wire import Channel
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_name import Address, Identity, is_id, parse_address, to_all, to_box, to_zone
from gongd.core.wire_report import Answer

ALL = "all"
_JTI = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_OVER_FOR: Mapping[str, Why] = {Outcome.SILENCED.value: Why.PAUSE, Outcome.CANCELLED.value: Why.SAFE}
"""How an alarm ends for whom it was called: by the reason of its own end, and by these where it has none."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an order is for. `boxes` are those whose answers are waited for; none are known on a bench."""

    aud: tuple[Address, ...]
    boxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order of this box, as it was signed first. `age_s` is how long ago that was. `button` has its lamp."""

    claims: CommandClaims
    boxes: tuple[str, ...]
    channel: Channel
    button: str | None = None
    age_s: float = 0.0


def jti_for(activation: str) -> str:
    """The order's id is the activation's own, so that both journals tell of one thing and a restart makes no other."""
    return activation if _JTI.fullmatch(activation) else hashlib.sha256(activation.encode()).hexdigest()[:40]


# ── Whom it is for ───────────────────────────────────────────────────────────────────────────────────────────────


def neighbours(trust: TrustList | None, me: Identity) -> Target | None:
    """Everybody who rings for this box's fire button; None where nobody does."""
    boxes = tuple(box.id for box in trust.hearers(me)) if trust else ()
    return Target(tuple(to_box(me.commune, box) for box in boxes), boxes) if boxes else None


def target(to: str, trust: TrustList | None, me: Identity) -> Target | None:
    """What the `to:` of a `send:` button means: a box, a zone or all; None where the commune has no such place.

    The box itself hears what is for all or for its zone as any other, but is not waited for.
    """
    if not is_id(to) and to != ALL:
        return None
    if trust is None:
        anywhere = (to_all(me.commune),) if to == ALL else (to_box(me.commune, to), to_zone(me.commune, to))
        return Target(anywhere, ())
    others = tuple(box for box in trust.boxes if box.id != me.box)
    if to == ALL:
        return Target((to_all(me.commune),), tuple(box.id for box in others))
    if any(box.id == to for box in others):
        return Target((to_box(me.commune, to),), (to,))
    living = tuple(box.id for box in others if to in box.zones)
    return Target((to_zone(me.commune, to),), living) if living else None


def is_permitted(claims: CommandClaims, trust: TrustList, me: Identity, boxes: Iterable[str]) -> bool:
    """Will any of these boxes obey this box? The rights stand beside its key in the list of trust."""
    places = (identify(me.commune, box.id, (), box.x, trust) for box in trust.boxes if box.id in set(boxes))
    return any(isinstance(may(trust, me.fingerprint or "", claims, place), Authority) for place in places)


# ── What it says ─────────────────────────────────────────────────────────────────────────────────────────────────


def alert(jti: str, signal: str, aud: tuple[Address, ...], me: Identity, now: datetime, **said: str) -> CommandClaims:
    """Sound this, for real. `said` is `by` and `place`."""
    return CommandClaims(
        iss=f"{me.commune}/{me.box}",
        aud=aud,
        jti=jti,
        sent=now,
        expires=now + FRESH_FOR,
        type=CommandType.ALERT,
        status=Status.ACTUAL,
        signal=signal,
        by=said.get("by"),
        place=said.get("place"),
    )


def cancel(calls: Sequence[CommandClaims], why: Why, me: Identity, now: datetime) -> CommandClaims:
    """End what this box has called. Named after the calls that it ends: given twice, it is one."""
    references = tuple(call.jti for call in calls)
    return CommandClaims(
        iss=f"{me.commune}/{me.box}",
        aud=tuple(dict.fromkeys(address for call in calls for address in call.aud)),
        jti=jti_for(f"end {why.value} {' '.join(references)}"),
        sent=now,
        expires=now + FRESH_FOR,
        type=CommandType.CANCEL,
        status=Status.ACTUAL,
        references=references,
        reason=why,
        by=calls[0].by,
    )


def calls(record: Record) -> bool:
    """Is this the fire that somebody has raised with a button of this very box, for real?"""
    return (
        record.kind is Kind.ACTIVATION
        and record.origin == Origin.BUTTON
        and record.signal == NEIGHBOURS_SIGNAL
        and record.status == Status.ACTUAL
        and record.activation is not None
    )


def ends(record: Record) -> Why | None:
    """Why what was called is over; None while it goes on. A cap that is reached here says nothing of elsewhere."""
    why = _OVER_FOR.get(record.outcome or "")
    return Why(record.reason) if why is not None and record.reason in tuple(Why) else why


def ends_alarms(claims: CommandClaims) -> bool:
    """Does it say that all is over? Then alarms that were sent before are sent to nobody any more."""
    return claims.signal in CALMING or claims.type is CommandType.CANCEL


# ── What is remembered ───────────────────────────────────────────────────────────────────────────────────────────


def sent(order: OwnOrder, now: Moment, boot: str) -> Record:
    """The record of an order that leaves. After a restart it is followed by what stands here."""
    claims = order.claims
    told: Mapping[str, object] = {
        "type": claims.type.value,
        "to": [str(address) for address in claims.aud],
        "boxes": list(order.boxes),
        "channel": order.channel.value,
        "button": order.button,
        "by": claims.by,
        "place": claims.place,
        "references": list(claims.references) if claims.references else None,
        "why": claims.reason.value if claims.reason else None,
        "boot": boot,
        "mono": round(now.mono, 1),
    }
    return _record(claims, SENT, now, {key: value for key, value in told.items() if value is not None})


def answered(claims: CommandClaims, answer: Answer, now: Moment) -> Record:
    """The record of what a box has answered."""
    detail: dict[str, object] = {"type": claims.type.value, "box": answer.box, "result": answer.step.value}
    if answer.proof is not None:
        detail["proof"] = answer.proof.value
    return _record(claims, ANSWERED, now, detail, answer.reason)


def unsent(claims: CommandClaims, reason: str, button: str, now: Moment) -> Record:
    """The record of an order that this box may not give, or cannot."""
    return _record(claims, UNSENT, now, {"type": claims.type.value, "button": button}, reason)


def _record(
    claims: CommandClaims, outcome: str, now: Moment, detail: Mapping[str, object], reason: str | None = None
) -> Record:
    return Record(
        at=now.wall,
        kind=Kind.COMMAND,
        signal=claims.signal,
        activation=claims.jti,
        origin=Origin.BUTTON,
        status=claims.status,
        outcome=outcome,
        reason=reason,
        detail=detail,
        trusted=now.trusted,
    )


def to_follow(records: Iterable[Record], me: Identity, now: Moment, boot: str) -> list[OwnOrder]:
    """Orders of this box that may not have been answered when the daemon died, oldest first.

    How old one is must be known: by the clock that is never set, in the same boot; else by a wall clock that can be
    believed, then and now.
    """
    found: dict[str, OwnOrder] = {}
    for record in records:
        if record.kind is not Kind.COMMAND or record.outcome != SENT:
            continue
        order = _read(record, me, _age_s(record, now, boot))
        if order is None:
            continue
        if ends_alarms(order.claims):
            found = {jti: one for jti, one in found.items() if not _is_ended(one, order)}
        found[order.claims.jti] = order
    return [order for order in found.values() if 0 <= order.age_s <= SENT_AGAIN_FOR.total_seconds()]


def _is_ended(one: OwnOrder, by: OwnOrder) -> bool:
    if by.claims.type is CommandType.CANCEL:
        return one.claims.jti in (by.claims.references or ())
    return covers(by, one)


def covers(end: OwnOrder, one: OwnOrder) -> bool:
    """Does an all clear that a panel sends reach everybody who was sent this alarm?"""
    return one.channel is Channel.COMMAND and not ends_alarms(one.claims) and set(one.boxes) <= set(end.boxes)


def _age_s(record: Record, now: Moment, boot: str) -> float:
    match record.detail:
        case {"boot": str(then), "mono": float() | int() as mono} if then == boot:
            return now.mono - mono
    if not (record.trusted and now.trusted):
        return float("inf")
    return (now.wall - record.at) / timedelta(seconds=1)


def _read(record: Record, me: Identity, age_s: float) -> OwnOrder | None:
    detail = record.detail
    aud = tuple(address for spelt in _words(detail.get("to")) if (address := parse_address(spelt)) is not None)
    references = _words(detail.get("references")) or None
    try:
        claims = CommandClaims(
            iss=f"{me.commune}/{me.box}",
            aud=aud,
            jti=record.activation or "",
            sent=record.at,
            expires=record.at + FRESH_FOR,
            type=CommandType(str(detail.get("type"))),
            status=Status.ACTUAL,
            signal=record.signal,
            references=references,
            reason=Why(str(detail["why"])) if "why" in detail else None,
            by=_word(detail.get("by")),
            place=_word(detail.get("place")),
        )
        channel = Channel(str(detail.get("channel")))
    except ValueError:
        return None
    return OwnOrder(claims, _words(detail.get("boxes")), channel, _word(detail.get("button")), age_s) if aud else None


def _words(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
