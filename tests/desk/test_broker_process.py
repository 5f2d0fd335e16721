"""`gongctl broker`, a real Mosquitto: it is kept up, and started again when its files have changed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gongd.cli.screen import Screen
from gongd.core.wire import Topics
from gongd.core.words import Language
from gongd.desk import broker_process
from gongd.desk.authority import take_seat
from gongd.desk.broker_process import DIED, RUNS_ALREADY, keep_up, tell
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.membership import link_neighbours
from gongd.desk.mosquitto import BrokerError
from gongd.desk.register import Commune, load_commune
from gongd.gongctl.spreading import spread
from tests.desk.commune import (
    BROKER,
    WAIT_S,
    Caller,
    Village,
    broker_of,
    call_as,
    eventually,
    listens,
    make_commune,
    make_village,
    may_speak,
    needs_mosquitto,
    now,
)

TOPICS = Topics("gong", "nguyet-an")
pytestmark = needs_mosquitto


@dataclass(frozen=True)
class Scene:
    """A commune with thon-3, and who keeps its broker up."""

    ram: Path
    folder: CommuneFolder
    commune: Commune
    third: Village
    keeper: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return self.commune.port

    @property
    def mosquitto(self) -> int:
        """The process that is the broker."""
        return child_of(self.keeper)

    def enrol(self, box: str) -> Village:
        village = make_village(self.ram, box)
        village.join(self.folder)
        return village

    def log(self) -> str:
        return (self.ram / "nguyet-an.log").read_text(encoding="utf-8")


@pytest.fixture
def scene(ram: Path) -> Iterator[Scene]:
    folder, third = make_commune(ram), make_village(ram)
    third.join(folder)
    commune = load_commune(folder)
    with broker_of(folder, commune.port) as keeper:
        yield Scene(ram, folder, commune, third, keeper)


def test_it_is_started_again_when_what_it_reads_has_changed_and_only_then(scene: Scene) -> None:
    first = scene.mosquitto
    assert tell(scene.folder.broker)
    link_neighbours(scene.folder, "thon-3", [], now())  # a new list of trust, and nothing for the broker
    assert scene.mosquitto == first
    fifth = scene.enrol("thon-5")
    eventually(lambda: may_speak(fifth, scene.port))
    second = scene.mosquitto
    assert second != first
    assert tell(scene.folder.broker)
    assert scene.mosquitto == second


def test_a_box_that_is_away_meanwhile_is_kept_what_comes_for_it(scene: Scene) -> None:
    """On SIGHUP Mosquitto 2.0 keeps nothing more for it until it is back."""
    with call_as(scene.third, scene.port, keeps=True) as box:
        box.listen(TOPICS.all_command(), TOPICS.command("thon-3"))
    fifth = scene.enrol("thon-5")
    eventually(lambda: may_speak(fifth, scene.port))
    with take_seat(scene.folder, scene.commune) as seat:
        desk = Caller(seat.authorities, seat.certificate, seat.key, scene.port)
        with desk:
            assert desk.publish(TOPICS.all_command())
            assert desk.publish(TOPICS.command("thon-3"))
    with call_as(scene.third, scene.port, keeps=True) as box:
        assert {box.hear()[0], box.hear()[0]} == {TOPICS.all_command(), TOPICS.command("thon-3")}


def test_what_was_kept_before_is_kept_over_the_new_start(scene: Scene) -> None:
    with call_as(scene.third, scene.port, keeps=True) as box:
        box.listen(TOPICS.all_command())
    with take_seat(scene.folder, scene.commune) as seat:
        desk = Caller(seat.authorities, seat.certificate, seat.key, scene.port)
        with desk:
            assert desk.publish(TOPICS.all_command())
    fifth = scene.enrol("thon-5")
    eventually(lambda: may_speak(fifth, scene.port))
    with call_as(scene.third, scene.port, keeps=True) as box:
        assert box.hear()[0] == TOPICS.all_command()


def test_a_broker_that_has_died_is_started_again(scene: Scene) -> None:
    first = scene.mosquitto
    eventually(lambda: lived_s(first) > broker_process.SHORT_LIFE_S)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: DIED.fill(how="SIGKILL").en in scene.log())
    eventually(lambda: may_speak(scene.third, scene.port))
    assert scene.mosquitto != first


def child_of(keeper: "subprocess.Popen[bytes]") -> int:
    """The process that it keeps up."""
    (child,) = Path(f"/proc/{keeper.pid}/task/{keeper.pid}/children").read_text("ascii").split()
    return int(child)


def lived_s(process: int) -> float:
    """For how long it runs."""
    began_at = int(Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[19])
    up_s = float(Path("/proc/uptime").read_text("ascii").split()[0])
    return up_s - began_at / os.sysconf("SC_CLK_TCK")


def test_one_that_cannot_live_is_not_tried_for_ever(ram: Path) -> None:
    folder = make_commune(ram)
    with socket.create_server(("127.0.0.1", load_commune(folder).port)):
        done = subprocess.run(
            [sys.executable, "-c", BROKER, str(folder.broker)], capture_output=True, timeout=WAIT_S, check=False
        )
    assert done.returncode > 0
    assert b"Address already in use" in done.stdout + done.stderr


@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_store_written(scene: Scene, word: signal.Signals) -> None:
    assert may_speak(scene.third, scene.port)
    scene.keeper.send_signal(word)
    assert scene.keeper.wait(WAIT_S) == 0
    assert not listens(scene.port)
    assert (scene.folder.broker / "store" / "mosquitto.db").exists()


def test_it_dies_with_whoever_keeps_it_up(scene: Scene) -> None:
    scene.keeper.kill()
    eventually(lambda: not listens(scene.port))


def test_there_is_one_in_a_folder(scene: Scene) -> None:
    with pytest.raises(BrokerError) as error:
        keep_up(scene.folder.broker, print)
    assert error.value.text == RUNS_ALREADY.fill(folder=scene.folder.broker)
    assert may_speak(scene.third, scene.port)


def test_one_that_does_not_run_is_not_told(ram: Path) -> None:
    folder = make_commune(ram)
    assert not tell(folder.broker)
    (folder.broker / broker_process.PROCESS).write_text(f"{os.getpid()}\n", encoding="ascii")
    assert not tell(folder.broker)


def test_a_folder_that_is_no_brokers_is_not_started(ram: Path) -> None:
    with pytest.raises(BrokerError):
        keep_up(ram, print)


def test_a_new_list_of_trust_reaches_a_broker_that_is_being_started_again(scene: Scene) -> None:
    """As it is by every list that changes who may do what."""
    first = scene.mosquitto
    eventually(lambda: lived_s(first) > broker_process.SHORT_LIFE_S)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: not listens(scene.port))
    assert spread(scene.folder.path, Screen(Language.EN))
    assert may_speak(scene.third, scene.port)


def test_it_is_kept_up_though_nobody_reads_what_is_said_of_it(ram: Path) -> None:
    folder = make_commune(ram)
    port = load_commune(folder).port
    words = [sys.executable, "-m", "gongd.gongctl", "--folder", str(folder.path), "broker"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as keeper:
        assert keeper.stdout is not None
        keeper.stdout.close()
        try:
            eventually(lambda: listens(port))
            first = child_of(keeper)
            eventually(lambda: lived_s(first) > broker_process.SHORT_LIFE_S)
            os.kill(first, signal.SIGKILL)
            eventually(lambda: not listens(port))
            eventually(lambda: listens(port))
        finally:
            keeper.terminate()


def typed(folder: CommuneFolder, *words: str) -> str:
    """What `gongctl` says to a command of its own process."""
    line = [sys.executable, "-m", "gongd.gongctl", *words, "--folder", str(folder.path)]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(line, capture_output=True, text=True, timeout=WAIT_S, check=True, env=environment).stdout


def test_the_list_is_given_at_once_to_a_broker_that_starts_again_for_it(scene: Scene) -> None:
    """It was gone at the first look, and the screen said that the list of a stolen box's revocation had not gone."""
    scene.enrol("thon-5")
    said = typed(scene.folder, "revoke", "thon-5", "--yes").splitlines()
    assert said == ["Đã hủy thon-5. Danh sách khóa số 4.", "Máy chủ đã giữ danh sách khóa số 4 cho các cụm loa."]


def test_whoever_renews_a_broker_that_starts_again_by_itself_is_told_of_nothing_to_do(scene: Scene) -> None:
    first = scene.mosquitto
    assert typed(scene.folder, "renew", "--broker").splitlines()[1:] == ["Đã gia hạn máy chủ và bàn trực."]
    eventually(lambda: may_speak(scene.third, scene.port))
    assert scene.mosquitto != first


def test_whoever_has_the_broker_elsewhere_is_told_to_copy_its_files_at_every_change_of_them(ram: Path) -> None:
    """A stolen box stays on a broker that has not got the new list of revoked certificates."""
    folder = make_commune(ram)
    for box in ("thon-3", "thon-5"):
        make_village(ram, box).join(folder)
    copy = "Chép broker/ sang máy chủ rồi khởi động lại máy chủ.\n"
    assert copy in typed(folder, "neighbours", "thon-3", "--with", "thon-5")
    assert copy in typed(folder, "panel", "thon-3", "--signals", "fire", "--in", "all")
    assert copy in typed(folder, "revoke", "thon-5", "--yes")
    assert copy in typed(folder, "renew", "--broker")
