"""Several collectors, one PostgreSQL: real processes over a real broker, one of them killed, the server restarted."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gongd.core.wire import Channel, Seal
from gongd.core.wire_event import EventBatch
from gongd.desk.authority import own_certificates, take_seat
from gongd.desk.collector import CONNECTED
from gongd.desk.office import open_office
from gongd.desk.register import load_commune
from gongd.desk.store import Store, StoreError
from gongd.desk.store_move import move
from gongd.gongctl import main
from tests.desk.commune import make_commune, needs_mosquitto
from tests.desk.postgresql import PASSWORD, Cluster, cluster, needs_postgresql
from tests.desk.records import NOW, batch
from tests.desk.scripted import Box, Commune, eventually, whole_commune

pytestmark = [needs_mosquitto, needs_postgresql]
ROOT = Path(__file__).parents[2]
PATIENCE_S = 90.0


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@dataclass
class Province:
    """A commune whose store is in PostgreSQL, and its collectors."""

    commune: Commune
    address: str
    collectors: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.commune.folder.path / "collectors.log"

    def collect(self, *options: str) -> subprocess.Popen[bytes]:
        """One more collector, once it is connected."""
        before = self.connections
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "tests.survival.collecting", str(self.commune.folder.path), *options]
            started = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        self.collectors.append(started)
        eventually(lambda: self.connections > before, PATIENCE_S)
        return started

    @property
    def connections(self) -> int:
        """How often they have said that they are connected, in either language."""
        return self.told(CONNECTED.vi) + self.told(CONNECTED.en)

    def told(self, words: str) -> int:
        """How often the collectors have said so."""
        return self.log.read_text(encoding="utf-8").count(words) if self.log.exists() else 0

    @contextmanager
    def store(self) -> Iterator[Store]:
        """What the desk knows."""
        opened = Store(open_office(self.commune.folder.path).store)
        try:
            yield opened
        finally:
            opened.close()

    def numbers(self, box: str) -> list[int]:
        """Of the records that the store has."""
        with self.store() as store:
            return sorted(filed.event.number for filed in store.events(box))

    def knows(self, last: int) -> bool:
        """Is every record of every box there, and once?"""
        return all(self.numbers(box) == list(range(1, last + 1)) for box in self.commune.boxes)


@pytest.fixture
def province(ram: Path, server: Cluster) -> Iterator[Province]:
    with ExitStack() as stack:
        commune = stack.enter_context(whole_commune(ram))
        made = Province(commune, server.new())
        move(commune.folder, made.address)
        yield made
        for collector in made.collectors:
            collector.kill()
            collector.wait()


def say(box: Box, one: EventBatch) -> None:
    """A record of its journal goes out; it can be asked for again."""
    box.journal[one.first] = one
    box.publish(Channel.EVENT, one, Seal.EVENT)


def test_four_share_the_load_and_three_are_killed_in_the_middle(province: Province) -> None:
    """Of each answer the broker would give the one that lives a quarter."""
    first, *others = [province.collect("--share", "tinh") for _ in range(4)]
    boxes, last = province.commune.boxes.values(), 240
    for number in range(1, last + 1):
        if number == last // 2:
            for other in others:
                other.kill()
                other.wait()
        for box in boxes:
            say(box, batch(box.id, number, 1))

    def told() -> bool:
        for box in boxes:
            box.beat(last, "j1")
        return province.knows(last)

    eventually(told, PATIENCE_S)
    assert first.poll() is None
    asked = [(order.since, order.until) for box in boxes for order in box.heard]
    assert asked, "the share of the dead was never missing: nobody shared anything"
    with province.store() as store:
        assert all(store.missing(box.id) == {} for box in boxes)


def test_a_killed_collector_that_comes_back_finds_its_share(province: Province) -> None:
    province.collect("--share", "tinh")
    second = province.collect("--share", "tinh")
    for box in province.commune.boxes.values():
        say(box, batch(box.id, 1, 1))
    second.kill()
    second.wait()
    for number in range(2, 30):
        for box in province.commune.boxes.values():
            say(box, batch(box.id, number, 1))
    province.collect("--share", "tinh")
    eventually(lambda: province.knows(29), PATIENCE_S)


def test_what_is_retained_is_heard_by_a_group_too(province: Province) -> None:
    province.collect("--share", "tinh")

    def all_there() -> bool:
        with province.store() as store:
            return all(known.presence is not None for known in store.boxes().values()) and len(store.boxes()) == 2

    eventually(all_there, PATIENCE_S)


def test_a_server_that_falls_loses_nothing_that_was_acknowledged(province: Province, server: Cluster) -> None:
    collector, box = province.collect(), province.commune.boxes["thon-3"]
    say(box, batch(box.id, 1, 5))
    eventually(lambda: province.numbers(box.id) == [1, 2, 3, 4, 5], PATIENCE_S)
    server.stop()
    try:
        for number in range(6, 30):
            say(box, batch(box.id, number, 1))
        eventually(lambda: province.told("PostgreSQL") + province.told("postgresql://"), PATIENCE_S)
        done = province.commune.gongctl("attendance")
        assert (done.returncode, done.stderr.count("postgresql://")) == (1, 1)
        assert "Traceback" not in done.stderr
        alarm = province.commune.gongctl("test", "--to", "thon-3", "--yes", "--wait", "5")
        assert (alarm.returncode, "desk.db" in alarm.stderr) == (0, True), alarm.stderr
    finally:
        server.start()
    eventually(lambda: province.numbers(box.id) == list(range(1, 30)), PATIENCE_S)
    assert collector.poll() is None
    assert province.told("Traceback") == 0
    eventually(lambda: province.told("Lại ghi được") + province.told("can be written again"), PATIENCE_S)


def test_a_store_goes_to_postgresql_and_back_whole(province: Province) -> None:
    with province.store() as store:
        store.add_batch(batch("thon-3", 1, 7), NOW)
    assert province.commune.gongctl("store", "sqlite").returncode == 0
    with province.store() as store:
        assert store.place == province.commune.folder.path / "desk.db"
        assert store.missing("thon-3") == {}
    assert province.numbers("thon-3") == [1, 2, 3, 4, 5, 6, 7]


ADDRESSES = (
    ("@127.0.0.1:1/xa", "postgresql://"),
    ("@127.0.0.1:{port}/no-such-database", "no-such-database"),
    (":" + PASSWORD + "@127.0.0.1:{port}/postgres", ".pgpass"),
    ("@127.0.0.1:{port}/postgres?password=" + PASSWORD, ".pgpass"),
    ("@127.0.0.1:{port}/postgres?nonsense=1", "nonsense"),
    ("@[::1/xa", "postgresql://"),
)


def test_an_address_of_no_use_is_told_in_words_and_no_password_is_printed(
    ram: Path, server: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_commune(ram)
    held = folder.commune.read_bytes()
    for ending, wrong in ADDRESSES:
        address = "postgresql://postgres" + ending.format(port=server.port)
        assert main(["store", address, "--folder", str(folder.path)]) == 1
        said = "".join(capsys.readouterr())
        assert wrong in said
        assert PASSWORD not in said
        assert folder.commune.read_bytes() == held


def test_a_desk_on_two_machines_parts_its_seats(ram: Path) -> None:
    folder = make_commune(ram)
    for number in range(1, 5):
        (folder.desk / f"seat-{number}.pem").unlink()
    with take_seat(folder, load_commune(folder)) as seat:
        assert seat.name == "nguyet-an/desk/5"
    assert {facts.name for facts in own_certificates(folder)} >= {"nguyet-an/desk/5"}


def test_a_lost_connection_is_opened_anew_and_nothing_is_half_written(server: Cluster) -> None:
    store = Store(server.new())
    store.add_batch(batch("thon-3", 1, 2), NOW)

    def cut() -> None:
        with store.writing():
            store.add_batch(batch("thon-3", 3, 2), NOW)
            server.stop()
            server.start()

    with pytest.raises(StoreError):
        cut()
    assert [filed.event.number for filed in store.events()] == [1, 2]
    store.close()
