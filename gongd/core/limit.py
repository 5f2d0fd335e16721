"""How often a key may make a box sound in an hour. Never for an actual emergency, never for what ends a sound."""

from collections.abc import Mapping
from dataclasses import dataclass, field

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Usage:
    """When each key was last obeyed, within the hour: monotonic seconds, oldest first."""

    marks: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def allows(self, key: str, now: float, per_hour: int) -> bool:
        """May this key be obeyed once more?"""
        return len(_recent(self.marks.get(key, ()), now)) < per_hour

    def spend(self, key: str, now: float) -> "Usage":
        """It was obeyed. What is older than an hour is forgotten, of all keys."""
        kept = {name: recent for name, marks in self.marks.items() if (recent := _recent(marks, now))}
        return Usage({**kept, key: (*kept.get(key, ()), now)})


def _recent(marks: tuple[float, ...], now: float) -> tuple[float, ...]:
    return tuple(mark for mark in marks if now - mark < HOUR_S)
