"""One button or dry contact as the settings describe it. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Contact(StrEnum):
    """Thường hở / thường đóng: is the contact open or closed when nobody touches it?"""

    NORMALLY_OPEN = "open"
    NORMALLY_CLOSED = "closed"


class Deed(StrEnum):
    """What a button does when it is not a signal that it sounds."""

    SILENCE = "silence"
    CHECK_IN = "check-in"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound a signal here; `place` replaces the box's name in what is said."""

    signal: str
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """The desk's own panel: raise a signal at other boxes (`to` is a box, a zone or all)."""

    signal: str
    to: str


Action = Deed | Sound | Send


@dataclass(frozen=True, slots=True)
class Button:
    """An input on BCM pin `pin`, held for `hold_s` seconds before it counts. `lamp` is the pin of its lamp."""

    name: str
    pin: int
    action: Action
    hold_s: float = 0.0
    lamp: int | None = None
    contact: Contact = Contact.NORMALLY_OPEN
    debounce_s: float = 0.02
