"""The plan of one seed: everything that will happen to a commune, as values. A shorter plan is a subset of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from gongd.sim.chance import Chance
from gongd.sim.profile import Profile, Rate

DAY_S = 86400.0
GONG_S = 10 * 3600.0
"""The world begins at noon; the gong is due so much later, every day."""
NEAR_S = 900.0


class What(StrEnum):
    """What can happen. `box` 0 is the whole commune."""

    POWER_CUT = "power-cut"
    CUT_AT_WRITE = "power-cut-at-a-write"
    CUT_AT_RELAY = "power-cut-at-a-relay"
    KILL = "daemon-killed"
    DISK_FULL = "disk-full"
    DISK_READ_ONLY = "disk-read-only"
    DISK_STALLED = "disk-stalled"
    DISK_CORRUPT = "disk-corrupt"
    NTP_GONE = "ntp-gone"
    NTP_SPOOFED = "ntp-spoofed"
    CLOCK_SET = "clock-set"
    CLOCK_DRIFTS = "clock-drifts"
    CLOCK_VOUCHED = "clock-vouched"
    BROKER_DOWN = "broker-down"
    BROKER_FORGETS = "broker-forgets"
    BROKER_SLOW = "broker-slow"
    BROKER_DOUBLES = "broker-doubles"
    BROKER_SHUFFLES = "broker-shuffles"
    NETWORK_CUT = "network-cut"
    SPLIT = "split"
    DESK_CUT = "desk-cut"
    CARD_GONE = "card-gone"
    RELAY_STUCK = "relay-stuck"
    PINS_DEAD = "pins-dead"
    VOICE_GONE = "voice-gone"
    SETTINGS_BAD = "settings-bad"
    SETTINGS_NEW = "settings-new"
    SETTINGS_PUSHED = "settings-pushed"
    SETTINGS_PUSHED_BAD = "settings-pushed-bad"
    SETTINGS_UNPROVEN = "settings-unproven"
    SETTINGS_DISTURBED = "settings-disturbed"
    SETTINGS_FORGED = "settings-forged"
    KEY_REVOKED = "key-revoked"
    ALARM_BUTTON = "alarm-button"
    CHILD = "child-at-the-buttons"
    SILENCE_BUTTON = "silence-button"
    SILENCED_ALARM = "alarm-that-is-silenced"
    STATUS_BUTTON = "status-button"
    ORDER = "order"
    CANCEL = "cancel"
    DRILL = "drill"
    TEST = "test"
    ROUTINE = "routine-order"
    SILENCE_ORDER = "silence-order"
    FORGED = "forged"
    LATE = "late"
    REPLAYED = "replayed"
    RETAINED = "retained"
    REVOKED = "by-a-revoked-key"
    ALTERED = "altered"
    MISDIRECTED = "misdirected"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens. `for_s` is how long it lasts; `size` and `choice` (of [0, 1)) say more."""

    at: float
    what: What
    box: int
    for_s: float = 0.0
    size: float = 0.0
    choice: float = 0.0

    def __str__(self) -> str:
        place = f"thon-{self.box}" if self.box else "the commune"
        return f"{self.what} {place} for {self.for_s:.1f} s size {self.size:.3f} choice {self.choice:.4f}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A seed's world. `days` is how long it lasts before everything is mended."""

    seed: int
    boxes: int
    days: float
    profile: str
    happenings: tuple[Happening, ...]

    def with_only(self, happenings: Sequence[Happening]) -> "Plan":
        """The same world with fewer things happening."""
        return replace(self, happenings=tuple(happenings))

    def until(self, at: float) -> "Plan":
        """The same world, ended then."""
        return replace(
            self, days=min(self.days, at / DAY_S), happenings=tuple(each for each in self.happenings if each.at <= at)
        )


def make_plan(seed: int, boxes: int, days: float, profile: Profile, density: float = 1.0) -> Plan:
    """Draw a plan. With a density of 10 as much happens in a month as else in ten."""
    found: list[Happening] = []
    for name, rate in profile.rates:
        what, chance = What(name), Chance(seed, "plan", name)
        for _ in range(_count(chance, density * rate.a_year * days / 365.0)):
            found.append(_happening(chance, what, boxes, days, profile))
    return Plan(seed, boxes, days, profile.name, tuple(sorted(found, key=lambda each: (each.at, each.what, each.box))))


def _count(chance: Chance, expected: float) -> int:
    return int(expected) + chance.happens(expected % 1.0)


def _happening(chance: Chance, what: What, boxes: int, days: float, profile: Profile) -> Happening:
    rate = profile.rate(what)
    box = 0 if rate.everywhere else chance.whole(1, boxes)
    low, high = rate.for_s
    lasts = low * (high / low) ** chance.unit() if low > 0 else 0.0
    return Happening(_when(chance, days, profile), what, box, lasts, _size(chance, rate), chance.unit())


def _size(chance: Chance, rate: Rate) -> float:
    """Drawn evenly; or a leap either way, small ones as likely as large ones."""
    if rate.leap == (0.0, 0.0):
        return chance.between(*rate.size)
    low, high = rate.leap
    return float((1 if chance.happens(0.5) else -1) * low * (high / low) ** chance.unit())


def _when(chance: Chance, days: float, profile: Profile) -> float:
    """Any time; more often than chance around the gong, where it hurts."""
    at = chance.between(0.0, days * DAY_S)
    if chance.happens(profile.near_gong):
        night = int(at // DAY_S) * DAY_S + GONG_S
        spread = chance.pick((2.0, 40.0, 200.0, NEAR_S))
        at = night + chance.between(-spread, spread)
    return max(60.0, at)
