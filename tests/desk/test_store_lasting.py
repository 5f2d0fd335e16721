"""A desk whose store is of no use: its orders go out, and are noted wherever they can be."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from gongd.core.words import Text
from gongd.desk.authority import take_seat
from gongd.desk.register import load_commune
from gongd.desk.store import Store
from gongd.desk.store_lasting import MEMORY, SPARE, LastingBook
from gongd.desk.store_sqlite import SqliteBook
from tests.desk.bare_sender import ended
from tests.desk.commune import eventually, needs_mosquitto
from tests.desk.postgresql import cluster, needs_postgresql
from tests.desk.records import NOW, answer, batch, order, stop
from tests.desk.scripted import Commune, whole_commune


@pytest.fixture
def said() -> list[Text]:
    return []


@contextmanager
def lasting(folder: Path, said: list[Text]) -> Iterator[tuple[Store, LastingBook]]:
    """The store of a program that gives orders."""
    book = LastingBook(folder / "desk.db", folder, said.append)
    store = Store(folder / "desk.db", book)
    try:
        yield store, book
    finally:
        store.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program is in the middle of a step and does not come out of it."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def fill_up(book: LastingBook) -> None:
    """No page more fits on the disk."""
    db = book._book._db  # type: ignore[attr-defined]
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")


def _begin_and_fail(store: Store) -> None:
    with store.writing():
        store.add_batch(batch("thon-5", 1, 900), NOW)
        raise ZeroDivisionError


# ── The book ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_store_that_is_well_is_used_and_nothing_is_said(ram: Path, said: list[Text]) -> None:
    with lasting(ram, said) as (store, book):
        store.open_order(order(), ["thon-3"], NOW)
    assert (said, book.trouble, (ram / SPARE).exists()) == ([], None, False)
    store = Store(ram / "desk.db")
    assert [one.claims for one in store.orders(NOW)] == [order()]
    store.close()


def test_a_torn_store_is_told_once_in_both_languages_and_another_file_takes_its_place(
    ram: Path, said: list[Text]
) -> None:
    (ram / "desk.db").write_bytes(b"this is no database, and never was\n" * 300)
    with lasting(ram, said) as (store, book):
        store.open_order(order(), ["thon-3"], NOW)
        store.add_answer(answer("thon-3", Step.STARTED), NOW)
        assert [one.claims for one in store.orders(NOW)] == [order()]
    (told,) = said
    assert book.trouble is not None
    for words in (told.vi, told.en):
        assert "desk.db" in words
        assert str(ram / SPARE) in words


def test_a_step_that_finds_no_room_is_done_whole_elsewhere_and_comes_home_whole_when_there_is(
    ram: Path, said: list[Text]
) -> None:
    with lasting(ram, said) as (store, book):
        store.add_batch(batch("thon-3", 1, 3), NOW)
        fill_up(book)
        with store.writing():
            store.open_order(order(), ["thon-3"], NOW)
            assert store.add_batch(batch("thon-5", 1, 900), NOW) == 900
        assert len(list(store.events("thon-5"))) == 900
        assert [one.claims for one in store.orders(NOW)] == [order()]
    assert len(said) == 1
    store = Store(ram / "desk.db")
    assert (len(list(store.events("thon-3"))), len(list(store.events("thon-5")))) == (3, 900)
    store.close()


def test_a_step_that_fails_leaves_nothing_in_either_place(ram: Path, said: list[Text]) -> None:
    with lasting(ram, said) as (store, book):
        fill_up(book)
        with pytest.raises(ZeroDivisionError):
            _begin_and_fail(store)
        assert list(store.events()) == []
        assert not book.is_writing


def test_a_store_that_others_have_locked_is_waited_for_two_seconds_and_no_more(ram: Path, said: list[Text]) -> None:
    with lasting(ram, said) as (store, _), locked(ram / "desk.db"):
        began = time.monotonic()
        store.open_order(order(), ["thon-3"], NOW)
        assert time.monotonic() - began < 8
        assert ended(store, NOW) == set()
    assert len(said) == 1
    with locked(ram / "desk.db"), lasting(ram, said) as (store, _):
        assert [one.claims for one in store.orders(NOW)] == [order()]


def test_a_cancel_that_had_to_be_noted_elsewhere_is_known_to_other_programs_once_home_is_free(
    ram: Path, said: list[Text]
) -> None:
    with lasting(ram, said) as (alarm, _), lasting(ram, said) as (end, _):
        alarm.open_order(order(), ["thon-3"], NOW)
        with locked(ram / "desk.db"):
            end.open_order(stop("order-1234"), ["thon-3"], NOW)
        assert len(said) == 1

        def is_told() -> bool:
            end.add_answer(answer("thon-3", Step.RECEIVED, "cancel-1234"), NOW)  # whatever is written next
            return ended(alarm, NOW) == {"thon-3"}

        eventually(is_told)


def test_a_cancel_of_another_program_is_known_to_one_that_had_to_note_elsewhere(ram: Path, said: list[Text]) -> None:
    now = datetime.now(UTC)
    with lasting(ram, said) as (alarm, _), lasting(ram, said) as (end, _):
        with locked(ram / "desk.db"):
            alarm.open_order(order(), ["thon-3"], now)
        end.open_order(stop("order-1234"), ["thon-3"], now)
        end.add_answer(answer("thon-3", Step.FINISHED, "cancel-1234"), now)

        def is_known() -> bool:
            alarm.add_answer(answer("thon-3", Step.RECEIVED), now)  # whatever is written next
            return ended(alarm, now) == {"thon-3"}

        eventually(is_known)
        assert [one.step for one in alarm.answers("cancel-1234")] == [Step.FINISHED]
    assert len(said) == 1


def test_what_was_brought_home_is_not_brought_again(
    ram: Path, said: list[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongd.desk.store_lasting.LOOK_HOME_S", 0.0)
    now, brought = datetime.now(UTC), []

    class Home(SqliteBook):
        def change_all(self, query: str, rows: Iterable[Sequence[object]]) -> int:
            held = list(rows)
            brought.append(len(held))
            return super().change_all(query, held)

    with lasting(ram, said) as (store, _):
        with locked(ram / "desk.db"):
            store.add_batch(batch("thon-3", 1, 900), now - timedelta(minutes=10))
        store.add_answer(answer("thon-3", Step.RECEIVED), now)
        monkeypatch.setattr("gongd.desk.store_lasting.open_book", Home)
        store.add_batch(batch("thon-3", 901, 2), now)
        assert sum(brought) == 4, "two records, how far they go, and what was of the last minute"
        set_back = now - timedelta(hours=1)
        monkeypatch.setattr("gongd.desk.store_lasting.time.time", set_back.timestamp)
        store.add_batch(batch("thon-3", 903, 2), set_back)
    home = Store(ram / "desk.db")
    assert len(list(home.events("thon-3"))) == 904
    home.close()


def test_where_no_file_can_be_written_the_machines_memory_must_do(ram: Path, said: list[Text]) -> None:
    for name in ("desk.db", SPARE):
        (ram / name).mkdir()
    with lasting(ram, said) as (store, book):
        store.open_order(order(), ["thon-3"], NOW)
        assert [one.claims for one in store.orders(NOW)] == [order()]
        assert book.name == str(MEMORY)
    (told,) = said
    assert "không ghi lại được ở đâu cả" in told.vi
    assert "cannot be noted anywhere" in told.en


def test_what_was_noted_elsewhere_is_taken_home_once_the_store_is_well(ram: Path, said: list[Text]) -> None:
    (ram / "desk.db").mkdir()
    with lasting(ram, said) as (store, _):
        store.open_order(order(), ["thon-3"], NOW)
        store.add_answer(answer("thon-3", Step.STARTED), NOW)
        store.add_batch(batch("thon-3", 1, 3), NOW)
    (ram / "desk.db").rmdir()
    for path in ram.glob(f"{SPARE}*"):
        shutil.copy(path, ram / f"kept-{path.name}")
    with lasting(ram, said) as (store, book):
        assert book.trouble is None
        assert [one.claims for one in store.orders(NOW)] == [order()]
        assert store.answers("order-1234") == [answer("thon-3", Step.STARTED)]
        assert len(list(store.events("thon-3"))) == 3
        assert store.missing("thon-3") == {}
    assert list(ram.glob(f"{SPARE}*")) == []
    shutil.copy(ram / f"kept-{SPARE}", ram / SPARE)
    with lasting(ram, said) as (store, _):
        assert len(store.answers("order-1234")) == 1, "taken home twice makes one"
    assert len(said) == 1


def test_a_spare_file_that_another_program_still_writes_is_read_and_left(ram: Path, said: list[Text]) -> None:
    (ram / "desk.db").write_bytes(b"torn" * 5000)
    with lasting(ram, said) as (menu, _):
        (ram / "desk.db").unlink()
        menu.open_order(order(), ["thon-3"], NOW)
        with lasting(ram, said) as (store, _):
            assert [one.claims for one in store.orders(NOW)] == [order()]
        menu.add_answer(answer("thon-3", Step.STARTED), NOW)
    with lasting(ram, said) as (store, _):
        assert store.answers("order-1234") == [answer("thon-3", Step.STARTED)]
    assert not (ram / SPARE).exists()


@needs_postgresql
def test_a_database_that_falls_in_the_middle_of_a_step_keeps_nothing_waiting(ram: Path, said: list[Text]) -> None:
    with cluster() as server:
        place = server.new()
        book = LastingBook(place, ram, said.append)
        store = Store(place, book)
        with store.writing():
            store.open_order(order(), ["thon-3"], NOW)
            server.stop()
            store.add_answer(answer("thon-3", Step.STARTED), NOW)
        assert [one.claims for one in store.orders(NOW)] == [order()]
        assert len(store.answers("order-1234")) == 1
        store.close()
        assert (len(said), "postgresql://" in said[0].vi) == (1, True)
        server.start()
        book = LastingBook(place, ram, said.append)
        store = Store(place, book)
        assert (book.trouble, len(store.answers("order-1234"))) == (None, 1)
        store.close()


# ── The desk ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def commune(ram: Path) -> Iterator[Commune]:
    with whole_commune(ram) as made:
        yield made


ALERT = ("alert", "fire", "--to", "3", "--yes")


def sounds(commune: Commune) -> None:
    """An alarm goes out, is answered, and the trouble is one sentence."""
    done = commune.gongctl(*ALERT)
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1), done.stdout + done.stderr
    assert "Lệnh vẫn gửi được" in done.stderr
    assert "1/1 cụm loa đang phát." in done.stdout
    (heard,) = commune.boxes["thon-3"].heard
    assert (heard.type, heard.signal) == (CommandType.ALERT, "fire")


@needs_mosquitto
def test_a_torn_store_stops_no_alarm_and_its_cancel_finds_it(commune: Commune) -> None:
    (commune.folder.path / "desk.db").write_bytes(b"torn" * 5000)
    sounds(commune)
    done = commune.gongctl("cancel", "--reason", "safe")
    assert done.returncode == 0, done.stdout + done.stderr
    alert, cancel = commune.boxes["thon-3"].heard
    assert cancel.references == (alert.jti,)


@needs_mosquitto
def test_a_store_that_tears_while_it_is_used_stops_no_alarm(commune: Commune) -> None:
    assert commune.gongctl("test", "--to", "3", "--yes").returncode == 0
    commune.boxes["thon-3"].heard.clear()
    path = commune.folder.path / "desk.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'command'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    sounds(commune)


@needs_mosquitto
def test_a_store_that_is_locked_stops_no_alarm(commune: Commune) -> None:
    Store(commune.folder.path / "desk.db").close()
    with locked(commune.folder.path / "desk.db"):
        sounds(commune)


@needs_mosquitto
def test_a_full_disk_stops_no_alarm(commune: Commune) -> None:
    program = [sys.executable, "-m", "gongd.gongctl", *ALERT, "--folder", str(commune.folder.path)]
    done = subprocess.run(
        program,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "LC_ALL": "en_US.UTF-8"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (told,) = done.stderr.splitlines()
    assert "Orders go out all the same, but cannot be noted anywhere" in told
    assert len(commune.boxes["thon-3"].heard) == 1


@needs_mosquitto
def test_the_menu_raises_an_alarm_without_its_store_and_says_that_it_does_not_know_what_sounds(
    commune: Commune,
) -> None:
    for name in ("desk.db", SPARE):
        (commune.folder.path / name).mkdir()
    done = commune.gongctl(typed="4\n1\n3\nCHAY\n0\nTHOAT\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "không biết hiệu lệnh nào đang phát" in done.stdout
    assert [one.signal for one in commune.boxes["thon-3"].heard] == ["fire"]
    assert len(done.stderr.splitlines()) == 1


@needs_mosquitto
def test_the_doctor_says_what_is_wrong_with_the_store(commune: Commune) -> None:
    (commune.folder.path / "desk.db").write_bytes(b"torn" * 5000)
    done = commune.gongctl("doctor")
    assert done.returncode == 1
    assert "LỖI    Không dùng được sổ của bàn trực" in done.stdout


@needs_mosquitto
def test_a_disk_that_takes_no_file_leaves_the_desk_its_seats(commune: Commune) -> None:
    folder = commune.folder
    for number in range(1, 9):
        path = folder.desk / f"seat-{number}.lock"
        path.unlink(missing_ok=True)
        path.mkdir()
    register = load_commune(folder)
    with take_seat(folder, register) as first, take_seat(folder, register) as second:
        assert first.name != second.name
