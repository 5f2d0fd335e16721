"""What the box writes into its journal: from values to records. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from gongd.core.activation import Activation, Outcome
from gongd.core.air import Cancelled, Silenced
from gongd.core.catalogue import Origin, Priority, Signal, Status
from gongd.core.moment import Moment
from gongd.core.record import Kind, Record
from gongd.ports import Memory, Unfinished


def of_activation(
    activation: Activation, outcome: Outcome, now: Moment, detail: Mapping[str, object], reason: str | None = None
) -> Record:
    """One step of an activation. `detail` gets what is needed to resume it after a power cut."""
    told = {key: value for key, value in _kept(activation).items() if value is not None}
    return Record(
        at=now.wall,
        kind=Kind.ACTIVATION,
        signal=activation.signal,
        schedule=activation.schedule,
        activation=activation.id,
        origin=activation.origin,
        status=activation.status,
        outcome=outcome,
        reason=reason,
        detail={**told, **detail},
        trusted=now.trusted,
    )


def _kept(activation: Activation) -> Mapping[str, object]:
    return {
        "cap_s": activation.cap_s,
        "place": activation.place,
        "by": activation.by,
        "sent": activation.sent_at.isoformat(),
    }


def revive(unfinished: Unfinished, signals: Mapping[str, Signal]) -> Activation | None:
    """The activation that the daemon was sounding when it died; None where its signal no longer exists, or where
    another version of the daemon wrote words that this one does not know."""
    record = unfinished.record
    signal = signals.get(record.signal or "")
    known = record.origin in (None, *Origin) and record.status in (None, *Status)
    if signal is None or record.activation is None or not known:
        return None
    detail = record.detail
    return Activation(
        id=record.activation,
        signal=signal.name,
        priority=signal.priority,
        number=signal.number,
        origin=Origin(record.origin or Origin.LOCAL),
        status=Status(record.status or Status.ACTUAL),
        sent_at=_instant(detail.get("sent"), record.at),
        cap_s=_seconds(detail.get("cap_s"), signal.at_most_s),
        place=_text(detail.get("place")),
        by=_text(detail.get("by")),
        schedule=record.schedule,
        again=signal.again,
    )


def seen_at(memory: Memory, boot_id: str) -> float | None:
    """The monotonic instant of the last sign of life, if it was in this very boot (see clock_trust.keep)."""
    match memory.clock:
        case {"boot": str(boot), "last": [_, float() | int() as mono]} if boot == boot_id:
            return float(mono)
    return None


def _instant(value: object, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else otherwise
    except ValueError:
        return otherwise


def _seconds(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else otherwise


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def of_lost_order(
    identity: str, status: Status | None, reason: str, now: Moment, detail: Mapping[str, object]
) -> Record:
    """An accepted order that came to nothing. `status` None: it was one that sounds nothing, but changes settings."""
    if status is None:
        return replace(simple(Kind.SETTINGS, now, "failed", detail, reason), activation=identity)
    failed = simple(Kind.ACTIVATION, now, Outcome.FAILED, detail, reason)
    return replace(failed, activation=identity, origin=Origin.COMMAND, status=status)


def of_dropped(asked: Activation, why: Silenced | Cancelled, now: Moment) -> Record:
    """It was being made ready, and somebody has ended it before it could sound."""
    by: dict[str, object] = {"by": why.by} if why.by else {}
    if isinstance(why, Cancelled):
        return of_activation(asked, Outcome.CANCELLED, now, by, why.reason.value)
    return of_activation(asked, Outcome.SILENCED, now, {**by, "order": why.order} if why.order else by)


def simple(kind: Kind, now: Moment, outcome: str, detail: Mapping[str, object], reason: str | None = None) -> Record:
    """A record that is about no activation: settings, boot, clock, button, check-in."""
    return Record(at=now.wall, kind=kind, outcome=outcome, reason=reason, detail=detail, trusted=now.trusted)


def of_fault(code: str, subject: str | None, raised: bool, now: Moment, detail: Mapping[str, object]) -> Record:
    """A fault has been raised or cleared; `reason` is its code."""
    told = {"subject": subject, **detail} if subject else dict(detail)
    return simple(Kind.FAULT, now, "raised" if raised else "cleared", told, reason=code)


def waits_for_disk(priority: Priority) -> bool:
    """A routine sound never starts before its commit; an alarm waits 100 ms at most (house.md)."""
    return priority is Priority.ROUTINE
