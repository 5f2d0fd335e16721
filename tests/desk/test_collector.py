"""The collector over a real Mosquitto: exactly once, gaps asked for, forgers refused, nothing lost when it dies."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from gongd.core.wire import Channel, Seal
from gongd.core.words import Text
from gongd.desk import ledger
from gongd.desk.collector import CONNECTED, LOOK_EVERY, Collector
from gongd.desk.gaps import ASK_AFTER, Watchlist
from gongd.desk.office import open_office, take_pen
from gongd.desk.store import Store
from gongd.gongctl.duty import connected
from tests.desk.commune import call_as, needs_mosquitto, now
from tests.desk.records import NOW, batch
from tests.desk.scripted import Commune, eventually, whole_commune

SPAN = (1, 4)
GAP = {("thon-3", "j1"): SPAN}


@pytest.fixture
def commune(ram: Path) -> Iterator[Commune]:
    with whole_commune(ram) as made:
        yield made


@contextmanager
def collecting(commune: Commune, said: list[Text], share: str | None = None) -> Iterator[tuple[Collector, Store]]:
    office = open_office(commune.folder.path)
    store = Store(office.store)
    with connected(office, keeps=True, share=share) as link:
        pen, shares = take_pen(office, None), share is not None
        collector = Collector(office, link, store, pen, said.append, shares=shares)
        eventually(lambda: collector.step(now(), 0.05) is not None and CONNECTED in said)
        yield collector, store
    store.close()


def numbers(store: Store, box: str = "thon-3") -> list[int]:
    return [filed.event.number for filed in store.events(box)]


def stepped(collector: Collector, holds: Callable[[], object]) -> None:
    """Until it holds."""
    eventually(lambda: collector.step(now(), 0.05) >= 0 and holds())


@needs_mosquitto
def test_what_is_delivered_twice_is_kept_once(commune: Commune) -> None:
    box = commune.boxes["thon-3"]
    with collecting(commune, []) as (collector, store):
        for _ in range(2):
            box.publish(Channel.EVENT, batch("thon-3", 1, 3), Seal.EVENT)
        box.publish(Channel.EVENT, batch("thon-3", 4, 1), Seal.EVENT)
        stepped(collector, lambda: 4 in numbers(store))
        assert numbers(store) == [1, 2, 3, 4]


@needs_mosquitto
def test_records_that_are_missing_are_asked_for_and_come(commune: Commune) -> None:
    box = commune.boxes["thon-3"]
    box.journal = {number: batch("thon-3", number, 1) for number in range(1, 6)}
    with collecting(commune, []) as (collector, store):
        box.publish(Channel.EVENT, batch("thon-3", 5, 1), Seal.EVENT)
        stepped(collector, lambda: numbers(store) == [5])
        later = now() + LOOK_EVERY
        collector.step(later, 0)
        collector.step(later + ASK_AFTER + LOOK_EVERY, 0)
        stepped(collector, lambda: numbers(store) == [1, 2, 3, 4, 5])
        assert store.missing("thon-3") == {}
    (asked,) = box.heard
    assert (asked.since, asked.until, asked.journal) == (1, 4, "j1")


@needs_mosquitto
def test_who_asks_hears_the_answer_whole_though_a_dead_one_is_dealt_its_share(commune: Commune) -> None:
    box, said = commune.boxes["thon-3"], list[Text]()
    box.journal = {number: batch("thon-3", number, 1) for number in range(1, 61)}
    with collecting(commune, said, "tinh") as (collector, store):
        with collecting(commune, [], "tinh"):
            """It goes, and the broker keeps its session."""

        def lacks() -> object:
            box.beat(60, "j1")  # not kept for the dead one: every second of them is lost
            return store.missing("thon-3")

        stepped(collector, lacks)
        at = now() + LOOK_EVERY
        collector.step(at, 0)
        collector.step(at + ASK_AFTER + LOOK_EVERY, 0)
        stepped(collector, lambda: numbers(store) == list(range(1, 61)))
        assert len(box.heard) == 1, "more than one question"
        collector.step(at + ASK_AFTER + 2 * LOOK_EVERY, 0)
        more = count(61)

        def lacks_again() -> object:
            box.publish(Channel.EVENT, batch("thon-3", next(more), 1), Seal.EVENT)
            return store.missing("thon-3")

        stepped(collector, lacks_again)


@needs_mosquitto
def test_a_record_that_another_box_has_signed_is_refused(commune: Commune) -> None:
    honest, thief, said = commune.boxes["thon-3"], commune.boxes["thon-5"], list[Text]()
    with collecting(commune, said) as (collector, store):
        honest.key = thief.key
        honest.publish(Channel.EVENT, batch("thon-3", 1, 3), Seal.EVENT)
        stepped(collector, lambda: any(line.en.startswith("Refused what") and "number 1: " in line.en for line in said))
        assert numbers(store) == []


@needs_mosquitto
def test_what_comes_while_no_collector_runs_is_there_when_it_is_back(commune: Commune) -> None:
    box = commune.boxes["thon-3"]
    with collecting(commune, []):
        pass
    box.publish(Channel.EVENT, batch("thon-3", 1, 3), Seal.EVENT)
    with collecting(commune, []) as (collector, store):
        stepped(collector, lambda: numbers(store) == [1, 2, 3])


@needs_mosquitto
def test_the_board_hears_who_is_there(commune: Commune) -> None:
    with collecting(commune, []) as (collector, store):
        commune.boxes["thon-3"].beat()
        stepped(collector, lambda: store.known("thon-3").heartbeat is not None)
    done = commune.gongctl("status")
    assert "2 cụm loa: 2 kêu được" in done.stdout
    assert done.returncode == 0


@needs_mosquitto
def test_the_newest_list_of_trust_is_left_at_the_broker(commune: Commune) -> None:
    village = commune.boxes["thon-5"].village
    with collecting(commune, []), call_as(village, commune.port, "another") as caller:
        caller.listen("gong/nguyet-an/trust")
        assert caller.hear() == ("gong/nguyet-an/trust", ledger.current(commune.folder).token)


def test_a_gap_is_asked_for_once_it_has_stood_and_then_ever_more_rarely() -> None:
    watchlist, asked = Watchlist().see(GAP, NOW).due(NOW)
    assert asked == ()
    times: list[datetime] = []
    at = NOW
    while len(times) < 4:
        at += timedelta(seconds=10)
        watchlist, asked = watchlist.see(GAP, at).due(at)
        times += [at] if asked else []
    waits = [later - earlier for earlier, later in zip([NOW, *times], times, strict=False)]
    assert waits == [ASK_AFTER, 2 * ASK_AFTER, 4 * ASK_AFTER, 8 * ASK_AFTER]


def test_a_gap_that_shrinks_is_left_alone() -> None:
    watchlist = Watchlist().see(GAP, NOW)
    moved = watchlist.see({("thon-3", "j1"): (3, 4)}, NOW + ASK_AFTER)
    assert moved.due(NOW + ASK_AFTER)[1] == ()


def test_a_gap_whose_end_grows_is_asked_for_all_the_same() -> None:
    watchlist = Watchlist().see(GAP, NOW).see({("thon-3", "j1"): (1, 9)}, NOW + ASK_AFTER)
    assert watchlist.due(NOW + ASK_AFTER)[1] == (("thon-3", "j1", (1, 9)),)


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_gap_is_asked_for_also_where_the_clock_was_a_year_ahead_when_it_was_seen(is_asked: bool) -> None:
    ahead = NOW + timedelta(days=365)
    watchlist = Watchlist().see(GAP, ahead - ASK_AFTER * is_asked)
    watchlist, asked = watchlist.due(ahead)
    assert bool(asked) is is_asked
    watchlist, asked = watchlist.see(GAP, NOW).due(NOW)
    assert asked == ()
    watchlist, asked = watchlist.see(GAP, NOW + ASK_AFTER).due(NOW + ASK_AFTER)
    assert asked == (("thon-3", "j1", SPAN),)


@needs_mosquitto
def test_a_collector_whose_clock_is_set_back_goes_on_looking(commune: Commune) -> None:
    box = commune.boxes["thon-3"]
    box.journal = {number: batch("thon-3", number, 1) for number in range(1, 6)}
    with collecting(commune, []) as (collector, store):
        collector.step(now() + timedelta(days=365), 0)
        box.publish(Channel.EVENT, batch("thon-3", 5, 1), Seal.EVENT)
        stepped(collector, lambda: numbers(store) == [5])
        collector.step(now() + LOOK_EVERY, 0)
        collector.step(now() + LOOK_EVERY + ASK_AFTER + LOOK_EVERY, 0)
        stepped(collector, lambda: numbers(store) == [1, 2, 3, 4, 5])
