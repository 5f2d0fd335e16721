"""A fleet: many boxes' heartbeats and nightly records through one Mosquitto and one collector, with CPU to spare?

Everything that boxes say is signed before the measurement begins; what is measured is what the servers do.
"""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench.box import Yard, dying_with_us
from bench.commune import NAME, Broker, Commune, make_commune, running
from bench.figure import NO_FLOOR, Figure
from bench.idle import pss_of, use_of
from bench.moment import until
from gongd.adapters import certificate, jose
from gongd.core.condition import Sounds, State
from gongd.core.wire import Seal
from gongd.core.wire_event import Event, EventBatch
from gongd.core.wire_form import to_json
from gongd.core.wire_report import Heartbeat
from gongd.desk import authority
from gongd.desk.authority import seat_names
from gongd.desk.collector import CONNECTED, REFUSED
from gongd.desk.mosquitto import ACCESS_LIST, Reader, access_list
from gongd.desk.store import Store, open_book
from tests.desk.postgresql import Cluster, cluster, programs

HEARTBEAT_S = 45.0
DAY_S = 86_400.0
NIGHT = datetime(2026, 11, 21, 15, tzinfo=UTC)
RING_S = 12.0
AT_ONCE_S = 1.0
"""Every box of a fleet begins at ten sharp: one process sends for all of them, as fast as it can."""
PATIENCE_S = 600.0
STEPS = (2.0, 4.0, 8.0, 16.0, 32.0)
"""How many times the real rate is tried, until the collector falls behind."""
LATE_S, SILENT_S = 2.0, 15.0
"""Behind is who has not stored all so long after it was sent; no more comes after so long a silence."""
YEARS_OF, NIGHTS = 20, 365
MB = 1e6


@dataclass(slots=True)
class Child:
    """A program of ours that is asked by lines and answers with lines."""

    process: subprocess.Popen[str]

    def ask(self, *words: object) -> float:
        """One question, one number."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(*words, file=self.process.stdin, flush=True)
        return float(json.loads(self.process.stdout.readline()))


@dataclass(slots=True)
class Desk:
    """The collector's process; `taken` messages so far."""

    process: subprocess.Popen[str]
    taken: int = 0
    at: float = field(default_factory=time.monotonic)
    refused: int = 0
    is_up: bool = False

    def listen(self) -> None:
        """What it says of itself, until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said = json.loads(line)
            if isinstance(said, int) and said != self.taken:
                self.taken, self.at = said, time.monotonic()
            self.is_up = self.is_up or said == CONNECTED.en
            self.refused += str(said).startswith(REFUSED.en.partition(",")[0])


@dataclass(frozen=True, slots=True)
class Spent:
    """What a stretch has cost: messages and seconds, and processor seconds of broker and collector."""

    messages: int
    seconds: float
    broker_s: float
    desk_s: float
    lost: int = 0
    sent_s: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.messages + other.messages,
            self.seconds + other.seconds,
            self.broker_s + other.broker_s,
            self.desk_s + other.desk_s,
            self.lost + other.lost,
        )

    @property
    def shares(self) -> tuple[float, float]:
        """Per cent of one core: broker, collector."""
        return 100 * self.broker_s / self.seconds, 100 * self.desk_s / self.seconds

    @property
    def micros(self) -> tuple[float, float]:
        """Microseconds of processor a message: broker, collector."""
        return 1e6 * self.broker_s / self.messages, 1e6 * self.desk_s / self.messages


def fleet(yard: Yard, boxes: int, seconds: float) -> list[Figure]:
    """Every figure of a fleet of so many boxes, each stretch so many seconds long."""
    folder = yard.root / "fleet"
    names = [f"thon-{number}" for number in range(1, boxes + 1)]
    commune = prepare(folder, names)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_server())
        broker = stack.enter_context(running(commune))
        empty_mb = pss_of(broker.pid)
        swarm = Child(_started(stack, "bench.fleet_boxes", folder, commune.port))
        joined_s = swarm.ask("join")
        figures = [
            _figure(f"fleet: {boxes} boxes connect with TLS, one client process", "a second", boxes / joined_s),
            _figure("fleet: memory of the broker a box", "kB", (pss_of(broker.pid) - empty_mb) * 1000 / boxes),
        ]
        places = {"SQLite": str(folder / "desk.db"), **({"PostgreSQL": server.new()} if server else {})}
        for kind, place in places.items():
            with _collecting(folder, commune, place) as desk:
                figures += _stretches(swarm, broker, desk, kind, boxes, seconds)
                assert not desk.refused, "the collector believed not everything"
        figures += weights(swarm)
        figures += growth(folder, server)
    return figures


def prepare(folder: Path, names: list[str]) -> Commune:
    """A commune, its boxes' certificates and keys, and everything that they will say."""
    commune = make_commune(folder / "commune", folder / "states", [])
    signer, now = authority.open_authority(commune.folder, None), datetime.now(UTC)
    readers = (Reader(f"{NAME}/{box}", ("gan",)) for box in names)
    path = commune.folder.broker / ACCESS_LIST
    path.write_text(access_list(NAME, readers, seat_names(NAME)), encoding="utf-8")
    (folder / "papers").mkdir()
    pem = certificate.new_key()
    (folder / "box.key").write_bytes(pem)
    (folder / "ca.pem").write_bytes(signer.certificate)
    request = certificate.request(certificate.open_key(pem), NAME)
    keys = {}
    with (folder / "said.jsonl").open("w", encoding="utf-8") as said:
        for box in names:
            made, _ = authority.certify_box(signer, f"{NAME}/{box}", request, now)
            (folder / "papers" / f"{box}.pem").write_bytes(made)
            key = jose.generate()
            keys[box] = key.x
            batches = (EventBatch(box, "j" * 32, events) for events in nightly(1, NIGHT))
            signed = [jose.sign(to_json(batch), key, Seal.EVENT).decode() for batch in batches]
            print(json.dumps([box, to_json(_beat()).decode(), *signed]), file=said)
    (folder / "keys.json").write_text(json.dumps(keys), encoding="ascii")
    (folder / "boxes").write_text("\n".join(names), encoding="ascii")
    return commune


