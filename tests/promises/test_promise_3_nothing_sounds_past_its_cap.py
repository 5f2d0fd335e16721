"""Promise 3: nothing sounds past its cap, whatever is lost or stalled, and nothing outlives the daemon."""

import sqlite3
import time
from pathlib import Path

from tests.adapters.ear import Card
from tests.box.village import Village, at
from tests.promises.conftest import NewDaemon
from tests.promises.daemon import STRIKER, Daemon, relays_off, until


def test_promise_3_a_stall_of_the_disk_in_a_roll_leaves_no_relay_on(daemon: Daemon) -> None:
    daemon.ask("play", signal="peace", status="test")
    daemon.wait_for_relay()
    disk = sqlite3.connect(daemon.state / "journal.db", isolation_level=None)
    disk.execute("BEGIN IMMEDIATE")
    time.sleep(5.0)  # the stall itself
    disk.execute("ROLLBACK")
    disk.close()
    daemon.ask("stop")
    until(daemon.is_dark, "the end")
    levels = [level for _, _, level in daemon.edges(STRIKER)][1:]
    assert len(levels) >= 6
    assert levels == [1, 0] * (len(levels) // 2)


def test_promise_3_a_deciding_thread_that_hangs_loses_the_stage_within_its_lease(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.hold("fire")
    village.wait(10)
    village.clock.pass_by(2.1)  # nothing is decided meanwhile
    village.player.turn()
    assert not village.relays.on
    assert not village.speaker.playing
    village.settle()
    assert village.sounding == "fire"
    village.wait(100)
    assert not village.relays.on
    assert village.outcomes("fire")[-1] == "finished"
    began = village.relays.first_on() or 0.0
    assert max(moved_at for moved_at, name, _ in village.relays.moves if name != "lamp") <= began + 60.5


def test_promise_3_a_gong_that_a_hanging_box_has_dropped_is_not_rung_again(ram: Path) -> None:
    village = Village(ram, at("21:59:58")).start()
    village.wait(10)
    village.clock.pass_by(3.0)
    village.player.turn()
    assert not village.relays.on
    village.wait(60)
    assert village.outcomes("peace") == ["started", "failed"]
    assert len(village.rings()) == 1


def test_promise_3_an_alarm_until_stopped_ends_at_its_cap(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.hold("fire")
    began = village.relays.first_on() or 0.0
    village.wait(56)
    assert village.sounding == "fire"
    village.wait(10)
    assert village.sounding is None
    assert max(moved_at for moved_at, name, _ in village.relays.moves if name != "lamp") <= began + 60.0


def test_promise_3_a_second_press_lets_the_cap_count_anew_without_a_gap(ram: Path) -> None:
    village = Village(ram, at("02:00")).start()
    village.hold("fire")
    village.wait(40)
    village.hold("fire")
    again_at = village.clock.mono
    village.wait(56)
    assert village.sounding == "fire"
    village.wait(10)
    assert village.sounding is None
    moves = [move for move in village.relays.moves if move[1] == "amplifier"]
    assert [on for _, _, on in moves] == [True, False]
    assert moves[-1][0] <= again_at + 60.0
    assert village.outcomes("fire") == ["started", "joined", "finished", "finished"]


def test_promise_3_all_relays_are_off_after_kill_9(daemon: Daemon) -> None:
    daemon.ask("play", signal="wail", status="actual")
    until(lambda: daemon.level(23) == "1", "the siren")
    daemon.kill()
    assert not daemon.is_dark()
    daemon.config.write_text("box: [broken")
    done = relays_off(daemon)
    assert done.returncode == 0, done.stdout
    assert daemon.is_dark()


def test_promise_3_no_child_outlives_a_killed_daemon(new_daemon: NewDaemon) -> None:
    daemon = new_daemon(more="speaker: {backend: aplay, device: recorder}", dry=False)
    card = Card(daemon.folder)
    daemon.environment["ALSA_CONFIG_PATH"] = str(card.config)
    daemon.start()
    daemon.ask("play", signal="wail", status="actual")
    until(lambda: len(card.data()) > 20_000, "sound")
    assert daemon.process
    children = [pid for pid in descendants(daemon.process.pid) if "aplay" in name_of(pid)]
    assert children
    daemon.kill()
    until(lambda: not any(name_of(pid) for pid in children), "the end of the sound")


def descendants(pid: int) -> list[int]:
    """All children of a process, and theirs."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def name_of(pid: int) -> str:
    """What a process runs; nothing when it has gone, or is dead and not yet reaped."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return "" if ") Z" in line else line.split("(")[1].split(")")[0]
