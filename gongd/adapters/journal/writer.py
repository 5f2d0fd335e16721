"""The journal's thread: the only one that touches the file. The port `Journal`."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from gongd.adapters.journal.book import UNFIT, Book, RefusedError, set_aside
from gongd.adapters.journal.life import Sign
from gongd.adapters.journal.means import MACHINE, Means
from gongd.adapters.journal.queue import Pledge, Queue
from gongd.adapters.journal.recollection import Carried, Recollection, salvage
from gongd.adapters.journal.trouble import CORRUPT, is_busy, name_trouble
from gongd.adapters.journal.vigil import Vigil
from gongd.core.activation import Outcome
from gongd.core.errors import JournalError
from gongd.core.record import ADOPTED, RETIRED, RUNG, Kind, Record
from gongd.core.words import Text
from gongd.one_core import stay_together
from gongd.ports import JournalFailed, JournalRefused, JournalWell, Memory, Post, Recall

KEEP_DAYS = 400
_GROUP = 500
_RETRY_S = 0.5
_BUSY_PATIENCE_S = 15.0
_PATIENCE_S = 20.0
"""So long may one write take before `alive` says no: several times the worst stall of a card that still works."""
_OPEN_PATIENCE_S = 15.0
_CLOSE_PATIENCE_S = 10.0
_TIDY_EVERY_S = 86400.0

_TWICE = Text(
    vi="Đêm {night} của lịch {schedule} đã có trong nhật ký; không ghi lần thứ hai",
    en="The night {night} of {schedule} has its record; a second one was refused",
)
_UNFIT = Text(vi="Có mục không ghi được vào nhật ký: {why}", en="A record cannot be stored in the journal: {why}")
_SLOW = Text(vi="Thẻ nhớ quá chậm, chưa mở được nhật ký", en="The disk is too slow, the journal is not open yet")

log = logging.getLogger("gongd")


class SqliteJournal:
    """Appends are queued and committed in groups by its own thread; a failing disk keeps them waiting, in order.

    `post` is told JournalFailed, JournalWell and JournalRefused. `boot` is the identity of this boot. Unless
    `threaded`, whoever drives the clock calls `turn`.
    """

    def __init__(
        self,
        path: Path,
        post: Post,
        boot: str,
        keep_days: int = KEEP_DAYS,
        means: Means = MACHINE,
        threaded: bool = True,
    ) -> None:
        if keep_days < KEEP_DAYS:
            raise JournalError(
                Text(vi=f"Nhật ký phải giữ ít nhất {KEEP_DAYS} ngày", en=f"The journal keeps at least {KEEP_DAYS} days")
            )
        self._path, self._post, self._boot, self._keep_days = path, post, boot, keep_days
        self._means = means
        self._queue = Queue()
        self._book: Book | None = None
        self._vigil = Vigil(means.life(Path(f"{path}.life")), self._queue, means.mono)
        self._carried = Carried()
        self._salvaged = Recollection()
        self._set_aside: Path | None = None
        self._memory: Memory | None = None
        self._opened = threading.Event()
        self._fault: str | None = None
        self._busy_since: float | None = None
        self._stuck_since: float | None = None
        self._tidied_at = float("-inf")
        self._told: Callable[[Sequence[Record]], None] = _nobody
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True) if threaded else None
        if self._thread:
            self._thread.start()

    # ── The door: called from any thread, never waits for the disk (except `remember` and `close`) ───────────────

    def remember(self) -> Memory:
        """What the file says at start. A file that cannot be opened in 15 s is posted, and remembers nothing."""
        if self._thread is None:
            self.turn()
        if not self._opened.wait(_OPEN_PATIENCE_S) or self._memory is None:
            self._post(JournalFailed("disk-read-only", _SLOW))
            return self._as_memory(Recollection())
        return self._memory

    def append(self, records: Sequence[Record]) -> Pledge:
        """Queue records to be committed together."""
        return self._queue.put(records)

    def seen(
        self,
        at: datetime,
        sounding: Mapping[str, float],
        trusted: bool = True,
        clock: Mapping[str, object] | None = None,
    ) -> None:
        """A sign of life: on disk every second while something sounds, else every three minutes."""
        before = self._vigil.sign
        self._queue.put_sign(
            Sign(at if trusted else before.at, dict(sounding), dict(before.clock if clock is None else clock))
        )

    def alive(self) -> bool:
        """Is the thread there, and has no single write taken longer than 20 s?"""
        since = self._busy_since
        lives = self._thread is None or self._thread.is_alive()
        return lives and (since is None or self._means.mono() - since < _PATIENCE_S)

    def recall(self, first: int, most: int, answer: Recall) -> None:
        """Read records back, on the thread that writes."""
        self._queue.ask(lambda: answer(self._book.recall(first, most)) if self._book else None)

    def published(self, number: int) -> None:
        """Remembered with the next commit."""
        self._queue.ask(lambda: self._note_published(number))

    def watch(self, told: Callable[[Sequence[Record]], None]) -> None:
        """Hear of every commit, and of what is durable by it."""
        self._told = told

    def close(self) -> None:
        """Write what is queued, then close; at most 10 s."""
        self._queue.close()
        if self._thread:
            self._thread.join(_CLOSE_PATIENCE_S)
        else:
            self._end()

    @property
    def is_failing(self) -> bool:
        """Does what waits wait for a disk that refuses it?"""
        return self._stuck_since is not None

    def abandon(self) -> None:
        """As if the process had died: what waits is never written. Only without a thread."""
        self._queue.give_up()
        self._close_book()

    # ── The thread ───────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        stay_together()
        while not self._queue.closing:
            self.turn()
            failing = self._stuck_since is not None
            self._queue.wait(_RETRY_S if failing else _TIDY_EVERY_S, for_work=not failing)
        self._end()

    def _end(self) -> None:
        self.turn()
        self._queue.give_up()
        self._close_book()

    def turn(self) -> None:
        """Do all there is to do. Whatever fails is told and tried again at the next turn."""
        self._busy_since = self._means.mono()
        try:
            self._work()
        except Exception as error:  # noqa: BLE001  the outermost loop of this thread: told, and it goes on
            self._note_rings()
            self._cope(error)
        self._busy_since = None

    def _work(self) -> None:
        book = self._book or self._open()
        is_quiet = self._queue.is_quiet
        while pledges := self._queue.waiting(_GROUP):
            self._busy_since = self._means.mono()
            if self._queue.lost or any(pledge.records for pledge in pledges):
                self._commit(book, pledges)
                self._told([record for pledge in pledges if pledge.kept for record in pledge.records])
            else:
                self._settle_empty(pledges)
        while question := self._queue.next_question():
            question()
        self._vigil.keep(self._carried.nights)
        book.fold(is_quiet)
        self._well()
        if self._means.mono() - self._tidied_at >= _TIDY_EVERY_S:
            self._tidied_at = self._means.mono()
            book.check()
            book.prune(self._keep_days)

    def _note_rings(self) -> None:
        """A card that takes no commit may still let a few bytes be overwritten: what rings must not ring again."""
        with suppress(OSError, TypeError, ValueError):
            self._vigil.keep(self._carried.nights)

    def _open(self) -> Book:
        try:
            book, found = self._read()
        except sqlite3.Error as error:
            if name_trouble(error).fault != CORRUPT:
                raise
            self._replace(error)
            book, found = self._read()
        self._book = book
        self._carried = found.carried
        self._remember(found)
        return book

    def _read(self) -> tuple[Book, Recollection]:
        book = Book(self._path, self._boot, self._carried, self._means)
        try:
            return book, book.recollect(self._vigil.sign.sounding)
        except sqlite3.Error:
            book.close()
            raise

    def _commit(self, book: Book, pledges: Sequence[Pledge]) -> None:
        lost = self._queue.lost
        told = [self._lost_record(lost)] if lost else []
        answers = book.write(chain((pledge.take() for pledge in pledges), [told]))
        self._queue.done(len(pledges))
        self._queue.forget_lost(lost)
        for pledge, refused in zip(pledges, answers, strict=False):
            is_kept = refused is None and pledge.taken
            if refused is not None:
                self._tell_refused(refused)
            pledge.settle(is_kept)
            if is_kept:
                self._carry(pledge.records)

    def _settle_empty(self, pledges: Sequence[Pledge]) -> None:
        """They bring nothing, and ask only whether all that was appended before them is on disk: it is."""
        self._queue.done(len(pledges))
        for pledge in pledges:
            pledge.settle(kept=True)

    def _note_published(self, number: int) -> None:
        if self._book is not None:
            self._book.published = number

    def _lost_record(self, lost: int) -> Record:
        return Record(
            self._means.wall(), Kind.FAULT, outcome=Outcome.REFUSED, reason="records-lost", detail={"count": lost}
        )

    def _tell_refused(self, refused: RefusedError) -> None:
        record = refused.record
        about: dict[str, object] = {"why": str(refused), "kind": str(record.kind), "schedule": record.schedule}
        reason = UNFIT
        if refused.second_night:
            text = _TWICE.fill(night=record.night, schedule=record.schedule)
            self._post(JournalRefused(text, record.schedule, record.night))
            about["night"], reason = str(record.night), "night-twice"
        else:
            self._post(JournalRefused(_UNFIT.fill(why=refused)))
        self._queue.put([Record(self._means.wall(), Kind.FAULT, outcome=Outcome.REFUSED, reason=reason, detail=about)])

    def _carry(self, records: Sequence[Record]) -> None:
        """Remember the nights in memory too: a journal that is set aside must not take them along."""
        nights, first = self._carried.nights, dict(self._carried.first_nights)
        for record in records:
            match record:
                case Record(kind=Kind.NIGHT, schedule=str(schedule), night=date() as night, outcome=outcome):
                    nights |= {(schedule, night)}
                    if outcome == RUNG:
                        self._vigil.rang(record)
                case Record(kind=Kind.SETTINGS, schedule=str(schedule), outcome=outcome) if outcome == ADOPTED:
                    first[schedule] = date.fromisoformat(str(record.detail["first"]))
                case Record(kind=Kind.SETTINGS, schedule=str(schedule), outcome=outcome) if outcome == RETIRED:
                    first.pop(schedule, None)
        self._carried = Carried(nights, first)

    # ── Trouble ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _cope(self, error: Exception) -> None:
        """Nothing ends this thread: without it the watchdog would end the daemon, again and again."""
        try:
            self._failed(error)
        except Exception:
            log.exception("journal")

    def _failed(self, error: Exception) -> None:
        now = self._means.mono()
        self._stuck_since = since = self._stuck_since or now  # first: whoever is not stuck is tried again at once
        trouble = name_trouble(error)
        if trouble.fault == CORRUPT:
            self._replace_quietly(error)
            return
        if self._memory is None:
            self._remember_unopened()
        if is_busy(error) and now - since < _BUSY_PATIENCE_S:
            return
        if self._fault != trouble.fault:
            self._fault = trouble.fault
            self._post(JournalFailed(trouble.fault, trouble.text))

    def _well(self) -> None:
        self._stuck_since = None
        if self._fault is not None:
            self._fault = None
            self._post(JournalWell())

    def _replace_quietly(self, error: Exception) -> None:
        try:
            self._replace(error)
        except OSError as worse:
            self._failed(worse)

    def _replace(self, error: Exception) -> None:
        """Set the corrupt file aside; the next `_open` begins a new journal that knows the nights of the old one."""
        self._close_book()
        aside = set_aside(self._path, self._means.wall())
        if self._memory is None:
            self._set_aside = aside
            self._salvaged = salvage(aside, self._boot, self._vigil.sign.sounding)
            self._carried = self._salvaged.carried
        self._carried = replace(self._carried, is_heir=True)
        trouble = name_trouble(error)
        self._fault = trouble.fault  # until the new one works
        self._post(JournalFailed(trouble.fault, trouble.text))

    def _close_book(self) -> None:
        if self._book is not None:
            with suppress(sqlite3.Error):
                self._book.close()
            self._book = None

    # ── Remembering ──────────────────────────────────────────────────────────────────────────────────────────────

    def _remember(self, found: Recollection) -> None:
        """Told once, at the first opening: later ones change nothing that the box does not know better."""
        if self._memory is not None:
            return
        self._memory = self._as_memory(found)
        self._opened.set()

    def _remember_unopened(self) -> None:
        """The file cannot be written: what can be read of it, or of the one that was set aside for it, still keeps a
        night from ringing twice."""
        found = replace(self._salvaged, carried=self._carried)
        if self._set_aside is None:
            found = salvage(self._path, self._boot, self._vigil.sign.sounding)
        self._carried = found.carried
        self._remember(found if found.journal_id else replace(found, is_heir=True))

    def _as_memory(self, found: Recollection) -> Memory:
        sign, salvaged = self._vigil.sign, self._salvaged
        return Memory(
            journal_id=found.journal_id,
            nights=found.carried.nights,
            unfinished=found.unfinished or salvaged.unfinished,
            first_days=found.carried.first_nights,
            last_seen_at=sign.at,
            open_faults=found.open_faults,
            set_aside=self._set_aside,
            outages=found.outages or salvaged.outages,
            muted=found.muted or salvaged.muted,
            is_heir=found.is_heir,
            clock=sign.clock,
            rung=self._vigil.owed,
        )


def _nobody(_records: Sequence[Record]) -> None:
    """Nobody wants to hear of commits."""
