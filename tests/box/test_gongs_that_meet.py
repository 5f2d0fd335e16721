"""Two gongs that are one sound, on a card that takes no record for a while: each night is what it was."""

from pathlib import Path

import pytest

from gongd.adapters.journal import SqliteJournal
from gongd.ports import Journal
from tests.box.village import SETTINGS, Village, at
from tests.survival.fate import Fate, FatedJournal

LATER = '{id: feast, signal: peace, at: "22:00:05", days: daily}'
TEXT = SETTINGS + f'schedules: [{{id: nightly, signal: peace, at: "22:00", days: daily}}, {LATER}]\n'


class Slow(Village):
    """Nothing reaches its card while it `stalls`."""

    stalls = False

    def open_journal(self) -> Journal:
        return SlowJournal(self)

    def flush(self) -> None:
        if not self.stalls:
            super().flush()


class SlowJournal(FatedJournal):
    def __init__(self, village: Slow) -> None:
        super().__init__(village.path, SqliteJournal(village.path, village.inbox.post, village.boot), Fate())
        self._village = village

    def commit(self) -> None:
        if not self._village.stalls:
            super().commit()


@pytest.fixture
def village(ram: Path) -> Slow:
    """Both gongs are asked for, and the record of the first is not on the card yet."""
    made = Slow(ram, at("21:59:30"), TEXT)
    made.start()
    made.stalls = True
    made.until_wall(at("22:00:07"))
    assert made.rings() == []
    return made


def nights(village: Slow) -> list[tuple[object, object]]:
    village.stalls = False
    village.wait(1200)
    return sorted((row["schedule"], row["outcome"]) for row in village.rows("night"))


def test_a_gong_that_has_joined_one_that_never_sounds_has_not_rung(village: Slow) -> None:
    village.hold("fire")
    assert nights(village) == [("feast", "missed"), ("nightly", "missed")]


def test_a_gong_that_has_joined_one_that_sounds_late_has_rung_with_it(village: Slow) -> None:
    assert nights(village) == [("feast", "rung"), ("nightly", "rung")]
    assert len(village.rings()) == 1
