"""The enemy's own process: floods a box through the broker, as fast as the broker and the box take it.

`python -m tests.link.flood FOLDER PORT SEED COUNT NOW`: FOLDER holds what the enemy has. Reads from its standard input,
a line each, how many the box has counted: it is never more than AHEAD in front of it, so that the broker's queue
(10,000 messages) drops nothing and every single one can be asked for.
"""

import random
import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gongd.adapters import jose
from gongd.core.wire import Topics
from tests.desk.commune import Caller
from tests.link.hostile import ZONE, Enemy, flood
from tests.link.world import BOX, COMMUNE

KEYS = ("desk", "stranger", "driller", "revoked")
AHEAD = 2000
UNDER_WAY = 200
PATIENCE_S = 60.0


@dataclass
class Pace:
    """How many may be sent: not too many that the broker has not taken, nor that the box has not counted."""

    sent: int = 0
    taken: int = 0
    counted: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def took(self, *_about: object) -> None:
        """The broker has one more."""
        with self.changed:
            self.taken += 1
            self.changed.notify()

    def listen(self) -> None:
        """The box counts."""
        for line in sys.stdin:
            with self.changed:
                self.counted = int(line)
                self.changed.notify()

    def wait(self) -> None:
        """Until one more may go."""
        with self.changed:
            free = self.changed.wait_for(self._is_free, PATIENCE_S)
            assert free, f"{self.sent} sent, {self.taken} taken by the broker, {self.counted} counted by the box"
            self.sent += 1

    def _is_free(self) -> bool:
        return self.sent - self.taken < UNDER_WAY and self.sent - self.counted < AHEAD


def attack(enemy: Enemy, caller: Caller, seed: int, count: int) -> None:
    """Send them all."""
    pace, topics = Pace(), Topics("gong", COMMUNE)
    doors = (topics.command(BOX), topics.all_command(), topics.zone_command(ZONE))
    caller.client.on_publish = pace.took
    listener = threading.Thread(target=pace.listen, daemon=True)
    listener.start()
    for number, (own_seed, kind) in enumerate(flood(seed, count)):
        dice = random.Random(own_seed)
        pace.wait()
        caller.client.publish(doors[number % len(doors)], kind.forge(enemy, dice), 1, kind.retained)
    with pace.changed:
        assert pace.changed.wait_for(lambda: pace.taken == pace.sent, PATIENCE_S)
    listener.join()


def main(folder: Path, port: int, seed: int, count: int, now: datetime) -> None:
    """Take the keys, connect, attack."""
    desk, stranger, driller, revoked = (jose.load(folder / f"{name}.key") for name in KEYS)
    enemy = Enemy(desk, stranger, driller, revoked, now)
    with Caller(folder / "ca.pem", folder / "seat.pem", folder / "seat.key", port, "desk-1") as caller:
        attack(enemy, caller, seed, count)


if __name__ == "__main__":
    _, home, door, chance, many, instant = sys.argv
    main(Path(home), int(door), int(chance), int(many), datetime.fromisoformat(instant))
