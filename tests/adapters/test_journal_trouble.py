"""The journal on a bad disk: full, read-only, stalled, corrupt. Nothing is lost, nobody waits."""

import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gongd.adapters.journal import SqliteJournal
from gongd.adapters.journal import queue as queue_room
from gongd.adapters.journal import writer as writer_room
from gongd.ports import JournalFailed, JournalWell, Recalled
from tests.adapters.journal_desk import BOOT, NIGHT, START, activation, counts, numbers, opened, press, rung, wait_for

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 512 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", disk], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting is not permitted here")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def failures(inbox: list[object]) -> list[str]:
    """The faults that were posted."""
    return [each.fault for each in inbox if isinstance(each, JournalFailed)]


def is_well(inbox: list[object]) -> bool:
    """Has it said that it works again?"""
    return any(isinstance(each, JournalWell) for each in inbox)


@AS_ROOT
def test_a_full_disk_is_told_and_what_waited_is_written_in_order_when_there_is_room(small_disk: Path) -> None:
    path, inbox, ballast = small_disk / "journal.db", list[object](), small_disk / "ballast"
    with opened(path, inbox) as journal:
        assert journal.append([press(0)]).wait(10)
        fill_up(ballast)
        tickets = [journal.append([press(n)]) for n in range(1, 400)]
        assert wait_for(lambda: failures(inbox)) == ["disk-full"]
        assert not tickets[-1].wait(0)
        assert journal.alive()
        ballast.unlink()
        assert tickets[-1].wait(20)
        wait_for(lambda: is_well(inbox))
        assert numbers(path) == list(range(1, 401))
        assert counts(path) == list(range(400))


def fill_up(ballast: Path) -> None:
    """Take every byte that is left of a disk."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(512)):
            pass


def read_back(path: Path, spoil: str) -> tuple[Recalled, list[object]]:
    """Three records of which the second was spoilt on the card, as the next start reads them, and what it has told."""
    with opened(path) as journal:
        assert journal.append([press(n) for n in range(3)]).wait(10)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"UPDATE record SET {spoil} WHERE number = 2")
        db.commit()
    inbox, found = list[object](), list[Recalled]()
    with opened(path, inbox) as journal:
        journal.recall(1, 50, found.append)
        (recalled,) = wait_for(lambda: found)
    return recalled, inbox


def test_a_row_that_is_no_text_is_read_back_as_far_as_it_can_be(path: Path) -> None:
    recalled, inbox = read_back(path, "kind = CAST(x'62ff' AS TEXT)")
    assert [number for number, _ in recalled.records] == [1, 2, 3]
    assert recalled.records[1][1].reason == "record-unfit"
    assert failures(inbox) == []


@pytest.mark.parametrize("spoil", ["kind = 'unheard-of'", "at = 'noon'", "detail = '{'"])
def test_a_row_that_means_nothing_is_read_back_as_that_and_is_no_trouble_of_the_disk(path: Path, spoil: str) -> None:
    recalled, inbox = read_back(path, spoil)
    assert [number for number, _ in recalled.records] == [1, 2, 3]
    (first, torn, last) = (record for _, record in recalled.records)
    assert (first.detail["count"], last.detail["count"]) == (0, 2)
    assert (torn.kind, torn.reason) == ("fault", "record-unfit")
    assert spoil.partition("'")[2][:-1] in torn.detail.values()
    assert failures(inbox) == []


@AS_ROOT
def test_a_read_only_disk_is_told_and_survived(small_disk: Path) -> None:
    path, inbox = small_disk / "journal.db", list[object]()
    with opened(path) as journal:
        journal.append([rung(), activation("a", "started")])
    remount(small_disk, "ro")
    with opened(path, inbox) as journal:
        memory = journal.remember()
        assert memory.nights == {("nightly", NIGHT)}
        assert [each.record.activation for each in memory.unfinished] == ["a"]
        ticket = journal.append([press(0)])
        assert wait_for(lambda: failures(inbox)) == ["disk-read-only"]
        assert not ticket.wait(0)
        remount(small_disk, "rw")
        assert ticket.wait(20)
        wait_for(lambda: is_well(inbox))
    assert numbers(path) == [1, 2, 3]


def remount(disk: Path, how: str) -> None:
    """Turn the whole disk read-only, or back."""
    subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)


def test_a_journal_whose_folder_is_missing_begins_when_the_folder_comes(tmp_path: Path) -> None:
    path, inbox = tmp_path / "later" / "journal.db", list[object]()
    with opened(path, inbox) as journal:
        assert journal.remember().nights == frozenset()
        ticket = journal.append([press(0)])
        assert wait_for(lambda: failures(inbox)) == ["disk-read-only"]
        path.parent.mkdir()
        assert ticket.wait(20)
    assert counts(path) == [0]


def test_a_file_that_may_not_grow_is_a_full_disk(path: Path) -> None:
    script = textwrap.dedent("""
        import resource, sys
        from pathlib import Path
        from tests.adapters.journal_desk import opened, press, wait_for
        from gongd.ports import JournalFailed
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
        inbox = []
        with opened(Path(sys.argv[1]), inbox) as journal:
            tickets = [journal.append([press(n)]) for n in range(3000)]
            wait_for(lambda: any(isinstance(each, JournalFailed) for each in inbox))
            assert journal.alive()
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            assert tickets[-1].wait(30)
    """)
    subprocess.run([sys.executable, "-c", script, path], check=True, timeout=60)
    assert counts(path) == list(range(3000))


def test_a_disk_that_stalls_for_five_seconds_holds_nobody_up(path: Path) -> None:
    """The stall is real: another connection holds SQLite's write lock, so that every commit waits."""
    inbox: list[object] = []
    with opened(path, inbox) as journal:
        assert journal.append([press(0)]).wait(10)
        released = threading.Event()
        holder = threading.Thread(target=hold_lock, args=(path, released, 5.0))
        holder.start()
        assert released.wait(10)
        released.clear()
        tickets = [journal.append([press(n)]) for n in range(1, 200)]
        journal.seen(START, {"a": 1.0})
        assert not tickets[0].wait(0.1)
        assert journal.alive()
        assert not released.is_set(), "an append has waited for the disk"
        assert all(ticket.wait(20) for ticket in tickets)
        assert released.is_set()
        holder.join()
    assert counts(path) == list(range(200))
    assert inbox == []


