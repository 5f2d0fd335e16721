"""Profiles: how often what happens. One table a profile; a rate is of a whole commune and year."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0
WRONG_S = (MINUTE_S, 5 * 365 * DAY_S)
"""How wrong a clock can be: by a minute, or by years."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`a_year` times; lasting from `for_s` (short ones are as likely as long ones); `size` is drawn evenly.

    `leap` instead of `size`: forward or back by so much, small ones as likely as large ones.
    """

    a_year: float
    for_s: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (0.0, 0.0)
    everywhere: bool = False
    leap: tuple[float, float] = (0.0, 0.0)

    def times(self, factor: float) -> "Rate":
        """The same, more often or less."""
        return replace(self, a_year=self.a_year * factor)


@dataclass(frozen=True, slots=True)
class Profile:
    """`near_gong` is the share of all that is drawn to the minutes around the gong. `batteries`: boxes with an RTC."""

    name: str
    table: Mapping[str, Rate]
    near_gong: float = 0.3
    batteries: float = 0.5

    @property
    def rates(self) -> tuple[tuple[str, Rate], ...]:
        """In a fixed order."""
        return tuple(sorted(self.table.items()))

    def rate(self, what: str) -> Rate:
        """How often."""
        return self.table[what]


_PEOPLE = {
    "alarm-button": Rate(6),
    "child-at-the-buttons": Rate(6, (0.2, 40.0)),
    "silence-button": Rate(4),
    "alarm-that-is-silenced": Rate(3),
    "status-button": Rate(4),
    "order": Rate(8, everywhere=True),
    "cancel": Rate(4, everywhere=True),
    "drill": Rate(4, everywhere=True),
    "test": Rate(3, everywhere=True),
    "routine-order": Rate(3, everywhere=True),
    "silence-order": Rate(1, everywhere=True),
}
_POWER = {
    "power-cut": Rate(20, (2.0, 2 * DAY_S)),
    "power-cut-at-a-write": Rate(8, (5.0, 2 * HOUR_S)),
    "power-cut-at-a-relay": Rate(6, (5.0, HOUR_S)),
    "daemon-killed": Rate(8),
}
_DISK = {
    "disk-full": Rate(5, (MINUTE_S, 2 * DAY_S)),
    "disk-read-only": Rate(4, (MINUTE_S, 2 * DAY_S)),
    "disk-stalled": Rate(8, (1.0, 2 * HOUR_S)),
    "disk-corrupt": Rate(1.5),
    "power-cut-at-a-write": Rate(10, (5.0, 2 * HOUR_S)),
    "daemon-killed": Rate(4),
}
_CLOCK = {
    "ntp-gone": Rate(6, (HOUR_S, 12 * DAY_S)),
    "ntp-spoofed": Rate(5, (MINUTE_S, 12 * HOUR_S), leap=WRONG_S),
    "clock-set": Rate(8, leap=WRONG_S),
    "clock-drifts": Rate(3, (DAY_S, 10 * DAY_S), (-80e-6, 80e-6)),
    "clock-vouched": Rate(3),
    "power-cut": Rate(12, (10.0, DAY_S)),
    "daemon-killed": Rate(3),
}
_NETWORK = {
    "broker-down": Rate(6, (10.0, DAY_S), everywhere=True),
    "broker-forgets": Rate(4, (5.0, HOUR_S), everywhere=True),
    "broker-slow": Rate(4, (MINUTE_S, 3 * HOUR_S), everywhere=True),
    "broker-doubles": Rate(4, (HOUR_S, 5 * DAY_S), everywhere=True),
    "broker-shuffles": Rate(4, (MINUTE_S, 12 * HOUR_S), everywhere=True),
    "network-cut": Rate(15, (20.0, 3 * DAY_S)),
    "split": Rate(6, (20.0, 2 * DAY_S), everywhere=True),
    "desk-cut": Rate(4, (20.0, 6 * HOUR_S), everywhere=True),
    "daemon-killed": Rate(4),
}
_PUSHED = {
    "settings-pushed": Rate(3),
    "settings-pushed-bad": Rate(3),
    "settings-unproven": Rate(3, (65.0, HOUR_S), (0.0, 1.0)),
    "settings-disturbed": Rate(4, (5.0, 2 * HOUR_S), (0.0, 1.0)),
}
"""By the desk, over the wire."""
_HANDS = {
    "card-gone": Rate(10, (10.0, 3 * DAY_S)),
    "relay-stuck": Rate(6, (MINUTE_S, 3 * DAY_S)),
    "pins-dead": Rate(2, (MINUTE_S, DAY_S)),
    "voice-gone": Rate(4, (HOUR_S, 3 * DAY_S)),
    "settings-bad": Rate(5, (MINUTE_S, DAY_S)),
    "settings-new": Rate(5),
    "daemon-killed": Rate(4),
}
_HOSTILE = {
    "forged": Rate(12),
    "late": Rate(12),
    "replayed": Rate(12),
    "retained": Rate(8),
    "altered": Rate(8),
    "misdirected": Rate(8),
    "by-a-revoked-key": Rate(8),
    "settings-forged": Rate(6),
    "key-revoked": Rate(1, everywhere=True),
    "order": Rate(10, everywhere=True),
    "network-cut": Rate(6, (20.0, HOUR_S)),
    "clock-set": Rate(3, leap=WRONG_S),
}
_CROWD = {name: rate.times(4) for name, rate in _PEOPLE.items()}
_EVERYTHING = {
    name: rate.times(0.5)
    for table in (_POWER, _DISK, _CLOCK, _NETWORK, _HANDS, _PUSHED, _HOSTILE, _PEOPLE)
    for name, rate in table.items()
}

PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("calm", _PEOPLE),
        Profile("power", _PEOPLE | _POWER),
        Profile("disk", _PEOPLE | _DISK),
        Profile("clock", _PEOPLE | _CLOCK, batteries=0.3),
        Profile("network", _PEOPLE | _NETWORK | _PUSHED),
        Profile("hands", _PEOPLE | _HANDS | _PUSHED),
        Profile("hostile", _PEOPLE | _HOSTILE),
        Profile("people", _CROWD, near_gong=0.5),
        Profile("everything", _EVERYTHING),
    )
}
ALL = "all"
"""Each seed takes the next profile."""


def profile_for(name: str, seed: int) -> Profile:
    """The profile of a seed."""
    every = tuple(PROFILES.values())
    return every[seed % len(every)] if name == ALL else PROFILES[name]
