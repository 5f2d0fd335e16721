"""Chance, from a seed: the same draws on every machine and every Python (only `Random.random` is promised to be so)."""

import hashlib
from collections.abc import Sequence
from random import Random
from typing import TypeVar

_Thing = TypeVar("_Thing")


class Chance:
    """One stream of draws. Streams of other names are independent of it: what one part draws moves no other."""

    def __init__(self, *names: object) -> None:
        digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
        self._names = names
        self.unit = Random(int.from_bytes(digest[:8], "big")).random

    def stream(self, *names: object) -> "Chance":
        """Another stream, named after this one."""
        return Chance(*self._names, *names)

    def between(self, low: float, high: float) -> float:
        """A number of [low, high)."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.unit() * (high - low + 1))

    def happens(self, probability: float) -> bool:
        """Does it?"""
        return self.unit() < probability

    def pick(self, things: Sequence[_Thing]) -> _Thing:
        """One of them."""
        return things[int(self.unit() * len(things))]

    def token(self, length: int = 32) -> str:
        """Hexadecimal digits: a name, a challenge."""
        return "".join("0123456789abcdef"[int(self.unit() * 16)] for _ in range(length))
