"""The file as a tree: leaves, rows and branches, each with its place. Nothing here knows what a key means."""

import re
from dataclasses import dataclass

Trail = tuple[str | int, ...]
"""The way from the root to a node: keys and indices from 0."""

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""The unquoted words that mean "nothing" in YAML 1.2's core schema."""

_PIECES = {
    "'": re.compile(r"''|.", re.DOTALL),
    '"': re.compile(r"\\x..|\\u.{4}|\\U.{8}|\\.|.", re.DOTALL),
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in the file: line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar: its raw text, never a number or a date.

    `quote` is the quotation mark around it, or "" when there is none. `source` is how it stands in the file, None
    when it takes several lines. `comment` is what follows an unquoted one after a `#` on its line.
    """

    text: str
    place: Place
    quote: str = ""
    source: str | None = None
    comment: str = ""

    @property
    def empty(self) -> bool:
        """Is it YAML's nothing?"""
        return not self.quote and self.text in NULLS

    def place_of(self, offset: int) -> Place:
        """Where character `offset` (from 0) of the text stands; the start of a text of several lines."""
        if self.source is None:
            return self.place
        if self.quote not in _PIECES:
            return Place(self.place.line, self.place.column + offset)
        pieces = _PIECES[self.quote].findall(self.source[1:-1])
        width = sum(len(piece) for piece in pieces[:offset])
        return Place(self.place.line, self.place.column + 1 + width)


@dataclass(frozen=True, slots=True)
class Row:
    """A list."""

    items: "tuple[Node, ...]"
    place: Place


@dataclass(frozen=True, slots=True)
class Branch:
    """A group of keys, in the order of the file; no key stands twice."""

    pairs: "tuple[tuple[Leaf, Node], ...]"
    place: Place

    def get(self, name: str) -> "Node | None":
        """The value of a key, or None where the key is not written."""
        return next((value for key, value in self.pairs if key.text == name), None)


@dataclass(frozen=True, slots=True)
class Broken:
    """What could not be understood and has been reported already."""

    place: Place


Node = Leaf | Row | Branch | Broken


def place_at(root: Node, path: Trail) -> Place:
    """The place of the value at `path`, or of the nearest thing above it that the file has."""
    place, node = root.place, root
    for step in path:
        match node, step:
            case Branch(), str():
                found = next(((key, value) for key, value in node.pairs if key.text == step), None)
                if found is None:
                    return place
                key, node = found
                place = node.place if not isinstance(node, Branch | Row) else key.place
            case Row(), int() if step < len(node.items):
                node = node.items[step]
                place = node.place
            case _:
                return place
    return place


def dotted(path: Trail) -> str:
    """A path as a person reads it: `schedules[0].at`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
