"""The settings of one cabinet: the file in /etc, its last good copy, and the product's own shelf of what the desk has
pushed, on the simulated card. Its clerk is no thread: it works in the box's turns.
"""

import hashlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gongd.adapters.pushes import Means, PushShelf
from gongd.box.equipment import Found
from gongd.core.errors import ConfigError
from gongd.core.fault import FaultCode
from gongd.settings import Settings
from gongd.sim import furniture
from gongd.sim.chance import Chance
from gongd.sim.clockwork import Clockwork
from gongd.sim.disk import Disk

CONFIG, LAST_GOOD = "config.yaml", "last-good.yaml"
TAKES_S = (0.02, 1.5)
"""A card takes so long over a file."""


class DrivenClerk:
    """The shelf's clerk: each job is done once the card has had its time, at a turn of the box. `poke` asks for one."""

    def __init__(self, world: Clockwork, disk: Disk, chance: Chance, poke: Callable[[], None]) -> None:
        self._world, self._disk, self._chance, self._poke = world, disk, chance, poke
        self._jobs: deque[Callable[[], object]] = deque()
        self._is_ready = False

    def do(self, job: Callable[[], object]) -> None:
        """After those before it."""
        self._jobs.append(job)
        if len(self._jobs) == 1:
            self._begin()

    def close(self) -> None:
        """Nothing is waited for."""

    def work(self) -> None:
        """Do what is ready, unless the card stalls."""
        if not self._is_ready or self._disk.stalled:
            return
        self._is_ready = False
        self._jobs[0]()
        self._jobs.popleft()
        if self._jobs:
            self._begin()

    def _begin(self) -> None:
        self._world.after(self._chance.between(*TAKES_S), self._finish)

    def _finish(self) -> None:
        self._is_ready = True
        self._poke()


@dataclass(slots=True)
class Drawer:
    """`text` is the technician's file, `saved_at` when it was saved last."""

    world: Clockwork
    folder: Path
    disk: Disk
    text: str
    saved_at: float = -1.0

    def __post_init__(self) -> None:
        self._lay()
        (self.folder / LAST_GOOD).write_bytes(self.text.encode())

    @property
    def digest(self) -> str:
        """Of the file in /etc."""
        return digest_of(self.text)

    def save(self, text: str) -> None:
        """A technician has edited the file in /etc."""
        self.text, self.saved_at = text, self.world.now
        self._lay()

    def _lay(self) -> None:
        (self.folder / CONFIG).write_bytes(self.text.encode())

    def open(self, clerk: DrivenClerk) -> tuple[Settings, PushShelf, tuple[Found, ...]]:
        """The settings of a start; where the file is bad, the last good copy, as the bootstrap does."""
        means = Means(furniture.read_file, self.disk.write, self.disk.remove)
        shelf = PushShelf(self.folder / CONFIG, self.folder, lambda settings: settings, clerk, means)
        try:
            return shelf.load(starting=True), shelf, ()
        except ConfigError as error:
            good = furniture.read_file(self.folder / LAST_GOOD, self.folder)
            return good, shelf, (Found(FaultCode.SETTINGS_BAD, None, error.text),)

    def keep(self, shelf: PushShelf, settings: Settings) -> None:
        """The last good copy, as `adapters.last_good` puts it aside. What cannot be kept now is not."""
        copy = self.folder / LAST_GOOD
        with suppress(OSError):
            data = shelf.path_of(settings.source_digest).read_bytes()
            is_news = hashlib.sha256(data).hexdigest() == settings.source_digest and copy.read_bytes() != data
            if is_news and not self.disk.stalled:
                self.disk.write(copy, data)


def digest_of(text: str) -> str:
    """As a box names its settings."""
    return hashlib.sha256(text.encode()).hexdigest()
