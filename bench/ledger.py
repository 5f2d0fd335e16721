"""The collector: events a second from the broker into the desk's store, signatures verified, beside bare SQLite."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.box import Yard
from bench.commune import HOST, Commune, make_commune, running
from bench.figure import Figure
from bench.moment import until
from bench.subscriber import KEEPALIVE_S, tls
from gongd.adapters import jose
from gongd.core.wire import Seal
from gongd.core.wire_event import Event, EventBatch
from gongd.core.wire_form import to_json
from gongd.desk.collector import Collector
from gongd.desk.link import Link
from gongd.desk.office import Office, open_office
from gongd.desk.store import Store
from gongd.gongctl.duty import connected, now

BOXES = 5
FULL, NIGHTLY = 30, 3
"""Records in a batch: of a box that catches up, and of one that rings."""
A_COMMIT = 500
PATIENCE_S = 120.0
FLOOR = "the same rows into the same table by bare SQLite, 500 messages a commit: no broker, no signature, no JSON"


def collecting(yard: Yard, messages: int) -> list[Figure]:
    """Batches wait at the broker for the collector's session; then it comes and takes them."""
    root = yard.root / "ledger"
    names = [f"thon-{number}" for number in range(1, BOXES + 1)]
    commune = make_commune(root / "commune", root / "states", names)
    figures = []
    with running(commune):
        office = open_office(commune.folder.path)
        for size in (FULL, NIGHTLY):
            batches = [_batch(names[at % BOXES], at // BOXES * size, size) for at in range(messages)]
            with connected(office, keeps=True) as link:
                until(lambda link=link: _is_up(link), "the desk's link", 30.0)  # type: ignore[misc]
            _publish(commune, batches)
            ours = _drain(office, root / f"desk-{size}.db", messages * size)
            bare = _bare(root / f"bare-{size}.db", root / f"desk-{size}.db", messages)
            name = f"collector: records a second, {size} in a message, from the broker, verified"
            figures.append(Figure(name, "a second", (ours,), (bare,), FLOOR, more_is_better=True))
    return figures


def _is_up(link: Link) -> bool:
    link.take(0)
    return link.is_up


def _batch(box: str, before: int, size: int) -> EventBatch:
    at = datetime(2026, 11, 21, 22, tzinfo=UTC)
    detail = {"proof": "driven", "sounded_s": 12.3}
    events = tuple(
        Event(
            number=before + each + 1,
            at=at + timedelta(seconds=before + each),
            kind="activation",
            signal="peace",
            activation=f"nightly-{before + each}",
            origin="schedule",
            status="actual",
            outcome="finished",
            reason=None,
            detail=detail,
            trusted=True,
        )
        for each in range(size)
    )
    return EventBatch(box, f"journal-{size}", events)


def _publish(commune: Commune, batches: list[EventBatch]) -> None:
    """Each box's own, signed with its key, through its own connection."""
    for box in dict.fromkeys(batch.box for batch in batches):
        papers = commune.state_of(box) / "enrolment"
        key = jose.load(papers / "sign.key")
        with _client(commune, papers) as client:
            sent = [
                client.publish(commune.topic(box, "event"), jose.sign(to_json(batch), key, Seal.EVENT), 1)
                for batch in batches
                if batch.box == box
            ]
            for one in sent:
                one.wait_for_publish(PATIENCE_S)


@contextlib.contextmanager
def _client(commune: Commune, papers: Path) -> Iterator[paho.Client]:
    client = paho.Client(CallbackAPIVersion.VERSION2, papers.parent.name, protocol=paho.MQTTv5)
    client.tls_set_context(tls(papers))
    client.max_queued_messages_set(0)
    client.connect(HOST, commune.port, KEEPALIVE_S)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def _drain(office: Office, path: Path, records: int) -> float:
    """Records a second, from the first message that is stored to the last."""
    store = Store(path)
    try:
        with connected(office, keeps=True) as link:
            collector = Collector(office, link, store, None, lambda _said: None)
            began_at = 0.0
            held = 0
            while held < records:
                began_at = began_at or time.monotonic()
                collector.step(now(), 0.01)
                held = _held(path)
                if not held:
                    began_at = 0.0
            return records / (time.monotonic() - began_at)
    finally:
        store.close()


def _held(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as book:
        return int(book.execute("SELECT coalesce(sum(last), 0) FROM journal").fetchone()[0])


def _bare(path: Path, ours: Path, messages: int) -> float:
    """The rows that the collector has made, put once more into the same tables."""
    with contextlib.closing(sqlite3.connect(ours)) as made:
        tables = [row[0] for row in made.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
        rows = made.execute("SELECT * FROM event").fetchall()
    size = len(rows) // messages
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as book:
        book.execute("PRAGMA journal_mode = WAL")
        book.execute("PRAGMA synchronous = FULL")
        for table in tables:
            book.execute(table)
        marks = ", ".join("?" for _ in rows[0])
        began_at = time.monotonic()
        for at in range(0, len(rows), A_COMMIT * size):
            book.execute("BEGIN")
            for first in range(at, min(at + A_COMMIT * size, len(rows)), size):
                book.executemany(f"INSERT INTO event VALUES ({marks})", rows[first : first + size])
            book.execute("COMMIT")
        return len(rows) / (time.monotonic() - began_at)
