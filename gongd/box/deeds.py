"""The deeds: what the box does when a button was held."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gongd.box import records, request
from gongd.box.parts import Parts
from gongd.core.activation import Activation
from gongd.core.air import Silenced
from gongd.core.button import Button, Deed, Send, Sound
from gongd.core.catalogue import Origin, Status
from gongd.core.condition import spoken_status
from gongd.core.contact import ContactEvent, Held, StuckCleared, StuckRaised
from gongd.core.fault import FaultCode
from gongd.core.moment import Moment
from gongd.core.record import Kind
from gongd.core.words import Text

NO_LINK = Text("Mất kết nối. Chưa loa nào nhận được lệnh.", "No connection. No box has the order yet.")
VOUCH_HOLD_S = 10.0
"""The status button, held so long while the clock is not trusted, says that it is 22:00 (box.md, promise 6)."""
VOUCHED_HOUR = 22


@dataclass(slots=True)
class Deeds:
    """Turns the meaning of contacts into requests. Remembers which lamp belongs to which activation."""

    parts: Parts
    _lamps: dict[str, str] = field(default_factory=dict)
    _status_held: dict[str, float] = field(default_factory=dict)
    _count: int = 0

    def heed(self, events: tuple[ContactEvent, ...], now: Moment) -> None:
        """Do what the contacts mean."""
        for event in events:
            match event:
                case Held(button=name):
                    self._held(self.parts.panel.buttons[name], now)
                case StuckRaised(button=name):
                    self.parts.health.raise_fault(FaultCode.BUTTON_STUCK, now, name)
                case StuckCleared(button=name):
                    self.parts.health.clear_fault(FaultCode.BUTTON_STUCK, now, name)
                case _:
                    continue

    def over(self, asked: Activation) -> None:
        """An activation has ended: the lamp of its button goes dark."""
        button = self._lamps.pop(asked.id, None)
        if button is not None and button not in self._lamps.values():
            self.parts.panel.over(button)

    def step(self, now: Moment) -> None:
        """The status button may still be held: after ten seconds it vouches for 22:00."""
        for button, since in tuple(self._status_held.items()):
            if not self.parts.panel.is_pressed(button):
                del self._status_held[button]
            elif now.mono - since >= VOUCH_HOLD_S:
                del self._status_held[button]
                self._vouch(button, now)

    @property
    def is_watching(self) -> bool:
        """Must `step` be called soon?"""
        return bool(self._status_held)

    def _held(self, button: Button, now: Moment) -> None:
        detail = {"button": button.name}
        match button.action:
            case Sound(signal=signal, place=place):
                self._sound(button, signal, place, now)
                self._write(Kind.BUTTON, "held", detail, now)
                return
            case Deed.SILENCE:
                self.parts.silence(Silenced(button.name), now)
                self._write(Kind.BUTTON, "held", detail, now)
            case Deed.CHECK_IN:
                self._write(Kind.CHECK_IN, "pressed", detail, now)
            case Deed.STATUS:
                self._write(Kind.BUTTON, "held", detail, now)
                self._speak_status(button, now)
            case Send():
                self._write(Kind.BUTTON, "held", detail, now)
                self._send(button, now)
                return
        self.parts.panel.over(button.name)

    def _sound(self, button: Button, name: str, place: str | None, now: Moment) -> None:
        signal, identity = self.parts.settings.signals[name], self._identity(button, now)
        asked = request.activation_of(signal, identity, Origin.BUTTON, Status.ACTUAL, now, place, button.name)
        self._lamps[identity] = button.name
        self.parts.ask(asked, now)

    def _identity(self, button: Button, now: Moment) -> str:
        """Nobody else's, for neighbours take it over: an id that is known already sounds no more."""
        self._count += 1
        name = f"{self.parts.settings.box.id}-{button.name}"
        return f"{name}-{now.wall:%Y%m%dT%H%M%S}-{self.parts.doors.boot_id[:8]}-{self._count}"

    def _send(self, button: Button, now: Moment) -> None:
        """The line sees to its lamp; without one nobody hears of it, and that is said."""
        if self.parts.line is not None:
            self.parts.line.send(button, self._identity(button, now), now)
            return
        told = NO_LINK.read(self.parts.settings.box.language)
        self.parts.announcer.say(told, Origin.BUTTON, button.name, now)
        self.parts.panel.over(button.name)

    def _speak_status(self, button: Button, now: Moment) -> None:
        box = self.parts.settings.box
        told = spoken_status(self.parts.health.condition, box.place, self.parts.settings.mqtt is not None)
        self.parts.announcer.say(told.read(box.language), Origin.BUTTON, button.name, now)
        if not now.trusted:
            self._status_held[button.name] = now.mono

    def _vouch(self, button: str, now: Moment) -> None:
        if now.trusted:
            return
        after = self.parts.timekeeper.vouch_hour(VOUCHED_HOUR, self.parts.memory)
        detail = {"by": button, "wall": after.wall.isoformat()}
        self._write(Kind.CLOCK, "vouched", detail, after)

    def _write(self, kind: Kind, outcome: str, detail: Mapping[str, object], now: Moment) -> None:
        self.parts.write([records.simple(kind, now, outcome, detail)])
