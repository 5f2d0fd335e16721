"""Health: the faults of the box. Raised and cleared here, journalled, shown at the fault relay, told in one line."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from gongd.box import records
from gongd.core.catalogue import Signal
from gongd.core.condition import Condition, Sounds, clear_fault, raise_fault, sounds
from gongd.core.fault import Cost, FaultCode, Severity
from gongd.core.moment import Moment
from gongd.core.record import Record
from gongd.core.relay import Relay, Role
from gongd.core.words import Text

OF_HANDS = frozenset(
    {
        FaultCode.SPEAKER_MISSING,
        FaultCode.SPEAKER_FAILED,
        FaultCode.PINS_MISSING,
        FaultCode.RELAY_DISAGREES,
        FaultCode.BUTTON_STUCK,
    }
)
"""Faults of what is opened anew with other settings."""
AUDIBLE = frozenset({Role.STROKE, Role.BLAST})


@dataclass(slots=True)
class Health:
    """Holds the condition. `changed` is called with the records of every change, after it."""

    relays: tuple[Relay, ...]
    has_speaker: bool
    changed: Callable[[list[Record]], None]
    condition: Condition = field(default_factory=Condition)
    _voices: tuple[str | None, bool] = field(init=False)

    def __post_init__(self) -> None:
        self._voices = _voices_of(self.relays)

    def refit(self, relays: tuple[Relay, ...], has_speaker: bool) -> None:
        """New settings."""
        self.relays, self.has_speaker, self._voices = relays, has_speaker, _voices_of(relays)

    def put_out_of_use(self, until: date | None) -> None:
        """Out of use until that day; None: in use."""
        if self.condition.disabled_until != until:
            self.condition = replace(self.condition, disabled_until=until)

    def raise_fault(self, code: FaultCode, now: Moment, subject: str | None = None, text: Text | None = None) -> None:
        """Latch a fault; journalled once, however often it is raised."""
        self.condition, new = raise_fault(self.condition, code, subject, now.wall)
        if new:
            detail = {"vi": text.vi, "en": text.en} if text else {}
            self.changed([records.of_fault(code, subject, True, now, detail)])

    def clear_fault(self, code: FaultCode, now: Moment, subject: str | None = None) -> None:
        """The cause is gone."""
        self.condition, stood = clear_fault(self.condition, code, subject)
        if stood:
            self.changed([records.of_fault(code, subject, False, now, {})])

    def set_fault(
        self, code: FaultCode, stands: bool, now: Moment, subject: str | None = None, text: Text | None = None
    ) -> None:
        """Raise or clear."""
        if stands:
            self.raise_fault(code, now, subject, text)
        else:
            self.clear_fault(code, now, subject)

    def clear_left(self, open_before: Iterable[Record], now: Moment) -> None:
        """Faults that stood when the daemon ended, and that this start has not found again."""
        for record in open_before:
            subject = record.detail.get("subject")
            name = subject if isinstance(subject, str) else None
            stands = any((held.code, held.subject) == (record.reason, name) for held in self.condition.faults)
            if not stands and record.reason:
                self.changed([records.of_fault(record.reason, name, False, now, {"restart": True})])

    def forget_hands(self, stuck: Collection[str], now: Moment) -> None:
        """Pins and loudspeaker are new: what was wrong with the old ones is gone, but for contacts still `stuck`."""
        for held in self.condition.faults:
            if held.code in OF_HANDS and not (held.code is FaultCode.BUTTON_STUCK and held.subject in stuck):
                self.clear_fault(held.code, now, held.subject)

    @property
    def sounds(self) -> Sounds:
        """Can this box be heard?"""
        return self._sounds(*self._voices)

    def can_sound(self, signal: Signal) -> bool:
        """Can this signal be heard: by the loudspeaker, or by a relay that takes part in it?"""
        part = tuple(relay for relay in self.relays if relay.name in signal.relays)
        return self._sounds(*_voices_of(part)) is not Sounds.NO

    @property
    def speaker_is_silent(self) -> bool:
        """Is the loudspeaker known not to sound?"""
        return not self.has_speaker or any(held.fault.cost is Cost.SPEAKER for held in self.condition.faults)

    @property
    def is_faulty(self) -> bool:
        """Does anything stand that a technician must see to?"""
        return bool(self.condition.of(Severity.FAULT))

    def _sounds(self, amplifier: str | None, audible: bool) -> Sounds:
        return sounds(self.condition, self.has_speaker, audible, amplifier)


def _voices_of(relays: tuple[Relay, ...]) -> tuple[str | None, bool]:
    """The relay that powers the amplifier, and whether any other makes a noise."""
    amplifier = next((relay.name for relay in relays if relay.on is Role.ACTIVATION and relay.lead_s > 0), None)
    return amplifier, any(relay.on in AUDIBLE for relay in relays)
