"""The journal on a good disk: order, numbers, one record a night, and what it remembers."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from gongd.adapters.journal import SqliteJournal, read
from gongd.adapters.journal.book import KEEP_RECORDS, Book
from gongd.adapters.journal.life import SLOT
from gongd.adapters.journal.recollection import Carried
from gongd.core.adoption import Adopt, Retire
from gongd.core.errors import JournalError
from gongd.core.night import Outage
from gongd.core.night_record import record_of
from gongd.core.record import CLEARED, Kind, Record
from gongd.core.schedule import Reason
from gongd.ports import JournalRefused
from tests.adapters.journal_desk import BOOT, NIGHT, START, activation, counts, numbers, opened, press, rung, wait_for
from tests.core.night_world import World

MOMENT = World(START).moment


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_what_is_appended_is_numbered_without_gaps_in_order(path: Path) -> None:
    with opened(path) as journal:
        tickets = [journal.append([press(2 * n), press(2 * n + 1)]) for n in range(50)]
        assert all(ticket.wait(10) for ticket in tickets)
        assert numbers(path) == list(range(1, 101))
        assert counts(path) == list(range(100))


def test_who_only_asks_whether_all_is_on_disk_causes_no_commit(path: Path) -> None:
    commits: list[tuple[int, int]] = []
    with opened(path) as journal:
        journal.watch(lambda records: commits.append((len(records), len(numbers(path)))))
        journal.append([press(0)])
        assert all(journal.append(()).wait(10) for _ in range(20))
        assert journal.append([press(1)]).wait(10)
        assert journal.append(()).wait(10)
    assert commits == [(1, 1), (1, 2)]


def test_numbers_go_on_after_a_restart_under_the_same_journal_id(path: Path) -> None:
    with opened(path) as journal:
        journal.append([press(0)])
        first_id = journal.remember().journal_id
    with opened(path) as journal:
        journal.append([press(1)])
        assert journal.remember().journal_id == first_id
    assert numbers(path) == [1, 2]


def test_closing_writes_what_is_queued(path: Path) -> None:
    with opened(path) as journal:
        ticket = journal.append([press(n) for n in range(300)])
    assert ticket.wait(0)
    assert len(numbers(path)) == 300


def test_what_comes_after_closing_is_not_promised(path: Path) -> None:
    with opened(path) as journal:
        pass
    assert not journal.append([press()]).wait(0)
    assert not journal.alive()


def test_a_night_cannot_have_two_records_and_the_attempt_is_loud(path: Path) -> None:
    inbox: list[object] = []
    with opened(path, inbox) as journal:
        assert journal.append([rung()]).wait(10)
        assert not journal.append([rung(), activation("a", "started")]).wait(10)
        assert journal.append([press()]).wait(10)
        [refused] = wait_for(lambda: [each for each in inbox if isinstance(each, JournalRefused)])
        assert (refused.schedule, refused.night) == ("nightly", NIGHT)
        assert journal.alive()
    rows = list(read(path))
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert sorted(row["reason"] or row["outcome"] for row in rows) == ["fire", "night-twice", "rung"]
    with opened(path) as journal:
        assert journal.remember().open_faults == ()


def test_a_record_that_cannot_be_stored_harms_no_other(path: Path) -> None:
    inbox: list[object] = []
    with opened(path, inbox) as journal:
        assert not journal.append([replace(press(), reason="\ud800")]).wait(10)
        assert journal.append([press()]).wait(10)
        wait_for(lambda: [each for each in inbox if isinstance(each, JournalRefused)])


def test_the_nights_and_first_days_are_remembered(path: Path) -> None:
    told = (Adopt("nightly", NIGHT), Adopt("sang@05:00", date(2026, 12, 1)), Retire("sang@05:00"))
    with opened(path) as journal:
        journal.append([rung(), rung(schedule="x"), rung(NIGHT + timedelta(days=1))])
        journal.append([record for each in told if (record := record_of(each, MOMENT))])
    with opened(path) as journal:
        memory = journal.remember()
    assert memory.nights == {("nightly", NIGHT), ("x", NIGHT), ("nightly", NIGHT + timedelta(days=1))}
    assert memory.first_days == {"nightly": NIGHT}


def test_outages_are_remembered(path: Path) -> None:
    outage = Outage(START - timedelta(hours=5), START)
    with opened(path) as journal:
        record = record_of(outage, MOMENT)
        assert record is not None
        journal.append([record])
    with opened(path) as journal:
        assert journal.remember().outages == ((outage.since, outage.until),)


def test_an_alarm_cut_off_is_remembered_with_how_long_it_had_sounded(path: Path) -> None:
    with opened(path) as journal:
        journal.append([activation("a", "started"), activation("b", "started"), activation("b", "finished")])
        journal.seen(START, {"a": 12.5})
        wait_for(lambda: Path(f"{path}.life").exists())
    for boot, same in ((BOOT, True), ("boot-2", False)):
        with opened(path, boot=boot) as journal:
            [cut_off] = journal.remember().unfinished
            assert (cut_off.record.activation, cut_off.sounded_s, cut_off.attempts) == ("a", 12.5, 0)
            assert cut_off.same_boot is same


def test_each_later_run_that_begins_it_again_is_an_attempt(path: Path) -> None:
    with opened(path) as journal:
        journal.append([activation("a", "waiting")])
        journal.append([activation("a", "started")])
        journal.append([activation("a", "preempted", then="resume")])
        journal.append([activation("a", "resumed")])
    for attempts in range(3):
        with opened(path) as journal:
            [cut_off] = journal.remember().unfinished
            assert cut_off.attempts == attempts
            journal.append([activation("a", "resumed")])
            journal.append([activation("a", "resumed")])
    with opened(path) as journal:
        journal.append([activation("a", "failed")])
    with opened(path) as journal:
        assert journal.remember().unfinished == ()


def test_faults_that_stand_are_remembered_until_they_are_cleared(path: Path) -> None:
    def fault(name: str, subject: str | None, outcome: str) -> Record:
        return Record(START, Kind.FAULT, reason=name, outcome=outcome, detail={"subject": subject})

    with opened(path) as journal:
        journal.append([fault("button-stuck", "fire", "raised"), fault("button-stuck", "flood", "raised")])
        journal.append([fault("too-hot", None, "raised"), fault("button-stuck", "fire", CLEARED)])
    with opened(path) as journal:
        standing = [(each.reason, each.detail["subject"]) for each in journal.remember().open_faults]
    assert standing == [("button-stuck", "flood"), ("too-hot", None)]


def test_the_sign_of_life_survives_with_the_clock_that_it_saw(path: Path) -> None:
    with opened(path) as journal:
        assert journal.remember().last_seen_at is None
        journal.seen(START, {}, clock={"boot": "b", "source": "kernel"})
    with opened(path) as journal:
        journal.seen(START + timedelta(days=900), {}, trusted=False)
    with opened(path) as journal:
        memory = journal.remember()
    assert memory.last_seen_at == START
    assert memory.clock == {"boot": "b", "source": "kernel"}


def test_a_torn_sign_of_life_leaves_the_one_before(path: Path) -> None:
    for minute in range(2):
        with opened(path) as journal:
            journal.seen(START + timedelta(minutes=minute), {})
    life = Path(f"{path}.life")
    assert life.stat().st_size == 2 * SLOT
    whole = life.read_bytes()
    newest = whole.index((START + timedelta(minutes=1)).isoformat().encode())
    life.write_bytes(whole[:newest] + b"#" + whole[newest + 1 :])
    with opened(path) as journal:
        assert journal.remember().last_seen_at == START


def test_a_record_comes_back_as_it_went_in(path: Path) -> None:
    went_in = Record(
        at=datetime(2026, 11, 21, 22, 0, 0, 123456, tzinfo=UTC),
        kind=Kind.NIGHT,
        signal="peace",
        schedule="nightly",
        night=NIGHT,
        activation="a",
        origin="schedule",
        status="actual",
        outcome="missed",
        reason=Reason.NO_POWER,
        detail={"Thôn": "Nguyệt Ấn", "n": 1.5, "list": [1, None]},
        trusted=True,
    )
    with opened(path) as journal:
        journal.append([went_in])
    [row] = read(path)
    assert row == {
        "number": 1,
        "at": "2026-11-21T22:00:00.123456+00:00",
        "kind": "night",
        "signal": "peace",
        "schedule": "nightly",
        "night": "2026-11-21",
        "activation": "a",
        "origin": "schedule",
        "status": "actual",
        "outcome": "missed",
        "reason": "no-power",
        "detail": {"Thôn": "Nguyệt Ấn", "n": 1.5, "list": [1, None]},
    }


def test_less_than_four_hundred_days_cannot_be_kept(path: Path) -> None:
    inbox: list[object] = []
    with pytest.raises(JournalError):
        SqliteJournal(path, inbox.append, BOOT, keep_days=399)


def test_pruning_takes_the_oldest_only_and_never_by_the_word_of_an_untrusted_clock(path: Path) -> None:
    book = Book(path, BOOT, Carried())
    extra = 30
    old = [replace(press(n), at=START - timedelta(days=900)) for n in range(KEEP_RECORDS + extra)]
    book.write([old])
    book.write([[replace(press(), at=START + timedelta(days=5000), trusted=False)]])
    assert book.prune(400) == 0
    book.write([[press()]])
    assert book.prune(400) == extra + 2
    book.close()
    left = numbers(path)
    assert left == list(range(extra + 3, extra + 3 + KEEP_RECORDS))
