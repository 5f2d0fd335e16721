"""The history of one seed, as text: what happened in the world, line by line. Two runs of a seed are byte-identical."""

import hashlib

from gongd.sim.clockwork import Clockwork


class History:
    """Lines of `time who what`, by the true clock."""

    def __init__(self, world: Clockwork) -> None:
        self._world = world
        self.lines: list[str] = []

    def note(self, who: str, what: str) -> None:
        """One more line."""
        at = self._world.wall.replace(tzinfo=None).isoformat(" ", "microseconds")
        self.lines.append(f"{at} {who} {what}")

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()
