"""Promise 4: with no network, no clock, a corrupt journal, a full disk, no sound card: the button sounds the relays."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gongd.core.words import Text
from gongd.ports import SpeakerLost
from tests.box.village import SETTINGS, Village, at
from tests.promises.conftest import NewDaemon
from tests.promises.daemon import Daemon, until

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


def corrupt_journal(daemon: Daemon) -> None:
    (daemon.state / "journal.db").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 64)


def no_programs(daemon: Daemon) -> None:
    daemon.environment["PATH"] = "/nowhere"  # no espeak-ng, no aplay, no setpriv, no ffmpeg


def no_numpy(daemon: Daemon) -> None:
    for name in ("numpy", "pydub"):
        (daemon.folder / f"{name}.py").write_text("raise ImportError('not installed')")
    daemon.environment["PYTHONPATH"] = str(daemon.folder)


def no_prints(daemon: Daemon) -> None:
    (daemon.state / "prints").unlink()
    (daemon.state / "prints").symlink_to("/nowhere/at/all")


def old_rubbish(daemon: Daemon) -> None:
    for name in ("journal.db.life", "rung.jsonl", "say.json", "pins.json", "last-good.yaml"):
        (daemon.state / name).write_bytes(b"\xff{[rubbish")


@pytest.mark.parametrize("spoil", [corrupt_journal, no_programs, no_numpy, no_prints, old_rubbish])
def test_promise_4_the_button_sounds_with(new_daemon: NewDaemon, spoil: Callable[[Daemon], None]) -> None:
    daemon = new_daemon()
    spoil(daemon)
    daemon.start()
    daemon.press("fire")
    daemon.wait_for_relay()
    until(lambda: daemon.outcomes("fire") == ["started"], "the record")


def test_promise_4_a_corrupt_journal_is_set_aside_and_told(new_daemon: NewDaemon) -> None:
    daemon = new_daemon()
    corrupt_journal(daemon)
    daemon.start()
    until(lambda: "journal-corrupt" in daemon.faults(), "the fault")
    assert list(daemon.state.glob("journal.db.corrupt-*"))


def test_promise_4_the_journal_that_follows_a_corrupt_one_is_waited_for_again(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.kill()
    village.path.write_bytes(bytes(8192))
    village.start()
    assert "journal-corrupt" in village.faults()
    assert village.box.parts.airtime.journal_well


@pytest.fixture
def on_small_disk(new_daemon: NewDaemon) -> Iterator[Daemon]:
    """A daemon whose state is a file system of its own."""
    daemon = new_daemon()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", daemon.state], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting is not permitted here")
    (daemon.state / "prints").touch()
    yield daemon
    daemon.close()
    subprocess.run(["umount", "--lazy", daemon.state], check=True)


def fill(daemon: Daemon) -> None:
    with (daemon.state / "ballast").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(512)):
            pass


def remount(daemon: Daemon, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", daemon.state], check=True)


@AS_ROOT
def test_promise_4_a_disk_that_fills_up_does_not_silence_the_button(on_small_disk: Daemon) -> None:
    daemon = on_small_disk.start()
    fill(daemon)
    daemon.press("fire")
    daemon.wait_for_relay()
    until(lambda: "disk-full" in daemon.faults(), "the fault")
    (daemon.state / "ballast").unlink()
    until(lambda: daemon.outcomes("fire") == ["started"], "the record")


@AS_ROOT
@pytest.mark.parametrize("had_a_journal", [True, False])
def test_promise_4_a_daemon_starts_on_a_disk_that_is_read_only(on_small_disk: Daemon, had_a_journal: bool) -> None:
    daemon = on_small_disk
    if had_a_journal:
        daemon.start()
        daemon.terminate()
    remount(daemon, "ro")
    daemon.launch()
    until(lambda: daemon.level_or_none(17) == "0", "the relays")
    assert daemon.terminate() == 0
    assert "Traceback" not in daemon.said()


@AS_ROOT
def test_promise_4_a_daemon_starts_on_a_full_disk(on_small_disk: Daemon) -> None:
    daemon = on_small_disk
    fill(daemon)
    daemon.launch()
    until(lambda: daemon.level_or_none(17) == "0", "the relays")
    assert daemon.terminate() == 0
    assert "Traceback" not in daemon.said()


def test_promise_4_without_a_sound_card_the_relays_sound_and_the_box_says_so(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.inbox.post(SpeakerLost(Text(vi="không thấy", en="no card"), missing=True))
    village.settle()
    assert village.ask("status")["sounds"] == "relays-only"
    village.hold("fire")
    assert village.relays.on >= {"amplifier"}
    village.hold("silence")
    assert village.rows("activation")[-1]["detail"]["sounds"] == "relays-only"  # type: ignore[index]


def test_promise_4_without_a_clock_the_button_sounds(ram: Path) -> None:
    village = Village(ram, at("02:00", day=1), synchronised=False).start()
    village.hold("fire")
    assert village.sounding == "fire"


def test_promise_4_a_box_without_a_loudspeaker_by_design_sounds(ram: Path) -> None:
    village = Village(ram, at("02:00"), SETTINGS + "speaker: {backend: none}\n").start()
    assert village.ask("status")["sounds"] == "yes"
    village.hold("fire")
    assert "amplifier" in village.relays.on


def test_promise_4_one_dead_relay_does_not_keep_the_others_from_sounding(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.relays.dead.add("amplifier")
    village.hold("fire")
    village.wait(1)
    assert {name for _, name, _ in village.relays.moves} >= {"striker"}
    assert "relay-disagrees" in village.faults()
