"""What the book of nights decides, as records of the journal."""

from gongd.core.adoption import Adopt, Retire
from gongd.core.catalogue import Origin, Status
from gongd.core.moment import Moment
from gongd.core.night import Decision, Miss, Outage, Stepped
from gongd.core.record import ADOPTED, MISSED, OUTAGE, RETIRED, RUNG, STEPPED, Kind, Record
from gongd.core.schedule import Occurrence


def rung_record(occurrence: Occurrence, now: Moment, activation: str | None = None) -> Record:
    """The one record of a night that rings: durable before the first stroke. `detail.late_s` is how late it begins."""
    late_s = (now.wall - occurrence.due).total_seconds()
    return Record(
        at=now.wall,
        kind=Kind.NIGHT,
        signal=occurrence.signal,
        schedule=occurrence.schedule,
        night=occurrence.night,
        activation=activation,
        origin=Origin.SCHEDULE,
        status=Status.ACTUAL,
        outcome=RUNG,
        detail={"due": occurrence.due.isoformat(), "late_s": round(late_s, 3)},
        trusted=now.trusted,
    )


def record_of(decision: Decision, now: Moment) -> Record | None:
    """The record of one decision; None for Ring and Withdraw, which leave none of their own."""
    match decision:
        case Miss(occurrence, reason):
            return _missed(occurrence, reason, now)
        case Adopt(schedule, first):
            detail = {"first": first.isoformat()}
            return Record(
                now.wall, Kind.SETTINGS, schedule=schedule, outcome=ADOPTED, detail=detail, trusted=now.trusted
            )
        case Retire(schedule):
            return Record(now.wall, Kind.SETTINGS, schedule=schedule, outcome=RETIRED, trusted=now.trusted)
        case Outage(since, until):
            span = {"since": since.isoformat(), "until": until.isoformat()}
            return Record(now.wall, Kind.BOOT, outcome=OUTAGE, detail=span, trusted=now.trusted)
        case Stepped(by_s):
            jump = {"by_s": round(by_s, 3)}
            return Record(now.wall, Kind.CLOCK, outcome=STEPPED, detail=jump, trusted=now.trusted)
        case _:
            return None


def _missed(occurrence: Occurrence, reason: str, now: Moment) -> Record:
    return Record(
        at=now.wall,
        kind=Kind.NIGHT,
        signal=occurrence.signal,
        schedule=occurrence.schedule,
        night=occurrence.night,
        origin=Origin.SCHEDULE,
        status=Status.ACTUAL,
        outcome=MISSED,
        reason=reason,
        detail={"due": occurrence.due.isoformat()},
        trusted=now.trusted,
    )
