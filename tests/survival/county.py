"""A commune whose boxes are driven by hand and hang at a real broker over TLS by the real link; its collector is a
process of its own. Everything is said twice, and old things now and then again."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gongd import line
from gongd.adapters.journal import read_records
from gongd.adapters.mqtt import MqttLink
from gongd.adapters.mqtt import link as pauses
from gongd.box.equipment import Prepared
from gongd.core.record import Kind, Record
from gongd.core.wire_event import Event, event_of
from gongd.desk.applicant import read_request
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.enrolment import enrol
from gongd.desk.office import open_office
from gongd.desk.register import load_commune
from gongd.desk.store import Store
from gongd.keygen import make_request, take_answer
from gongd.ports_link import Parcel
from gongd.settings import load
from tests.box.village import SETTINGS, ZONE, Village
from tests.desk.commune import make_commune
from tests.link.world import Broker
from tests.promises.daemon import ROOT

GONG = 'schedules: [{id: nightly, signal: peace, at: "22:00", days: daily, grace: 2m}]\n'
STRIDE_S = 1800.0
DICE = random.Random(20261121)


class Echo(MqttLink):
    """Publishes every batch twice, and now and then one of long ago."""

    old: tuple[Parcel, ...] = ()

    def publish(self, parcel: Parcel) -> None:
        super().publish(parcel)
        if parcel.topic.endswith("/event"):
            copy = Parcel(parcel.topic, parcel.payload, 1)
            self.old = (*self.old, copy)
            super().publish(copy)
            if DICE.random() < 0.3:
                super().publish(DICE.choice(self.old))


class FarVillage(Village):
    """A village with the real link; its clock is moved along with the machine's once `live` is called."""

    def __init__(self, folder: Path, name: str, port: int, wall: datetime) -> None:
        text = SETTINGS.replace("id: thon-3", f"id: {name}") + GONG
        super().__init__(folder, wall, text + f"mqtt: {{host: 127.0.0.1, port: {port}, heartbeat: 10s}}\n")
        self.name = name
        self.open_line = lambda parts, can_drill: line.open_line(parts, can_drill, self.folder, self.inbox)
        self._seen_at = time.monotonic()

    def join(self, commune: CommuneFolder, certified_at: datetime | None = None) -> None:
        """Be enrolled, or enrolled anew; perhaps with a certificate of long ago."""
        now, settings = datetime.now(UTC), load(self.file)
        stick = self.folder / "stick"
        stick.mkdir(exist_ok=True)
        asked = read_request(make_request(settings, stick, now).path)
        take_answer(settings, enrol(commune, asked, certified_at or now, out=stick).answer, now)

    def live_alone(self, until: datetime) -> None:
        """Days pass without a network: in great strides by day, beat by beat around the gong."""
        while self.clock.wall < until:
            gong = self.clock.wall.astimezone(ZONE).replace(hour=21, minute=59, second=0, microsecond=0)
            gong += timedelta(days=self.clock.wall >= gong)
            self.stride_s = STRIDE_S
            self.until_wall(min(gong, until))
            self.stride_s = 0.001
            self.until_wall(min(gong + timedelta(minutes=3), until))

    def connect(self) -> None:
        """The line is opened."""
        self.inbox.post(Prepared())
        self.settle()

    def live(self) -> None:
        """As much time passes as has passed."""
        now = time.monotonic()
        self.clock.pass_by(now - self._seen_at)
        self._seen_at = now
        self.settle()

    def busy(self, count: int) -> None:
        """People check in."""
        wall = self.clock.wall
        self.box.parts.write(
            [Record(wall, Kind.CHECK_IN, outcome="pressed", detail={"no": DICE.random()}) for _ in range(count)]
        )

    def told(self) -> dict[int, Event]:
        """Its journal."""
        return {number: event_of(number, record) for number, record in read_records(self.path)}

    def end(self) -> None:
        """Everything that runs."""
        if self.box.parts.line is not None:
            self.box.parts.line.close(self.box.parts.timekeeper.now(), 1.0)
        self.kill()


class County:
    """Broker, boxes and collector; whatever runs is ended by `close`."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(line, "MqttLink", Echo)
        monkeypatch.setattr(pauses, "LEAST_PAUSE_S", 0.2)
        monkeypatch.setattr(pauses, "LONGEST_PAUSE_S", 0.5)
        self.folder = folder
        self.commune = make_commune(folder)
        self.broker = Broker(self.commune.broker, load_commune(self.commune).port)
        self.boxes: list[FarVillage] = []
        self.collector: subprocess.Popen[bytes] | None = None

    def add(
        self,
        name: str,
        lived: timedelta = timedelta(),
        synchronised: bool = True,
        certified_at: datetime | None = None,
    ) -> FarVillage:
        """A box that has lived so long without a network, as fast as can be."""
        home = self.folder / name
        home.mkdir()
        box = FarVillage(home, name, self.broker.port, datetime.now(UTC) - lived)
        box.clock.synchronised = synchronised
        box.join(self.commune, certified_at)
        box.start()
        box.live_alone(datetime.now(UTC))
        self.boxes.append(box)
        return box

    def collect(self) -> None:
        """The collector is started."""
        with (self.folder / "collector.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.survival.collecting", str(self.commune.path)]
            self.collector = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def kill_collector(self) -> None:
        """kill -9."""
        if self.collector is not None:
            self.collector.kill()
            self.collector.wait()
            self.collector = None

    def live(self, holds: Callable[[], object], within_s: float = 60.0) -> None:
        """All boxes live until it holds."""
        end = time.monotonic() + within_s
        while not holds():
            log = self.folder / "collector.log"
            assert time.monotonic() < end, log.read_text() if log.exists() else "it never came true"
            for box in self.boxes:
                box.live()
            time.sleep(0.02)

    def live_for(self, seconds: float) -> None:
        """All boxes live so long."""
        end = time.monotonic() + seconds
        self.live(lambda: time.monotonic() > end)

    def desk_knows(self, box: FarVillage) -> dict[int, Event]:
        """The desk's record of a box, from its store."""
        store = Store(open_office(self.commune.path).store)
        try:
            assert box.box.parts.memory is not None
            journal = box.box.parts.memory.journal_id
            return {each.event.number: each.event for each in store.events(box.name) if each.journal == journal}
        finally:
            store.close()

    def close(self) -> None:
        """Everything that runs."""
        self.kill_collector()
        for box in self.boxes:
            box.end()
        self.broker.kill()
