"""Why something from the wire is not obeyed: a closed list, the codes of `lexicon.REFUSALS`. Values only."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why an order is refused; its words and what the officer does next stand in `lexicon.REFUSALS`."""

    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    SIGNATURE = "signature"
    UNKNOWN_KEY = "unknown-key"
    REVOKED = "revoked"
    NOT_PERMITTED = "not-permitted"
    NOT_FOR_ME = "not-for-me"
    DUPLICATE = "duplicate"
    RETAINED = "retained"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from-the-future"
    CLOCK_UNTRUSTED = "clock-untrusted"
    UNKNOWN_SIGNAL = "unknown-signal"
    TOO_OFTEN = "too-often"
    DRILL_NEEDS_VOICE = "drill-needs-voice"
    DISABLED = "disabled"
    SETTINGS_INVALID = "settings-invalid"
    SETTINGS_DIFFER = "settings-differ"


STALE = frozenset({Reason.EXPIRED, Reason.FROM_THE_FUTURE, Reason.CLOCK_UNTRUSTED})
"""What wire.md calls refused(stale): these carry the box's challenge, and the desk signs the same `jti` again."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Not obeyed, and why. `detail` is a technician's English, for the log.

    `jti` and `key` (the signer's name) are set only where a listed key has signed: what nobody has signed must not be
    answered in the name of a true order, or a forger could make the desk believe that its alarm was refused.
    `challenge` comes with the STALE reasons; `age_s` says how many seconds too late an order came.
    """

    reason: Reason
    detail: str = ""
    jti: str | None = None
    key: str | None = None
    challenge: str | None = None
    age_s: float | None = None