def hold_lock(path: Path, told: threading.Event, seconds: float) -> None:
    """Hold the write lock: `told` is set when it is held, and again when it is let go."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        told.set()
        time.sleep(seconds)
        told.set()
        other.execute("ROLLBACK")


@pytest.mark.parametrize("where", ["all of it", "the first page", "a page inside", "cut in half"])
def test_a_corrupt_file_is_set_aside_at_start_and_the_box_goes_on(path: Path, where: str) -> None:
    with opened(path) as journal:
        journal.append([rung()])
        journal.append([press(n) for n in range(3000)])
        old_id = journal.remember().journal_id
    damage(path, where)
    inbox: list[object] = []
    with opened(path, inbox) as journal:
        memory = journal.remember()
        assert memory.set_aside is not None
        assert memory.set_aside.exists()
        assert memory.journal_id not in ("", old_id)
        assert failures(inbox) == ["journal-corrupt"]
        assert journal.append([press(0)]).wait(10)
        assert numbers(path) == [1]
        wait_for(lambda: is_well(inbox))


def damage(path: Path, where: str) -> None:
    """What a dying memory card does."""
    whole = bytearray(path.read_bytes())
    match where:
        case "all of it":
            whole[:] = os.urandom(len(whole))
        case "the first page":
            whole[:4096] = os.urandom(4096)
        case "a page inside":
            middle = len(whole) // 8192 * 4096
            whole[middle : middle + 4096] = os.urandom(4096)
        case _:
            del whole[len(whole) // 2 :]
    path.write_bytes(whole)


def test_a_night_of_a_corrupt_journal_still_cannot_ring_again(path: Path) -> None:
    with opened(path) as journal:
        journal.append([rung()])
        journal.append([press(n) for n in range(3000)])
    damage(path, "a page inside")
    with opened(path) as journal:
        assert ("nightly", NIGHT) in journal.remember().nights
        assert not journal.append([rung()]).wait(10)
    with opened(path) as journal:
        assert ("nightly", NIGHT) in journal.remember().nights


def test_a_file_that_turns_corrupt_while_it_is_written_is_set_aside_with_nothing_waiting_lost(path: Path) -> None:
    inbox: list[object] = []
    with opened(path, inbox) as journal:
        assert journal.append([rung()]).wait(10)
        assert journal.append([press(n) for n in range(3000)]).wait(10)
        shred_while_open(path)
        tickets = [journal.append([press(n)]) for n in range(3)]
        assert all(ticket.wait(20) for ticket in tickets)
        assert "journal-corrupt" in failures(inbox)
        assert not journal.append([rung()]).wait(10)
        assert is_well(inbox)
    assert counts(path)[:3] == [0, 1, 2]
    assert list(path.parent.glob("journal.db.corrupt-*"))


def shred_while_open(path: Path) -> None:
    """Overwrite the file and its log in place, under the connection that has them open and must read them anew."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("INSERT INTO meta VALUES ('touched', 'yes')")
        other.commit()
        shred_files(path)


