"""The store, on a real file and a real PostgreSQL: each record once, gaps found, nothing lost between two programs."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gongd.core.wire_event import Event, EventBatch
from gongd.core.wire_report import ChallengeNote, Connection, Step
from gongd.desk.gaps import ASK_AFTER
from gongd.desk.store import ByHand, Store, StoreError
from gongd.desk.store_book import Place
from tests.desk.bare_sender import ended
from tests.desk.postgresql import Cluster, cluster, needs_postgresql
from tests.desk.records import NOW, answer, batch, beat, night, order, presence, stop


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_postgresql)])
def place(request: pytest.FixtureRequest, ram: Path) -> Place:
    if request.param == "sqlite":
        return ram / "desk.db"
    return str(request.getfixturevalue("server").new())


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    opened = Store(place)
    yield opened
    opened.close()


def test_two_deliveries_make_one_record(store: Store) -> None:
    assert store.add_batch(batch("thon-3", 1, 5), NOW) == 5
    assert store.add_batch(batch("thon-3", 3, 5), NOW) == 2
    assert [filed.event.number for filed in store.events("thon-3")] == [1, 2, 3, 4, 5, 6, 7]


def test_the_same_numbers_of_another_journal_or_box_are_other_records(store: Store) -> None:
    for box, journal in (("thon-3", "j1"), ("thon-3", "j2"), ("thon-5", "j1")):
        assert store.add_batch(batch(box, 1, 2, journal), NOW) == 2
    assert len(list(store.events())) == 6


def test_a_gap_is_what_the_heartbeat_knows_and_the_store_has_not(store: Store) -> None:
    store.add_batch(batch("thon-3", 3, 2), NOW)
    store.heard_heartbeat("thon-3", beat(number=9), NOW)
    assert store.missing("thon-3") == {"j1": [(1, 2), (5, 9)]}
    store.add_batch(batch("thon-3", 1, 9), NOW)
    assert store.missing("thon-3") == {}


def test_an_event_comes_back_as_it_went_in(store: Store) -> None:
    event = night(date(2026, 11, 20), "missed", "no-power", due="22:00", n=1.5)
    (one,) = batch("thon-3", 1, 1).events
    store.add_batch(batch("thon-3", 1, 1), NOW)
    store.add_batch(type(batch("thon-5", 1, 1))("thon-5", "j1", (event,)), NOW)
    assert [filed.event for filed in store.events("thon-3")] == [one]
    assert [filed.event for filed in store.nights(date(2026, 11, 20), date(2026, 11, 20))] == [event]


def test_what_a_wrong_clock_has_dated_is_found_by_when_it_was_heard(store: Store) -> None:
    (event,) = batch("thon-3", 1, 1).events
    long_ago = replace(event, at=NOW - timedelta(days=30), kind="activation")
    known = replace(long_ago, number=2, trusted=True)
    store.add_batch(EventBatch("thon-3", "j1", (long_ago, known)), NOW)
    assert store.doubted(NOW - timedelta(days=2), "activation") == [("thon-3", replace(long_ago, at=NOW))]
    assert store.doubted(NOW + timedelta(seconds=1), "activation") == []
    assert store.doubted(NOW, "boot") == []


def test_what_one_program_writes_the_other_reads(store: Store, place: Place) -> None:
    other = Store(place)
    other.add_batch(batch("thon-3", 1, 1), NOW)
    store.add_batch(batch("thon-3", 2, 1), NOW)
    assert len(list(other.events())) == len(list(store.events())) == 2
    other.close()


def test_a_step_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.writing():
            store.add_batch(batch("thon-3", 1, 1), NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(store.events()) == []


def test_an_answer_to_a_neighbour_is_none_to_an_order_of_the_same_name(store: Store) -> None:
    to_a_neighbour = answer("thon-3", Step.REFUSED, reason="not-permitted").to("nguyet-an/thon-9")
    for one in (answer("thon-3", Step.STARTED), to_a_neighbour):
        store.add_answer(one, NOW)
    assert [one.step for one in store.answers("order-1234")] == [Step.STARTED]


def test_answers_are_kept_once_and_in_order(store: Store) -> None:
    steps = (Step.RECEIVED, Step.STARTED, Step.RECEIVED)
    assert [store.add_answer(answer("thon-3", step), NOW) for step in steps] == [True, True, False]
    assert [one.step for one in store.answers("order-1234")] == [Step.RECEIVED, Step.STARTED]


def test_an_order_is_known_as_cancelled_at_the_boxes_that_the_cancel_is_for(store: Store) -> None:
    store.open_order(order(), ("thon-3", "thon-5"), NOW)
    (kept,) = store.orders(NOW - timedelta(days=1))
    assert (kept.claims, kept.boxes) == (order(), ("thon-3", "thon-5"))
    assert ended(store, NOW) == set()
    later = NOW + timedelta(seconds=9)
    for number, box in enumerate(("thon-5", "thon-7")):
        store.open_order(replace(stop("order-1234"), jti=f"cancel-{number}"), (box,), later)
    assert ended(store, NOW) == {"thon-5", "thon-7"}


def test_a_retained_state_that_is_said_again_keeps_its_time(store: Store) -> None:
    store.heard_presence("thon-3", presence(Connection.ONLINE), NOW)
    store.heard_presence("thon-3", presence(Connection.ONLINE), NOW + timedelta(hours=1))
    assert store.known("thon-3").presence_at == NOW


def test_a_challenge_is_taken_back(store: Store) -> None:
    note = ChallengeNote("thon-3", "k" * 32, "boot")
    store.heard_challenge("thon-3", note, NOW)
    assert store.known("thon-3").challenge == note
    store.heard_challenge("thon-3", None, NOW)
    assert store.known("thon-3").challenge is None


def test_a_night_rung_by_hand_is_written_once(store: Store) -> None:
    for by in ("An", "Hà"):
        store.add_by_hand(ByHand("thon-3", date(2026, 11, 20), NOW, by, "trực ban"))
    assert [one.by for one in store.by_hand(date(2026, 11, 1), date(2026, 11, 30))] == ["Hà"]


def test_the_same_gap_is_asked_for_by_one_of_two_collectors_only(store: Store, place: Place) -> None:
    other = Store(place)
    store.add_batch(batch("thon-3", 3, 2), NOW)
    assert (store.ask_for(NOW), other.ask_for(NOW)) == ((), ())
    later = NOW + ASK_AFTER
    assert (other.ask_for(later), store.ask_for(later)) == ((("thon-3", "j1", (1, 2)),), ())
    other.add_batch(batch("thon-3", 1, 2), later)
    assert store.ask_for(later + timedelta(hours=2)) == ()
    assert store.missing("thon-3") == {}
    other.close()


def test_a_gap_that_is_filled_from_the_wrong_end_is_none(store: Store) -> None:
    for first in (7, 4, 1):
        store.add_batch(batch("thon-3", first, 3), NOW)
    assert store.missing("thon-3") == {}
    assert store.ask_for(NOW) == ()


def test_a_sign_that_has_no_place_in_a_database_loses_no_record(store: Store) -> None:
    event = Event(1, NOW, "boot", reason="a\0b", detail={"c": "d\0"})
    assert store.add_batch(EventBatch("thon-3", "j1", (event,)), NOW) == 1
    assert len(list(store.events("thon-3"))) == 1


def test_a_file_that_is_no_store_is_told_in_words(ram: Path) -> None:
    (ram / "desk.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError):
        Store(ram / "desk.db")


def test_a_store_of_another_version_is_left_alone(ram: Path) -> None:
    with sqlite3.connect(ram / "desk.db") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError):
        Store(ram / "desk.db")


def test_a_store_of_the_version_before_is_taken_along(ram: Path) -> None:
    before = Store(ram / "desk.db")
    before.add_batch(batch("thon-3", 1, 3), NOW)
    before.add_batch(batch("thon-5", 2, 3), NOW)
    before.close()
    with sqlite3.connect(ram / "desk.db") as db:
        db.executescript(
            "DROP INDEX journal_lacks; DROP TABLE gap; ALTER TABLE journal DROP COLUMN whole; PRAGMA user_version = 1"
        )
    store = Store(ram / "desk.db")
    assert (store.missing("thon-3"), store.missing("thon-5")) == ({}, {"j1": [(1, 1)]})
    store.close()


@settings(max_examples=20, deadline=None)
@given(some.lists(some.tuples(some.integers(1, 40), some.integers(1, 15)), max_size=12))
def test_whatever_comes_in_whatever_order_the_gaps_are_the_rest(deliveries: list[tuple[int, int]]) -> None:
    store = Store(Path(":memory:"))
    held: set[int] = set()
    for first, count in deliveries:
        store.add_batch(batch("thon-3", first, count), NOW)
        held |= set(range(first, first + count))
    missing = {n for first, last in store.missing("thon-3").get("j1", []) for n in range(first, last + 1)}
    assert missing == set(range(1, max(held, default=0) + 1)) - held
    assert {filed.event.number for filed in store.events()} == held
    store.close()
