"""What the mock pins did: the lines of `pins.jsonl`, followed while the daemon writes them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Edge:
    """One move of one output. `at` is in seconds of CLOCK_BOOTTIME."""

    at: float
    pin: int
    on: bool


class PinsLog:
    """Reads on from where it stopped; a line that is only half written waits."""

    def __init__(self, out: Path) -> None:
        self._path = out / "pins.jsonl"
        self._read = 0
        self.edges: list[Edge] = []

    def follow(self) -> list[Edge]:
        """What is new; it also joins `edges`, which holds all."""
        if not self._path.is_file():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + len(newline)
        new = [_edge(line) for line in whole.splitlines()]
        self.edges += new
        return new

    def first(self, pin: int, on: bool, after: float = 0.0) -> float | None:
        """When that pin first moved so after an instant."""
        return next((edge.at for edge in self.edges if (edge.pin, edge.on) == (pin, on) and edge.at > after), None)

    def last(self, pin: int, on: bool, before: float) -> float | None:
        """When that pin last moved so before an instant."""
        found = [edge.at for edge in self.edges if (edge.pin, edge.on) == (pin, on) and edge.at < before]
        return found[-1] if found else None


def _edge(line: bytes) -> Edge:
    told = json.loads(line)
    return Edge(told["at"], told["pin"], bool(told["level"]))


def stretches(edges: Iterable[Edge], pin: int, end: float) -> list[tuple[float, float]]:
    """From when to when a pin was on; one that is on still is on until `end`."""
    found: list[tuple[float, float]] = []
    since: float | None = None
    for edge in edges:
        if edge.pin != pin:
            continue
        if edge.on and since is None:
            since = edge.at
        elif not edge.on and since is not None:
            found.append((since, edge.at))
            since = None
    return found if since is None else [*found, (since, end)]


def still_on(out: Path) -> list[int]:
    """The pins that the kernel would hold on now that the daemon has gone."""
    levels = (out / "pins.levels").read_bytes()
    return [pin for pin, level in enumerate(levels) if level == ord("1")]