def shred_files(path: Path) -> None:
    """Random bytes in place of the file and of its log."""
    for name in (path, Path(f"{path}-wal")):
        size = name.stat().st_size
        with name.open("r+b") as file:
            file.write(os.urandom(size))


def test_a_newer_journal_is_kept_and_not_written_into(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
        other.execute("CREATE TABLE record (something)")
        other.commit()
    with opened(path) as journal:
        aside = journal.remember().set_aside
        assert aside is not None
        assert journal.append([press(0)]).wait(10)


def test_only_the_last_few_corrupt_files_are_kept(path: Path) -> None:
    for _ in range(8):
        path.write_bytes(os.urandom(9000))
        with opened(path) as journal:
            assert journal.remember().set_aside is not None
    assert len(list(path.parent.glob("journal.db.corrupt-*"))) == 5


def test_memory_is_bounded_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "later" / "journal.db"
    with opened(path) as journal:
        full = journal.append([press(n) for n in range(queue_room.MOST_WAITING)])
        over = journal.append([press(), press()])
        assert not over.wait(0)
        path.parent.mkdir()
        assert full.wait(60)
        last = journal.append([press(-1)])
        assert last.wait(20)
    shutil.copy(path, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
        lost = db.execute("SELECT detail FROM record WHERE reason = 'records-lost'").fetchall()
    assert lost == [('{"count":2}',)]


@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM meta WHERE name = 'journal_id'",
        "UPDATE record SET activation = 'another' WHERE activation = 'a'",
        "UPDATE night SET night = 'yesterday' WHERE schedule = 'other'",
    ],
)
def test_a_file_that_is_whole_and_means_nothing_is_set_aside_and_its_thread_lives(path: Path, spoil: str) -> None:
    with opened(path) as journal:
        assert journal.append([rung(), activation("a", "started")]).wait(10)
    with closing(sqlite3.connect(path)) as db:
        db.execute("INSERT INTO night VALUES ('other', '2026-01-01')")
        db.execute(spoil)
        db.commit()
    inbox = list[object]()
    with opened(path, inbox) as journal:
        memory = journal.remember()
        assert journal.append([press(0)]).wait(10)
        assert journal.alive()
    assert memory.set_aside is not None
    assert memory.is_heir
    assert failures(inbox) == ["journal-corrupt"]
    assert (NIGHT in {night for _, night in memory.nights}) is ("yesterday" not in spoil)


def test_a_journal_that_can_not_even_tell_its_trouble_is_tried_again_and_not_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.mkdir()
    monkeypatch.setattr(writer_room, "salvage", lambda *_about: 1 / 0)
    journal = SqliteJournal(path, lambda _event: None, BOOT, threaded=False)
    journal.append([press(0)])
    journal.turn()
    assert journal.is_failing


def test_whatever_happens_while_a_trouble_is_told_the_thread_lives(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(path) as journal:
        assert journal.append([press(0)]).wait(10)
        monkeypatch.setattr(writer_room, "name_trouble", lambda error: 1 / 0)
        monkeypatch.setattr(journal, "_work", lambda: 1 / 0)
        journal.append([press(1)])
        wait_for(lambda: "ZeroDivisionError" in caplog.text)
        monkeypatch.undo()
        assert journal.append([press(2)]).wait(10)