def nightly(first: int, at: datetime) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """What a box writes of a night, in the two batches in which its outbox sends it: before the gong, and after."""
    night, gong = at.date() if at.hour < 17 else at.date() + timedelta(days=1), f"{int(at.timestamp()):012x}.peace"
    detail = {"duration_s": RING_S, "proof": "driven", "relays": ["amplifier", "striker"]}

    def event(number: int, kind: str, outcome: str, after_s: float, night: date | None = None) -> Event:
        return Event(
            number=number,
            at=at + timedelta(seconds=after_s),
            kind=kind,
            signal="peace",
            schedule="nightly",
            night=night,
            activation=gong,
            origin="schedule",
            status="actual",
            outcome=outcome,
            detail=detail,
            trusted=True,
        )

    began = (event(first, "night", "rung", 0.0, night), event(first + 1, "activation", "started", 0.1))
    return began, (event(first + 2, "activation", "finished", RING_S),)


def _beat() -> Heartbeat:
    """After tonight's gong: three records are there."""
    return Heartbeat(
        Sounds.YES, State.QUIESCENT, 1234, "b" * 32, NIGHT, True, 86_400, last="finished", journal="j" * 32, number=3
    )


# ── Programs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _started(stack: contextlib.ExitStack, module: str, *words: object) -> subprocess.Popen[str]:
    argv = [*dying_with_us(), sys.executable, "-m", module, *map(str, words)]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


@contextlib.contextmanager
def _collecting(folder: Path, commune: Commune, place: str) -> Iterator[Desk]:
    with contextlib.ExitStack() as stack:
        desk = Desk(_started(stack, "bench.fleet_desk", folder, commune.folder.path, place))
        threading.Thread(target=desk.listen, name="desk", daemon=True).start()
        until(lambda: desk.is_up, "the collector", PATIENCE_S)
        yield desk


@contextlib.contextmanager
def _server() -> Iterator[Cluster | None]:
    """PostgreSQL, where it is installed."""
    if programs() is None:
        yield None
        return
    with cluster() as made:
        yield made


# ── Stretches ────────────────────────────────────────────────────────────────────────────────────────────────────


