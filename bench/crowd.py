"""Many boxes on one broker: an alert to all until the last has begun, and all of them back after the broker's death."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.bare_street import BARE, Caller
from bench.box import dying_with_us, installed
from bench.commune import Broker, Commune, make_commune, running
from bench.effort import Effort
from bench.figure import NO_FLOOR, Figure, Measure, Target
from bench.idle import use_of
from bench.moment import BenchError, until
from gongd.adapters.journal import read
from gongd.core.catalogue import Status
from gongd.core.words import Text
from gongd.desk import collector as desk
from gongd.desk import orders
from gongd.desk.office import STORE, new_name, take_pen
from gongd.gongctl.duty import Duty, hand, now, on_duty
from gongd.gongctl.order import plan_signal
from gongd.gongctl.telling import tell

A_STREET = 50
"""Boxes that share a process. In one of hundreds the threads would wait for Python's one lock, which no box has to; in
hundreds of processes they would wait for their memory, for the processor's own holds that of a few."""
IN_LARGE_PAGES = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_ARENA_MAX": "1",
}
"""Their memory lies in large pages, where the kernel and glibc (2.35 or later) have them: a processor keeps the
addresses of one box's memory at hand, not those of a thousand."""
START_S, ALERT_S, BACK_S = 400.0, 200.0, 200.0
SETTLED_S = SAVED_S = 1.0
IDLE_S = 5.0
MS = 1000.0
CONNECTED = (desk.CONNECTED.vi, desk.CONNECTED.en)
NO_STREET = Text(vi="Dãy cụm loa không chạy: {log}", en="the street of boxes does not run: {log}")


@dataclass(slots=True)
class Streets:
    """The processes in which the boxes live, each asked over its standard input."""

    children: list[subprocess.Popen[str]] = field(default_factory=list)

    def ask(self, what: str) -> list[float]:
        """One question to all."""
        for child in self.children:
            assert child.stdin is not None
            child.stdin.write(f"{what}\n")
            child.stdin.flush()
        return [self._answer(child) for child in self.children]

    def count(self, what: str) -> float:
        """The sum of what they answer."""
        return sum(self.ask(what))

    def _answer(self, child: subprocess.Popen[str]) -> float:
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise BenchError(NO_STREET.fill(log="street.log"))
        return float(json.loads(line) or 0)


