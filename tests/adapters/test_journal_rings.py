"""What rings while the card takes no commit: it is noted in the sign of life, given back at the next start, written."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gongd.adapters.journal import SqliteJournal
from gongd.adapters.journal.life import MOST_RUNG, SLOT, LifeFile, Sign
from gongd.adapters.journal.means import Means
from gongd.core.record import Kind, Record
from gongd.sim.chance import Chance
from gongd.sim.disk import Disk, Life, State
from tests.adapters.journal_desk import NIGHT, START, opened, press, rung, wait_for
from tests.small_disk import AS_ROOT, SmallDisk, small_disk

CLOCK = {"boot": "b", "source": "kernel"}


@pytest.fixture
def card(tmp_path: Path) -> Disk:
    """It does what it is told, and SQLite on it complains as SQLite does."""
    return Disk(tmp_path, Chance(1))


def journal_on(card: Disk) -> SqliteJournal:
    """Without a thread: `turn` is its turn."""
    means = Means(connect=card.connect, life=lambda path: Life(card, path))
    journal = SqliteJournal(card.journal, lambda _event: None, "boot", means=means, threaded=False)
    journal.remember()
    return journal


def lived(card: Disk) -> SqliteJournal:
    """One that has given a sign of life, on a card that is full by now."""
    journal = journal_on(card)
    journal.seen(START, {}, clock=CLOCK)
    journal.turn()
    card.state = State.FULL
    return journal


def left_behind(card: Disk) -> tuple[Record, ...]:
    """What the next start is given back."""
    return journal_on(card).remember().rung


def test_a_ring_that_cannot_be_committed_is_noted_and_given_back_at_the_next_start(card: Disk) -> None:
    journal = lived(card)
    other, ring = journal.append([press()]), journal.append([press(), rung()])
    journal.turn()
    assert (other.is_noted, ring.is_noted) == (False, True)
    assert not ring.wait(0)
    journal.abandon()
    memory = journal_on(card).remember()
    assert memory.rung == (rung(),)
    assert memory.nights == frozenset()
    assert (memory.last_seen_at, memory.clock) == (START, CLOCK)


def test_what_is_given_back_stays_noted_until_it_is_recorded(card: Disk) -> None:
    lived(card).append([rung()])
    journal = lived(card)
    journal.append([rung()])
    journal.turn()
    journal.abandon()
    for _ in range(2):
        assert left_behind(card) == (rung(),), "nobody has appended it yet"
    card.state = State.WELL
    journal = journal_on(card)
    tickets = [journal.append([ring]) for ring in (rung(), rung(NIGHT + timedelta(days=1)))]
    journal.turn()
    assert all(ticket.wait(0) for ticket in tickets)
    journal.abandon()
    assert left_behind(card) == (rung(NIGHT + timedelta(days=1)),)


def test_as_soon_as_all_are_committed_only_the_last_of_each_schedule_is_noted(card: Disk) -> None:
    journal = lived(card)
    rings = [rung(NIGHT + timedelta(days=day), schedule) for day in range(2) for schedule in ("nightly", "weekly")]
    tickets = [journal.append([ring]) for ring in rings]
    journal.turn()
    assert LifeFile(card.life).sign == Sign(START, clock=CLOCK, rung=tuple(rings))
    card.state = State.WELL
    journal.turn()
    assert all(ticket.wait(0) for ticket in tickets)
    assert LifeFile(card.life).sign == Sign(START, clock=CLOCK, rung=tuple(rings[2:]))


def lose(card: Disk, whole: bool = True) -> None:
    """The journal is nothing but zeros, or its first page is."""
    size = card.journal.stat().st_size
    with card.journal.open("r+b") as file:
        file.write(bytes(size if whole else 4096))


@pytest.mark.parametrize("starts", [0, 2])
def test_the_last_ring_outlives_the_journal_that_has_its_record(card: Disk, starts: int) -> None:
    journal = journal_on(card)
    journal.append([rung()])
    journal.turn()
    journal.abandon()
    for _ in range(starts):
        journal = journal_on(card)
        journal.seen(START, {}, clock=CLOCK)
        journal.append([press()])
        journal.turn()
        journal.abandon()
    lose(card)
    memory = journal_on(card).remember()
    assert (memory.rung, memory.nights, memory.is_heir) == ((rung(),), frozenset(), True)
    assert journal_on(card).remember().is_heir, "at every later start, too"


def test_a_journal_that_nobody_can_read_or_set_aside_counts_as_lost(card: Disk) -> None:
    journal = journal_on(card)
    journal.append([rung()])
    journal.turn()
    assert not journal.remember().is_heir
    journal.abandon()
    lose(card)
    card.state = State.READ_ONLY
    memory = journal_on(card).remember()
    assert (memory.rung, memory.set_aside, memory.is_heir) == ((rung(),), None, True)


def test_the_nights_of_a_journal_that_was_set_aside_are_known_though_the_card_has_no_room_for_another(
    card: Disk,
) -> None:
    journal = journal_on(card)
    nights = [rung(NIGHT + timedelta(days=day)) for day in range(3)]
    journal.append([*nights, *(press(n) for n in range(3000))])
    journal.turn()
    journal.close()
    middle = card.journal.stat().st_size // 8192 * 4096
    with card.journal.open("r+b") as file:
        file.seek(middle)
        file.write(b"?" * 4096)
    card.state = State.FULL
    memory = journal_on(card).remember()
    assert memory.set_aside is not None
    assert memory.nights == {("nightly", ring.night) for ring in nights}
    assert memory.is_heir


@pytest.mark.parametrize("state", [State.FULL, State.WELL])
def test_a_gong_that_was_withdrawn_is_noted_no_more(card: Disk, state: State) -> None:
    journal = lived(card)
    journal.append([press()])
    ticket = journal.append([rung()])
    journal.turn()
    assert ticket.is_noted
    ticket.withdraw()
    card.state = state
    journal.turn()
    journal.abandon()
    assert left_behind(card) == ()


def test_a_missed_night_is_not_noted(card: Disk) -> None:
    journal = lived(card)
    missed = Record(START, Kind.NIGHT, schedule="nightly", night=NIGHT, outcome="missed", reason="late")
    ticket = journal.append([missed])
    journal.turn()
    assert not ticket.is_noted
    journal.abandon()
    assert left_behind(card) == ()


def test_a_card_that_refuses_every_write_notes_nothing_and_says_so(card: Disk) -> None:
    journal = lived(card)
    card.state = State.READ_ONLY
    ticket = journal.append([rung()])
    journal.turn()
    assert not ticket.is_noted
    assert journal.is_failing
    card.state = State.FULL
    journal.turn()
    assert ticket.is_noted


def test_a_full_card_without_a_sign_of_life_notes_nothing_until_there_is_room_for_one(card: Disk) -> None:
    journal = journal_on(card)
    card.state = State.FULL
    ticket = journal.append([rung()])
    journal.turn()
    assert not ticket.is_noted
    card.state = State.WELL
    journal.turn()
    assert ticket.wait(0)


def test_a_journal_that_cannot_even_be_opened_notes_what_rings(tmp_path: Path) -> None:
    LifeFile(tmp_path / "journal.db.life").write(Sign(START))
    (tmp_path / "journal.db").mkdir()
    with opened(tmp_path / "journal.db") as journal:
        ticket = journal.append([rung()])
        wait_for(lambda: ticket.is_noted)
    assert LifeFile(tmp_path / "journal.db.life").sign == Sign(START, rung=(rung(),))


def test_a_card_that_stays_as_it_is_is_not_written_again_and_again(card: Disk) -> None:
    journal = lived(card)
    journal.append([rung()])
    journal.turn()
    before = card.life.read_bytes()
    for _ in range(10):
        journal.turn()
    assert card.life.read_bytes() == before


def test_the_latest_rings_are_kept_where_not_all_of_them_fit(card: Disk) -> None:
    journal = lived(card)
    rings = [rung(NIGHT + timedelta(days=day)) for day in range(MOST_RUNG + 3)]
    tickets = [journal.append([ring]) for ring in rings]
    journal.turn()
    assert [ticket.is_noted for ticket in tickets] == [False] * 3 + [True] * MOST_RUNG
    journal.abandon()
    assert left_behind(card) == tuple(rings[3:])


@pytest.mark.parametrize(("length", "fit"), [(10, MOST_RUNG), (300, 4), (600, 2), (1500, 1)])
def test_a_slot_holds_as_many_rings_as_it_can_and_never_grows(tmp_path: Path, length: int, fit: int) -> None:
    rings = tuple(rung(NIGHT + timedelta(days=day), "x" * length) for day in range(MOST_RUNG))
    file = LifeFile(tmp_path / "life")
    file.write(Sign(START, {"a": 1.0}, CLOCK, rings))
    assert len(file.sign.rung) == fit
    assert LifeFile(tmp_path / "life").sign == Sign(START, {"a": 1.0}, CLOCK, rings[len(rings) - fit :])
    assert (tmp_path / "life").stat().st_size == 2 * SLOT


def test_the_last_ring_counts_more_than_what_is_told_of_the_clock(tmp_path: Path) -> None:
    file = LifeFile(tmp_path / "life")
    file.write(Sign(START, clock={"steady": "x" * 1900}, rung=(rung(),)))
    assert LifeFile(tmp_path / "life").sign == Sign(START, rung=(rung(),))
    file.write(Sign(START, clock={"steady": "x" * 3000}, rung=(rung(schedule="y" * 3000),)))
    assert LifeFile(tmp_path / "life").sign == Sign(START)


def test_a_torn_note_leaves_the_sign_before(tmp_path: Path) -> None:
    file = LifeFile(tmp_path / "life")
    file.write(Sign(START, clock=CLOCK))
    file.write(Sign(START, clock=CLOCK, rung=(rung(),)))
    whole = (tmp_path / "life").read_bytes()
    (tmp_path / "life").write_bytes(whole.replace(b"nightly", b"night??"))
    assert LifeFile(tmp_path / "life").sign == Sign(START, clock=CLOCK)


def slot(told: list[object]) -> bytes:
    """As every release writes it."""
    body = json.dumps(told).encode()
    return (b"%08x " % zlib.crc32(body) + body).ljust(SLOT - 1) + b"\n"


def test_a_sign_of_an_older_release_still_reads(tmp_path: Path) -> None:
    (tmp_path / "life").write_bytes(bytes(SLOT) + slot([1, START.isoformat(), {"a": 1.5}, CLOCK]))
    assert LifeFile(tmp_path / "life").sign == Sign(START, {"a": 1.5}, CLOCK)


def test_rings_that_this_release_cannot_read_leave_the_rest_of_the_sign(tmp_path: Path) -> None:
    rows = [["nonsense"], 7, [START.isoformat(), *(["?"] * 11)]]
    (tmp_path / "life").write_bytes(bytes(SLOT) + slot([1, START.isoformat(), {}, CLOCK | {"rung": rows}]))
    assert LifeFile(tmp_path / "life").sign == Sign(START, clock=CLOCK)


# ── On a real full disk ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=[1024, 4096])
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SmallDisk]:
    """A real ext4; its blocks smaller than a slot, or as large as the file."""
    with small_disk(tmp_path / "card", tmp_path / "card.img", request.param) as disk:
        yield disk


@AS_ROOT
def test_the_sign_of_life_has_its_room_from_the_first_and_is_overwritten_on_a_full_disk(disk: SmallDisk) -> None:
    path = disk.folder / "life"
    LifeFile(path).write(Sign(START))
    os.sync()
    assert path.stat().st_blocks * 512 >= 2 * SLOT
    disk.fill_up()
    file = LifeFile(path)
    for day in range(5):
        file.write(Sign(START + timedelta(days=day), rung=(rung(NIGHT + timedelta(days=day)),)))
        disk.lose_power()
        file = LifeFile(path)
        assert file.sign == Sign(START + timedelta(days=day), rung=(rung(NIGHT + timedelta(days=day)),))


@AS_ROOT
def test_a_sign_of_life_that_has_no_room_is_an_error_and_is_written_when_there_is_some(disk: SmallDisk) -> None:
    path = disk.folder / "life"
    disk.fill_up()
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            LifeFile(path).write(Sign(START))
    disk.ballast.unlink()
    LifeFile(path).write(Sign(START))
    assert LifeFile(path).sign == Sign(START)
    assert path.stat().st_size == 2 * SLOT


CHILD = textwrap.dedent("""
    import sys
    from pathlib import Path
    from tests.adapters.journal_desk import START, opened, press, rung, wait_for
    with opened(Path(sys.argv[1])) as journal:
        journal.seen(START, {})
        journal.append([press(-1)]).wait(20)
        wait_for(Path(f"{sys.argv[1]}.life").exists)
        print("lives", flush=True)
        sys.stdin.readline()
        ticket = journal.append([*(press(n) for n in range(200)), rung()])
        wait_for(lambda: ticket.is_noted or ticket.wait(0))
        print("noted" if ticket.is_noted else "kept", flush=True)
        sys.stdin.readline()
""")


@AS_ROOT
@pytest.mark.parametrize("disk", [4096], indirect=True)
def test_the_ring_of_a_process_that_was_killed_on_a_full_disk_outlives_the_power(disk: SmallDisk) -> None:
    path = disk.folder / "journal.db"
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "lives\n"
    disk.fill_up()
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "noted\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    disk.lose_power()
    with opened(path, boot="boot-2") as journal:
        assert journal.remember().rung == (rung(),)
        disk.ballast.unlink()
        assert journal.append([rung()]).wait(20)