def _stretches(swarm: Child, broker: Broker, desk: Desk, kind: str, boxes: int, seconds: float) -> list[Figure]:
    rate = boxes / HEARTBEAT_S
    beats = _stretch(swarm, broker, desk, "beat", rate, seconds)
    began = _stretch(swarm, broker, desk, "ring", 0, AT_ONCE_S)
    ended = _stretch(swarm, broker, desk, "ring", 1, seconds)
    night = began + ended
    highest = _highest(swarm, desk, rate, seconds)
    let_go = beats.lost + night.lost
    figures = (
        (f"heartbeats a second, as {boxes} boxes send them", "a second", rate),
        ("the broker's share of a core at that rate", "%", beats.shares[0]),
        ("the collector's share of a core at that rate", "%", beats.shares[1]),
        ("broker, processor a heartbeat", "µs", beats.micros[0]),
        ("collector, processor a heartbeat", "µs", beats.micros[1]),
        ("broker, processor a batch of a night, signed", "µs", night.micros[0]),
        ("collector, processor a batch of a night, verified", "µs", night.micros[1]),
        (f"ten o'clock: {boxes} boxes' first records are sent within", "s", began.sent_s),
        ("ten o'clock: all of them are stored, from the first that is sent", "s", began.seconds),
        ("messages that the broker let go", "of them", let_go),
        ("heartbeats, highest rate before it falls behind", "a second", highest),
    )
    return [_figure(f"fleet, {kind}: {name}", unit, value) for name, unit, value in figures]


def _stretch(swarm: Child, broker: Broker, desk: Desk, what: str, how: float, seconds: float) -> Spent:
    """Something is sent, and all of it is stored."""
    before = use_of(broker.pid), use_of(desk.process.pid), desk.taken
    began_at = desk.at = time.monotonic()
    count = int(swarm.ask(what, how, seconds))
    sent_s = time.monotonic() - began_at
    _settle(desk, before[2] + count)
    came, stored_s = desk.taken - before[2], desk.at - began_at
    used = [use_of(pid).cpu_s - old.cpu_s for pid, old in ((broker.pid, before[0]), (desk.process.pid, before[1]))]
    return Spent(came, stored_s, used[0], used[1], count - came, sent_s)


def _settle(desk: Desk, wanted: int) -> None:
    """Until all has come, or no more does: of what is too much the broker lets go."""
    while desk.taken < wanted and time.monotonic() - desk.at < SILENT_S:
        time.sleep(0.05)


def _highest(swarm: Child, desk: Desk, rate: float, seconds: float) -> float:
    """Messages a second, the highest step at which all was stored soon after the last was sent."""
    reached = rate
    for step in STEPS:
        before = desk.taken
        began_at = desk.at = time.monotonic()
        count = int(swarm.ask("beat", step * rate, seconds / 2))
        sent_s = time.monotonic() - began_at
        deadline = time.monotonic() + LATE_S
        while desk.taken < before + count and time.monotonic() < deadline:
            time.sleep(0.05)
        if desk.taken < before + count:
            _settle(desk, before + count)
            return reached
        reached = count / sent_s
    return reached


def weights(swarm: Child) -> list[Figure]:
    """Bytes on the wire, both ways, with TLS, TCP and IP."""
    beat_b, night_b = swarm.ask("weigh"), swarm.ask("weigh-night")
    return [
        _figure("fleet: a heartbeat on the wire, to the broker and back", "B", beat_b),
        _figure("fleet: a night's records on the wire", "B", night_b),
        _figure("fleet: a box on the wire", "MB a day", (beat_b * DAY_S / HEARTBEAT_S + night_b) / MB),
    ]


# ── Growth ───────────────────────────────────────────────────────────────────────────────────────────────────────


def growth(folder: Path, server: Cluster | None) -> list[Figure]:
    """Bytes of the store a box and year, of nights alone."""
    path = folder / "year.db"
    _fill(Store(path))
    size = path.stat().st_size
    figures = [_figure("store: a box and year, SQLite", "MB", size / YEARS_OF / MB)]
    if server is not None:
        address = server.new()
        store = Store(address)
        before = _size(address)
        _fill(store)
        grown = (_size(address) - before) / YEARS_OF / MB
        figures.append(_figure("store: a box and year, PostgreSQL", "MB", grown))
    return figures


def _size(address: str) -> int:
    with contextlib.closing(open_book(address)) as book:
        (row,) = book.rows("SELECT pg_database_size(current_database()) AS size")
        return int(row["size"])


def _fill(store: Store) -> None:
    for night in range(NIGHTS):
        at = NIGHT + timedelta(days=night)
        batches = [
            EventBatch(f"thon-{box}", "j" * 32, events)
            for box in range(YEARS_OF)
            for events in nightly(3 * night + 1, at)
        ]
        store.add_batches(batches, at)
    store.close()


def _figure(name: str, unit: str, value: float) -> Figure:
    return Figure(name, unit, (float(value),), (0.0,), NO_FLOOR)
