"""What was found wrong while a file is read: gathered, so that a technician sees every problem at once."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gongd.core.errors import Problem
from gongd.core.words import Text
from gongd.settings.node import Place, Trail, dotted


class Spoilt(Exception):  # noqa: N818 - no error: the problem is noted already, and reading goes on elsewhere
    """A value that could not be read. Its problem has been noted; whoever holds it goes on without it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where reading stands: the path, the place of its key, and of the keys inside it once they are read."""

    path: Trail
    place: Place
    inside: Mapping[str, Place] = field(default_factory=dict)

    def down(self, step: str | int, place: Place) -> "Spot":
        """One level deeper."""
        return Spot((*self.path, step), place)

    def at(self, key: str) -> Place:
        """Where one of its keys stands; its own place when that key is not written."""
        return self.inside.get(key, self.place)


@dataclass(slots=True)
class Findings:
    """Every problem of one file. Lines in `mended` had a fault of YAML itself: nothing more is said of them."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    mended: set[int] = field(default_factory=set)

    def note(self, place: Place, path: Trail, text: Text, *, warning: bool = False) -> None:
        """Write one down."""
        if place.line not in self.mended:
            self.problems.append(Problem(self.file, place.line, place.column, dotted(path), text, warning))

    def mend(self, place: Place, path: Trail, text: Text) -> None:
        """Write down a fault of YAML itself; the line was mended so that the rest can be read."""
        self.note(place, path, text)
        self.mended.add(place.line)

    def in_order(self) -> tuple[Problem, ...]:
        """All of them, in the order of the file, none twice."""
        unique = dict.fromkeys(self.problems)
        return tuple(sorted(unique, key=lambda problem: (problem.line, problem.column)))

    @property
    def fatal(self) -> bool:
        """Is there anything worse than a warning?"""
        return any(not problem.warning for problem in self.problems)


def guess(typed: str, known: Iterable[str]) -> Text:
    """` Có phải "x"?` when something known looks like what was typed, else nothing."""
    close = difflib.get_close_matches(typed.casefold(), list(known), n=1, cutoff=0.6)
    if not close:
        return Text(vi="", en="")
    return Text(vi=f' Có phải "{close[0]}"?', en=f' Did you mean "{close[0]}"?')


def clip_words(text: str) -> str:
    """A typed value as it is quoted in a message: on one line, at most 40 characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else flat[:39] + "…"
