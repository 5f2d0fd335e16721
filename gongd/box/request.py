"""From what a person wants to what the arbiter hears. Pure."""

from collections.abc import Mapping

from gongd.core.activation import Activation
from gongd.core.air import Cancelled, Event, Reach, Requested, Together
from gongd.core.catalogue import ENDINGS, Origin, Priority, Signal, Status, Why
from gongd.core.job import SPEECH
from gongd.core.moment import Moment
from gongd.core.verdict import Accepted

_ENDS_ALARMS: Mapping[str, Why] = {signal: why for why, signal in ENDINGS.items()}

REHEARSAL_WAITS_S = 60.0
"""A drill or a test that cannot sound by then is dropped: it must not follow an alarm by surprise."""


def activation_of(
    signal: Signal,
    identity: str,
    origin: Origin,
    status: Status,
    now: Moment,
    place: str | None = None,
    by: str | None = None,
) -> Activation:
    """A request to sound a signal now, with the signal's own cap."""
    return Activation(
        id=identity,
        signal=signal.name,
        priority=signal.priority,
        number=signal.number,
        origin=origin,
        status=status,
        sent_at=now.wall,
        cap_s=signal.at_most_s,
        place=place,
        by=by,
        wait_until=None if status is Status.ACTUAL else now.mono + REHEARSAL_WAITS_S,
        again=signal.again,
    )


def speech_of(order: Accepted) -> Activation:
    """An announcement that has not come so far that it could be spoken."""
    claims = order.claims
    return Activation(
        id=order.id,
        signal=SPEECH,
        priority=Priority.ROUTINE,
        origin=order.origin,
        status=claims.status,
        sent_at=claims.sent,
        cap_s=claims.at_most_s or 0.0,
        by=claims.by or order.key,
    )


def event_of(asked: Activation) -> Event:
    """What the arbiter is told: an all clear ends the alarms in the same decision."""
    why = _ENDS_ALARMS.get(asked.signal)
    if why is None or asked.status is not Status.ACTUAL:
        return Requested(asked)
    return Together((Cancelled(why, Reach.ALARMS, by=asked.by), Requested(asked)))
