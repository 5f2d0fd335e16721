"""A long life of a real journal: appended, committed, cut off, torn, reopened; on a real disk with a real SQLite.

What was promised is there after any power cut; what was not may be lost, but only from its end, and whole batches of
it. Numbers have no gaps, records stand as they were given, and what the broker has is never more than there is.
"""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gongd.adapters.journal import SqliteJournal
from gongd.core.record import Kind, Record
from gongd.ports import Recalled
from tests.adapters.journal_desk import counts, numbers, press

DISK = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
MANY = 10_000


class Life(RuleBasedStateMachine):
    """`promised` were durable, `hoped` wait; the card's folder holds both. Each batch is committed whole or not."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(dir=DISK))
        self.cards = 0
        self.given = 0
        self.published = 0
        self.promised: list[int] = []
        self.hoped: list[list[int]] = []
        self.wal_bytes = 0
        self.trouble: list[object] = []
        self.insert(self.home / "card-0")

    # ── The daemon ───────────────────────────────────────────────────────────────────────────────────────────────

    def insert(self, card: Path) -> None:
        """The box starts with this card."""
        card.mkdir(exist_ok=True)
        self.path = card / "journal.db"
        self.journal = SqliteJournal(self.path, self.trouble.append, "boot-1", threaded=False)
        self.journal.remember()
        self.keep()

    def keep(self) -> None:
        """Everything that was given is on the card now."""
        self.journal.turn()
        self.promised += [count for batch in self.hoped for count in batch]
        self.hoped = []
        self.wal_bytes = self.wal.stat().st_size if self.wal.exists() else 0

    @property
    def wal(self) -> Path:
        """SQLite's write-ahead log."""
        return Path(f"{self.path}-wal")

    def recalled(self) -> Recalled:
        """What the journal itself says."""
        heard: list[Recalled] = []
        self.journal.recall(1, MANY, heard.append)
        self.journal.turn()
        return heard[0]

    # ── What happens ─────────────────────────────────────────────────────────────────────────────────────────────

    @rule(batches=st.lists(st.integers(1, 4), min_size=1, max_size=3))
    def records_are_given(self, batches: list[int]) -> None:
        for size in batches:
            batch = list(range(self.given, self.given + size))
            self.given += size
            self.journal.append([press(count) for count in batch])
            self.hoped.append(batch)

    @rule()
    def they_are_committed(self) -> None:
        ticket = self.journal.append([])
        self.keep()
        assert ticket.wait(0.0)

    @rule()
    def a_batch_is_withdrawn_in_time(self) -> None:
        ticket = self.journal.append([press(-1)])
        ticket.withdraw()
        self.keep()

    @rule(share=st.floats(0, 1))
    def the_broker_has_some(self, share: float) -> None:
        self.keep()
        self.published = max(self.published, int(share * len(self.promised)))
        self.journal.published(self.published)
        self.records_are_given([1])
        self.keep()

    @rule()
    def the_daemon_ends_and_starts(self) -> None:
        self.promised += [count for batch in self.hoped for count in batch]
        self.hoped = []
        self.journal.close()
        self.insert(self.path.parent)

    @rule()
    def the_daemon_is_killed(self) -> None:
        """What waited in its memory is lost."""
        self.hoped = []
        self.journal.abandon()
        self.insert(self.path.parent)

    @rule(share=st.floats(0, 1), rubbish=st.binary(max_size=5000))
    def the_power_fails_while_it_writes(self, share: float, rubbish: bytes) -> None:
        """The card holds all that was promised, a part of what came after, and then what a torn write leaves."""
        before, hoped = self.wal_bytes, self.hoped
        self.journal.turn()
        self.cards += 1
        card = self.home / f"card-{self.cards}"
        shutil.copytree(self.path.parent, card, ignore=shutil.ignore_patterns("*-shm"))
        self.journal.abandon()
        wal = card / self.wal.name
        if wal.exists() and wal.stat().st_size >= before:
            data = wal.read_bytes()
            end = before + int(share * (len(data) - before))
            wal.write_bytes(data[:end] + rubbish)
        self.hoped = []
        self.insert(card)
        self.expect_a_whole_part_of(hoped)

    def expect_a_whole_part_of(self, hoped: list[list[int]]) -> None:
        """Batches that were hoped for came through from the first on, each whole."""
        there = counts(self.path)
        assert there[: len(self.promised)] == self.promised
        extra = there[len(self.promised) :]
        while extra:
            batch = hoped.pop(0)
            assert extra[: len(batch)] == batch
            extra = extra[len(batch) :]
        self.promised = there

    # ── What must hold ───────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def what_was_promised_is_there_in_order_and_without_gaps(self) -> None:
        assert counts(self.path)[: len(self.promised)] == self.promised
        assert numbers(self.path) == list(range(1, len(numbers(self.path)) + 1))
        assert self.trouble == []

    @invariant()
    def the_journal_tells_what_the_file_holds(self) -> None:
        if self.hoped:
            return
        found = self.recalled()
        assert [number for number, _ in found.records] == numbers(self.path)
        assert [record.detail["count"] for _, record in found.records if _is_press(record)] == self.promised
        assert found.last == len(found.records)
        assert found.published <= found.last

    def teardown(self) -> None:
        self.journal.abandon()
        shutil.rmtree(self.home)


def _is_press(record: Record) -> bool:
    return record.kind is Kind.BUTTON


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