@contextlib.contextmanager
def streets(module: str, commune: Commune, boxes: Sequence[str]) -> Iterator[Streets]:
    """So many processes with these boxes between them, until the end."""
    found, processes = Streets(), -(-len(boxes) // A_STREET)
    root = commune.folder.path.parent
    with (root / "street.log").open("ab") as log:
        for number in range(processes):
            argv = [*dying_with_us(), sys.executable, "-m", module, str(commune.state), str(commune.port)]
            found.children.append(
                subprocess.Popen(
                    [*argv, *boxes[number::processes]],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    env={**installed(root), **IN_LARGE_PAGES},
                )
            )
    try:
        for child in found.children:
            assert child.stdout is not None
            if not child.stdout.readline():
                raise BenchError(NO_STREET.fill(log=root / "street.log"))
        until(lambda: found.count("proven") == len(boxes), "the last link", START_S, 0.25)
        yield found
    finally:
        for child in found.children:
            child.kill()
            child.wait()


# ── An alert to all ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Rounds:
    """What a few rounds took: milliseconds until the last `started` at the desk, and of processor per box.

    `whole_ms`: of the boxes, until their records have gone out as well, less what they would have used idling.
    """

    last_ms: list[float] = field(default_factory=list)
    boxes_ms: list[float] = field(default_factory=list)
    whole_ms: list[float] = field(default_factory=list)
    desk_ms: list[float] = field(default_factory=list)
    broker_ms: list[float] = field(default_factory=list)


def alerts(root: Path, memory: Path, boxes: int, rounds: int, effort: Effort) -> list[Figure]:
    """Ours and then the bare ones, on the same kind of broker; in one of the crowds some alone, too, and the broker's
    death."""
    names = [f"thon-{number}" for number in range(1, boxes + 1)]
    commune = make_commune(root / f"commune-{boxes}" / "commune", memory / f"crowd-{boxes}", names)
    figures: list[Figure] = []
    with running(commune) as broker:
        with streets("bench.street", commune, names) as street:
            ours = _ring(commune, broker, street, names, rounds, effort.quiet_s)
            if boxes == effort.outage_of:
                few = _ring(commune, broker, street, names[: effort.some], rounds, effort.quiet_s, to_all=False)
                figures = [
                    *_told_of_some(boxes, effort.some, few),
                    *outage(commune, broker, street, names, effort.outage_s),
                ]
        with streets("bench.bare_street", commune, names) as street:
            floor = _ring_bare(commune, boxes, rounds)
    return [*_told(boxes, ours, floor), *figures]


def _told(boxes: int, ours: Rounds, floor: list[float]) -> list[Figure]:
    name = f"alert to {boxes:,} box{'es' if boxes > 1 else ''}: last `started` at the desk"
    target = Target(Measure.VALUE, 2000.0) if boxes == 1000 else None
    return [Figure(name, "ms", tuple(ours.last_ms), tuple(floor), BARE, target), *_parts(f"alert to {boxes:,}", ours)]


def _told_of_some(boxes: int, some: int, ours: Rounds) -> list[Figure]:
    name = f"alert to {some:,} of {boxes:,}"
    figure = Figure(f"{name} boxes: last `started` at the desk", "ms", tuple(ours.last_ms), (0.0,), NO_FLOOR)
    return [figure, *_parts(name, ours)]


def _parts(name: str, ours: Rounds) -> list[Figure]:
    parts = {
        "box itself": ours.boxes_ms,
        "box itself until its records are out, less idling": ours.whole_ms,
        "desk": ours.desk_ms,
        "broker": ours.broker_ms,
    }
    return [
        Figure(f"{name}: processor per box, {part}", "ms", tuple(spent), (0.0,), NO_FLOOR)
        for part, spent in parts.items()
    ]


def _ring(
    commune: Commune,
    broker: Broker,
    street: Streets,
    names: Sequence[str],
    rounds: int,
    quiet_s: float,
    to_all: bool = True,
) -> Rounds:
    told, boxes = Rounds(), len(names)
    typed = "all" if to_all else ",".join(names)
    with on_duty(commune.folder.path, with_link=True) as duty:
        _listen(duty, street, quiet_s)
        idling = _idling(street)
        for _ in range(rounds + 1):
            before, cpu = [use_of(pid).cpu_s for pid in (os.getpid(), broker.pid)], street.count("cpu")
            began_at = time.monotonic()
            told.last_ms.append(_alert(duty, typed))
            desk, by_broker = (
                use_of(pid).cpu_s - spent for pid, spent in zip((os.getpid(), broker.pid), before, strict=True)
            )
            told.boxes_ms.append(MS * (street.count("cpu") - cpu) / boxes)
            told.desk_ms.append(MS * desk / boxes)
            told.broker_ms.append(MS * by_broker / boxes)
            _quiet(duty, quiet_s)
            idled = idling * (time.monotonic() - began_at)
            told.whole_ms.append(MS * (street.count("cpu") - cpu - idled) / boxes)
            _silence(duty, street, quiet_s)
    every = (told.last_ms, told.boxes_ms, told.whole_ms, told.desk_ms, told.broker_ms)
    return Rounds(*(found[1:] for found in every))


def _idling(street: Streets) -> float:
    """Processor of all boxes when nothing happens: seconds in a second."""
    before, at = street.count("cpu"), time.monotonic()
    time.sleep(IDLE_S)
    return (street.count("cpu") - before) / (time.monotonic() - at)


def _listen(duty: Duty, street: Streets, quiet_s: float) -> None:
    """Until the desk knows every box, as in any night."""
    boxes = street.count("boxes")

    def knows_all() -> bool:
        duty.talk.step(now(), 0.05)
        return len(duty.store.infos()) == boxes

    until(knows_all, "what the boxes say of themselves", START_S)
    _quiet(duty, quiet_s)


def _quiet(duty: Duty, quiet_s: float) -> None:
    """Everything that is under way has come, the records that linger too."""
    at = time.monotonic()
    while time.monotonic() - at < quiet_s:
        if duty.talk.step(now(), 0.1):
            at = time.monotonic()


def _alert(duty: Duty, typed: str) -> float:
    """As `gongctl alert fire --to ...`, from the officer's yes to the line of the last box that sounds: ms."""
    target = duty.find(typed)
    assert not isinstance(target, Text)
    plan = plan_signal(duty, target, "fire", Status.ACTUAL)
    pen, jti, said = take_pen(duty.office, None), new_name(), list[Text]()
    began_at = time.monotonic()
    claims = plan.make(hand(pen, "bench"), jti, target)
    tell(duty, duty.talk.give(claims, target.ids, pen, now()), said.append, now())
    while not duty.talk.gathering(jti).has_succeeded:
        at = now()
        tell(duty, duty.talk.step(at, 0.1), said.append, at)
        if time.monotonic() - began_at > ALERT_S:
            raise BenchError(Text(vi="Có cụm loa không phát", en="a box has not sounded"))
    took_s = time.monotonic() - began_at
    duty.talk.end([jti], duty.talk.gathering(jti).stands)
    return MS * took_s


def _silence(duty: Duty, street: Streets, quiet_s: float) -> None:
    target = duty.find("all")
    assert not isinstance(target, Text)
    pen = take_pen(duty.office, None)
    claims = orders.silence(hand(pen, "bench"), new_name(), target.addresses, now())
    duty.talk.give(claims, target.ids, pen, now())
    until(lambda: _stepped(duty) and not street.count("sounding"), "silence", ALERT_S, 0.05)
    duty.talk.end([claims.jti], target.ids)
    _quiet(duty, quiet_s)


def _stepped(duty: Duty) -> bool:
    duty.talk.step(now(), 0.05)
    return True


def _ring_bare(commune: Commune, boxes: int, rounds: int) -> list[float]:
    """One message to all, and a bare answer of each, counted by a bare client: ms."""
    with Caller(commune) as caller:
        return [MS * caller.call(boxes, ALERT_S) for _ in range(rounds + 1)][1:]


# ── The broker dies ──────────────────────────────────────────────────────────────────────────────────────────────


def outage(commune: Commune, broker: Broker, street: Streets, names: Sequence[str], for_s: float) -> list[Figure]:
    """`kill -9`, records at every box meanwhile; from the broker's return: all proven, and the desk's store whole."""
    collect = [*dying_with_us(), sys.executable, "-m", "gongd.gongctl", "collect", "--folder", str(commune.folder.path)]
    told = commune.folder.path.parent / "collect.log"
    with told.open("wb") as log:
        collector = subprocess.Popen(collect, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        until(lambda: any(word in told.read_text("utf-8") for word in CONNECTED), "the collector", BACK_S, 0.1)
        time.sleep(SETTLED_S)
        broker.save()
        time.sleep(SAVED_S)
        before = _records(commune, names)
        broker.kill()
        street.ask("play")
        time.sleep(for_s)
        street.ask("stop")
        until(lambda: not street.count("proven"), "the loss of the link", BACK_S, 0.1)
        broker.start()
        began_at = time.monotonic()
        until(lambda: street.count("proven") == len(names), "the last box", BACK_S, 0.1)
        back_s = time.monotonic() - began_at
        wanted = _records(commune, names) - before
        whole_s = _whole(commune, wanted, began_at)
    finally:
        collector.terminate()
        collector.wait(10.0)
    boxes = f"{len(names):,} boxes"
    at_most = Target(Measure.VALUE, 30.0)
    floor = "the pause before the first try: 1 to 15 s, spread"
    return [
        Figure(f"broker killed and started again: all {boxes} back", "s", (back_s,), (1.0,), floor, at_most),
        Figure(f"broker killed: the desk's store equals {boxes}' journals", "s", (whole_s,), (1.0,), floor, at_most),
    ]


def _records(commune: Commune, names: Sequence[str]) -> set[tuple[str, int]]:
    """Every record of every box: (box, number)."""
    return {(box, int(str(row["number"]))) for box in names for row in read(commune.state_of(box) / "journal.db")}


def _whole(commune: Commune, wanted: set[tuple[str, int]], began_at: float) -> float:
    """Until the desk holds all of these: seconds. Raises BenchError when it never does."""
    store = sqlite3.connect(f"file:{commune.folder.path / STORE}?mode=ro", uri=True)
    try:
        until(lambda: wanted <= set(store.execute("SELECT box, number FROM event")), "the last record", BACK_S, 0.25)
    finally:
        store.close()
    return time.monotonic() - began_at
