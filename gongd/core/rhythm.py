"""The ringers' own notation as values: placeholder until the notation lands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A series of items."""

    items: tuple[object, ...] = ()
