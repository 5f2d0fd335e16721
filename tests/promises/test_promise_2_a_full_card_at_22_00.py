"""Promise 2 with a real process on a real full disk: the gong rings, and not again after a power cut."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.promises.conftest import NewDaemon
from tests.promises.daemon import Daemon, until
from tests.promises.test_promise_2_with_a_real_daemon import rings, start_soon_before_its_gong
from tests.small_disk import AS_ROOT, SmallDisk, small_disk

pytestmark = AS_ROOT


@pytest.fixture
def card(ram: Path) -> Iterator[SmallDisk]:
    """Where the daemon keeps its state."""
    with small_disk(ram / "box-0" / "state", ram / "card.img") as disk:
        yield disk


@pytest.fixture
def daemon(ram: Path, card: SmallDisk, new_daemon: NewDaemon) -> Iterator[Daemon]:
    """What it keeps in memory lies elsewhere. It ends before its card is taken away."""
    del card
    daemon = new_daemon()
    daemon.environment["RUNTIME_DIRECTORY"] = str(in_memory(ram))
    yield daemon
    daemon.close()


def in_memory(ram: Path) -> Path:
    """The runtime directory."""
    folder = ram / "run"
    folder.mkdir(exist_ok=True)
    return folder


def ring_on_a_full_card(daemon: Daemon, card: SmallDisk) -> None:
    """The card is full, the journal knows it, and the gong rings."""
    start_soon_before_its_gong(daemon)
    until((card.folder / "journal.db.life").exists, "the sign of life")
    card.fill_up()
    daemon.press("patrol")
    until(lambda: "disk-full" in daemon.faults(), "the fault")
    until(lambda: rings(daemon) == 1, "the gong")
    daemon.kill()


@pytest.mark.parametrize("power_goes", [True, False], ids=["the power goes", "the daemon dies"])
def test_promise_2_a_gong_on_a_full_card_rings_once(
    ram: Path, daemon: Daemon, card: SmallDisk, power_goes: bool
) -> None:
    ring_on_a_full_card(daemon, card)
    if power_goes:
        card.lose_power()
        (in_memory(ram) / "rung.jsonl").unlink()
    daemon.start()
    card.ballast.unlink()
    until(lambda: [row["outcome"] for row in daemon.rows("night")] == ["rung"], "the night's record")
    daemon.terminate()
    assert rings(daemon) == 1
    assert len(daemon.rows("night")) == 1
    assert not [row for row in daemon.rows("fault") if row["reason"] == "night-twice"]
