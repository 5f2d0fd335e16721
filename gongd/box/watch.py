"""The watch: what the box looks at by itself, round after round: clock, contacts, signs of life."""

from dataclasses import dataclass, field

from gongd.box import records
from gongd.box.parts import Parts
from gongd.core.clock_trust import WORDS, keep
from gongd.core.contact import ContactEvent
from gongd.core.errors import PinsError
from gongd.core.fault import FaultCode
from gongd.core.moment import Moment
from gongd.core.record import Kind
from gongd.core.relay import Role

CONTACTS_EVERY_S = 1.0
"""An edge that the kernel dropped is found so soon."""
SEEN_EVERY_S = 60.0
SEEN_WHILE_SOUNDING_S = 2.0
ALIVE_EVERY_S = 5.0
RELAYS_EVERY_S = 600.0
"""An amplifier's relay that did not obey is tried so often: without it no gong is begun, and so it would never be tried
again."""
CLOCK_PATIENCE_S = 120.0
"""So long after the start the clock may be without trust before it is a fault: the network is still coming up."""


@dataclass(slots=True)
class Watch:
    """Looks, and tells what it found."""

    parts: Parts
    _done_at: dict[str, float] = field(default_factory=dict)
    _trusted: bool | None = None
    _status: str = ""
    _told_of: tuple[object, ...] = ()
    """What the status line is made of, as it was when it was last made."""
    _started_at: float | None = None

    def step(self, now: Moment) -> tuple[ContactEvent, ...]:
        """Everything whose time has come; what the contacts mean."""
        self._watch_clock(now)
        until = self.parts.settings.box.disabled_until
        self.parts.health.put_out_of_use(until if until and now.wall.date() <= until else None)
        self._tell_status()
        if self.parts.memory is not None:
            self._give_sign(now)
        if self.due("alive", self.parts.doors.watchdog_s or ALIVE_EVERY_S, now):
            self._show_life()
        if self.due("relays", RELAYS_EVERY_S, now):
            self._try_relays()
        return self._look_at_contacts(now) if self.due("contacts", CONTACTS_EVERY_S, now) else ()

    def _give_sign(self, now: Moment) -> None:
        """Once it is known what the last one said: a start must not forget the clock that was believed before it."""
        if self.due("seen", SEEN_EVERY_S if self.parts.airtime.air.sounding is None else SEEN_WHILE_SOUNDING_S, now):
            clock = keep(self.parts.timekeeper.state, self.parts.doors.boot_id) | self.parts.nights.keep()
            self.parts.doors.journal.seen(now.wall, self.parts.airtime.sounded_s(now), now.trusted, clock)

    def due(self, name: str, every_s: float, now: Moment) -> bool:
        """Once in `every_s`; a shorter period takes effect at once."""
        if now.mono - self._done_at.get(name, float("-inf")) < every_s:
            return False
        self._done_at[name] = now.mono
        return True

    def _try_relays(self) -> None:
        """Only those that switch an amplifier: they make no noise."""
        parts = self.parts
        troubled = {held.subject for held in parts.health.condition.faults if held.code is FaultCode.RELAY_DISAGREES}
        for relay in parts.settings.relays:
            if relay.name in troubled and relay.on is Role.ACTIVATION and relay.lead_s > 0 and parts.airtime.is_free:
                parts.equipment.hands.player.try_out(relay.name)

    def _show_life(self) -> None:
        """Systemd hears that we live only while the stage and the journal answer, too."""
        player = self.parts.equipment.hands.player
        if player.alive() and self.parts.doors.journal.alive():
            self.parts.doors.supervisor.alive()
        player.call()

    def _watch_clock(self, now: Moment) -> None:
        started_at = self._started_at = now.mono if self._started_at is None else self._started_at
        if now.trusted != self._trusted and (now.trusted or now.mono - started_at > CLOCK_PATIENCE_S):
            self._trusted = now.trusted
            why = self.parts.timekeeper.why
            outcome = "trusted" if now.trusted else "untrusted"
            self.parts.write([records.simple(Kind.CLOCK, now, outcome, {"why": why.value})])
            self.parts.health.set_fault(FaultCode.CLOCK_UNTRUSTED, not now.trusted, now, text=WORDS[why])

    def _tell_status(self) -> None:
        turn = self.parts.airtime.sounding
        seen = (self.parts.equipment, self.parts.health.condition, turn and turn.activation.signal)
        if seen == self._told_of:
            return
        self._told_of = seen
        line = self.parts.status_line()
        if line != self._status:
            self._status = line
            self.parts.doors.supervisor.status(line)

    def _look_at_contacts(self, now: Moment) -> tuple[ContactEvent, ...]:
        try:
            closed = self.parts.equipment.hands.buttons.closed()
        except PinsError as error:
            self.parts.health.raise_fault(FaultCode.PINS_MISSING, now, text=error.text)
            return ()
        return self.parts.panel.look(closed, now.mono)
