"""The shelf of pushed settings on the simulated card: what a bad card and a power cut leave of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongd.adapters.pushes import PushShelf
from gongd.core.push import NOT_STORED, Declined, Push
from gongd.settings import Settings
from gongd.sim import furniture
from gongd.sim.chance import Chance
from gongd.sim.clockwork import Clockwork
from gongd.sim.disk import Cut, Disk, PowerCutError, State
from gongd.sim.drawer import Drawer, DrivenClerk, digest_of

OLD, NEW = furniture.settings_text(1), furniture.settings_text(1, 61)
PUSH = Push("j" * 16, digest_of(NEW), digest_of(OLD))


class Desk:
    """One box's card and drawer, and a clerk who is given his turns."""

    def __init__(self, ram: Path) -> None:
        self.world = Clockwork(datetime(2026, 1, 1, tzinfo=UTC))
        self.disk = Disk(ram, Chance(1))
        self.drawer = Drawer(self.world, ram, self.disk, OLD)
        self.clerk = DrivenClerk(self.world, self.disk, Chance(2), lambda: None)

    def start(self) -> tuple[Settings, PushShelf]:
        settings, shelf, _found = self.drawer.open(self.clerk)
        return settings, shelf

    def wait(self) -> None:
        for _ in range(10):
            self.world.advance(self.world.now + 2.0)
            self.clerk.work()

    def laid(self, shelf: PushShelf) -> list[Settings | Declined]:
        found: list[Settings | Declined] = []
        shelf.read(PUSH, NEW.encode(), shelf.load(), found.append)
        self.wait()
        return found

    def answered(self, ask: Callable[[Callable[[bool], None]], None]) -> list[bool]:
        heard: list[bool] = []
        ask(heard.append)
        self.wait()
        return heard

    @property
    def at_start(self) -> str:
        return self.start()[0].source_digest


@pytest.mark.parametrize("state", [State.FULL, State.READ_ONLY])
def test_a_card_that_takes_nothing_takes_no_settings(ram: Path, state: State) -> None:
    desk = Desk(ram)
    _settings, shelf = desk.start()
    desk.disk.state = state
    assert desk.laid(shelf) == [Declined(NOT_STORED)]
    assert shelf.load().source_digest == digest_of(OLD)


def test_a_card_that_stalls_answers_once_it_is_back(ram: Path) -> None:
    desk = Desk(ram)
    _settings, shelf = desk.start()
    desk.disk.stalled = True
    found = desk.laid(shelf)
    assert found == []
    desk.disk.stalled = False
    desk.wait()
    assert len(found) == 1


@pytest.mark.parametrize("cut", list(Cut))
def test_a_power_cut_as_a_file_is_laid_down_leaves_none_in_force(ram: Path, cut: Cut) -> None:
    desk = Desk(ram)
    _settings, shelf = desk.start()
    desk.disk.cut = cut
    with pytest.raises(PowerCutError):
        desk.laid(shelf)
    assert desk.at_start == digest_of(OLD)


@pytest.mark.parametrize(("cut", "text"), [(Cut.NOTHING, OLD), (Cut.TORN, OLD), (Cut.ALL, NEW)])
def test_a_power_cut_at_the_proof_leaves_one_truth(ram: Path, cut: Cut, text: str) -> None:
    desk = Desk(ram)
    _settings, shelf = desk.start()
    desk.laid(shelf)
    desk.disk.cut = cut
    with pytest.raises(PowerCutError):
        desk.answered(shelf.prove)
    assert desk.at_start == digest_of(text)


@pytest.mark.parametrize("cut", list(Cut))
def test_a_power_cut_as_it_is_taken_back_leaves_none_in_force(ram: Path, cut: Cut) -> None:
    desk = Desk(ram)
    _settings, shelf = desk.start()
    desk.laid(shelf)
    desk.disk.cut = cut
    with pytest.raises(PowerCutError):
        desk.answered(shelf.undo)
    assert desk.at_start == digest_of(OLD)


def test_a_broken_file_leaves_the_last_good_copy_which_is_of_what_was_proven(ram: Path) -> None:
    desk = Desk(ram)
    _settings, shelf = desk.start()
    desk.laid(shelf)
    desk.answered(shelf.prove)
    desk.drawer.keep(shelf, shelf.load())
    desk.drawer.save(furniture.BROKEN)
    settings, _shelf, found = desk.drawer.open(desk.clerk)
    assert (settings.source_digest, len(found)) == (digest_of(NEW), 1)
