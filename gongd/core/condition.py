"""The box's condition: faults that are named, counted and latched until they are cleared; and whether it can sound.

The states are those of EN 54-16. What the status button says aloud is language.md's, section 3.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from gongd.core.fault import FAULTS, Cost, Fault, FaultCode, Severity
from gongd.core.numeral import count
from gongd.core.words import Language, Text


@dataclass(frozen=True, slots=True)
class Latched:
    """A fault that stands. `subject` is the button, relay or signal that it is about; `count` how often it was seen."""

    code: FaultCode
    subject: str | None
    since_at: datetime
    last_at: datetime
    count: int = 1

    @property
    def fault(self) -> Fault:
        """Its row in the table."""
        return FAULTS[self.code]

    @property
    def text(self) -> Text:
        """What a screen says."""
        return self.fault.name.fill(name=self.subject or "?", n=self.count)


@dataclass(frozen=True, slots=True)
class Condition:
    """The faults that stand, in the order in which they were found, and whether the box is put out of use."""

    faults: tuple[Latched, ...] = ()
    disabled_until: date | None = None

    def has(self, code: str) -> bool:
        """Does this fault stand, for any subject?"""
        return any(latched.code == code for latched in self.faults)

    def of(self, severity: Severity) -> tuple[Latched, ...]:
        """The faults of one severity: first what keeps the box from sounding, then as they were found."""
        found = [latched for latched in self.faults if latched.fault.severity is severity]
        return tuple(sorted(found, key=lambda latched: latched.fault.cost not in (Cost.SPEAKER, Cost.RELAYS)))


def raise_fault(condition: Condition, code: str, subject: str | None, at: datetime) -> tuple[Condition, bool]:
    """Latch a fault. True when it is new; one that stands is only counted. ValueError: no such code."""
    for latched in condition.faults:
        if (latched.code, latched.subject) == (code, subject):
            again = replace(latched, last_at=at, count=latched.count + 1)
            return replace(condition, faults=tuple(again if f is latched else f for f in condition.faults)), False
    new = Latched(FaultCode(code), subject, at, at)
    return replace(condition, faults=(*condition.faults, new)), True


def clear_fault(condition: Condition, code: str, subject: str | None = None) -> tuple[Condition, bool]:
    """Clear a fault. True when it stood."""
    left = tuple(latched for latched in condition.faults if (latched.code, latched.subject) != (code, subject))
    return replace(condition, faults=left), left != condition.faults


class Sounds(StrEnum):
    """What a box says of itself first of all (box.md, promise 9)."""

    YES = "yes"
    RELAYS_ONLY = "relays-only"
    NO = "no"


def sounds(condition: Condition, has_speaker: bool, has_sounding_relays: bool, amplifier: str | None = None) -> Sounds:
    """Can it be heard? In doubt no: a village that is told so rings by hand.

    `amplifier` is the relay that powers the amplifier, where there is one: without it the loudspeaker is mute. A box
    that has only a striker by design sounds as long as the striker does.
    """
    dead = (FaultCode.RELAY_DISAGREES, FaultCode.PINS_MISSING)
    broken = {latched.subject for latched in condition.faults if latched.code in dead}
    pins = None not in broken
    powered = amplifier is None or (pins and amplifier not in broken)
    speaker_well = not any(latched.fault.cost is Cost.SPEAKER for latched in condition.faults)
    relays = has_sounding_relays and pins and not broken - {amplifier}
    if has_speaker and speaker_well and powered:
        return Sounds.YES
    if relays:
        return Sounds.RELAYS_ONLY if has_speaker else Sounds.YES
    return Sounds.NO


class State(StrEnum):
    """The conditions of EN 54-16."""

    QUIESCENT = "quiescent"
    SOUNDING = "sounding"
    FAULT = "fault"
    DISABLED = "disabled"


def state(condition: Condition, sounding: bool) -> State:
    """The one word for it: what sounds is said first, then what is wrong."""
    if sounding:
        return State.SOUNDING
    if condition.disabled_until is not None:
        return State.DISABLED
    return State.FAULT if condition.of(Severity.FAULT) else State.QUIESCENT


SOUNDS = {
    Sounds.YES: Text("Kêu được", "It sounds"),
    Sounds.RELAYS_ONLY: Text("Loa hỏng, còn búa gõ", "The loudspeaker is broken, the striker is left"),
    Sounds.NO: Text("KHÔNG KÊU ĐƯỢC", "IT CANNOT SOUND"),
}
STATES = {
    State.QUIESCENT: Text("Sẵn sàng", "Ready"),
    State.SOUNDING: Text("Đang phát {signal}", "Sounding {signal}"),
    State.FAULT: Text("Có lỗi", "Faulty"),
    State.DISABLED: Text("Tạm ngừng dùng", "Out of use"),
}

_ENGLISH_COUNT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MOST_SPOKEN = 10


def spoken_status(condition: Condition, place: str, has_link: bool) -> Text:
    """What the status button says, at low volume. The link is left out where none is configured."""
    if condition.disabled_until is not None:
        opening = Text("Loa {place}: tạm ngừng dùng.", "Loudspeaker {place}: out of use.").fill(place=place)
    elif faults := condition.of(Severity.FAULT):
        opening = _spoken_faults(faults, place)
    else:
        opening = _spoken_good(place, has_link)
    warnings = condition.of(Severity.WARNING)[:_MOST_SPOKEN]
    if not warnings:
        return opening
    listed = [_aloud(latched) for latched in warnings]
    told = Text(", ".join(text.vi for text in listed), ", ".join(text.en for text in listed))
    return Text("{opening} Cần chú ý: {told}.", "{opening} Take note: {told}.").fill(opening=opening, told=told)


def _spoken_good(place: str, has_link: bool) -> Text:
    link = Text(" Có kết nối.", " Connected.") if has_link else Text("", "")
    good = Text("Loa {place}: tốt. Đồng hồ đúng.{link}", "Loudspeaker {place}: good. The clock is right.{link}")
    return good.fill(place=place, link=link)


def _spoken_faults(faults: tuple[Latched, ...], place: str) -> Text:
    number = _counted(len(faults))
    plural = "" if len(faults) == 1 else "s"
    opening = Text("Loa {place} có {number} lỗi.", "Loudspeaker {place} has {number} fault{s}.")
    items = [
        Text("{number}: {name}.", "{number}: {name}.").fill(number=_capital(_counted(position)), name=_aloud(latched))
        for position, latched in enumerate(faults[:_MOST_SPOKEN], start=1)
    ]
    whole = [opening.fill(place=place, number=number, s=plural), *items]
    return Text(" ".join(text.vi for text in whole), " ".join(text.en for text in whole))


def _counted(number: int) -> Text:
    english = _ENGLISH_COUNT[number] if number < len(_ENGLISH_COUNT) else str(number)
    return Text(count(number), english)


def _capital(text: Text) -> Text:
    return Text(text.vi[:1].upper() + text.vi[1:], text.en[:1].upper() + text.en[1:])


def _aloud(latched: Latched) -> Text:
    if latched.fault.spoken is not None:
        return latched.fault.spoken
    return Text(*(_uncapital(latched.text.read(language)) for language in Language))


def _uncapital(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def status_line(condition: Condition, heard: Sounds, sounding: Text | None = None) -> Text:
    """One line for `systemctl status` (`STATUS=`): can it sound, what does it do, what is wrong."""
    now = STATES[state(condition, sounding is not None)].fill(signal=sounding or "")
    wrong = [latched.text for latched in (*condition.of(Severity.FAULT), *condition.of(Severity.WARNING))]
    parts = [SOUNDS[heard], now]
    line = Text(" · ".join(part.vi for part in parts), " · ".join(part.en for part in parts))
    if not wrong:
        return line
    told = Text("; ".join(text.vi for text in wrong), "; ".join(text.en for text in wrong))
    return Text(f"{line.vi}: {told.vi}", f"{line.en}: {told.en}")
