"""The timekeeper: one look at the clocks, judged. What every other part of the box calls now."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, tzinfo

from gongd.core.clock_trust import ClockState, Sight, Why, observe, recall, vouch
from gongd.core.moment import Moment
from gongd.ports import Clock, Memory


class Timekeeper:
    """Carries the state of trust from look to look. Lives on the deciding thread."""

    def __init__(self, clock: Clock, state: ClockState, zone: tzinfo) -> None:
        self._clock = clock
        self._zone = zone
        self._state = state
        self._sight = self.look()

    def look(self) -> Sight:
        """Read the clocks now."""
        sight = observe(self._state, self._clock.read())
        self._state, self._sight = sight.state, sight
        return sight

    def now(self) -> Moment:
        """The moment, in the box's time zone."""
        moment = self.look().moment
        if moment.wall.tzinfo is self._zone:
            return moment
        return Moment(moment.wall.astimezone(self._zone), moment.mono, moment.trusted)

    @property
    def seen(self) -> Moment:
        """The moment of the last look, in the zone of the clock."""
        return self._sight.moment

    @property
    def why(self) -> Why:
        """Why the clock is believed, or why not, at the last look."""
        return self._sight.why

    @property
    def state(self) -> ClockState:
        """What to keep for a daemon that starts again in the same boot."""
        return self._state

    def vouch(self, said: time, not_before: datetime | None) -> Moment:
        """A person says that it is `said` now."""
        self._state = vouch(self._state, said, self._clock.read(), self._zone, not_before)
        return self.now()

    def vouch_hour(self, hour: int, memory: Memory | None) -> Moment:
        """A person says that it is `hour` sharp."""
        return self.vouch(time(hour), memory.last_seen_at if memory else None)

    def recall(self, kept: Mapping[str, object], boot_id: str) -> None:
        """What an earlier daemon of the same boot knew of the clock, unless more is known by now."""
        if self._state.source is None:
            self._state = recall(self._state, kept, boot_id)

    def change(self, assume: bool, holdover_s: float, zone: tzinfo) -> None:
        """New settings."""
        self._state = replace(self._state, assume=assume, holdover_s=holdover_s)
        self._zone = zone
