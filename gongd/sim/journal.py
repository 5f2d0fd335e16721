"""The journal of a simulated box: the product's own, without its thread, on a simulated card."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from gongd.adapters.journal.means import Means
from gongd.adapters.journal.writer import SqliteJournal
from gongd.core.record import RUNG, Record
from gongd.ports import Post, Recall, Ticket
from gongd.sim.box_clock import BoxClock
from gongd.sim.chance import Chance
from gongd.sim.disk import Disk, Life

RETRY_S = 30.0
"""A card that will not is asked again so often: a faster beat changes nothing that can be seen."""
NOTE_S = 0.5
"""But so soon where a gong waits, or waits no more: the product's own beat."""

Appended = Callable[[Sequence[Record], "DrivenTicket"], None]


class DrivenTicket:
    """The port `Ticket`: waiting for it is the journal's turn to work."""

    def __init__(self, journal: "DrivenJournal", pledge: Ticket) -> None:
        self._journal, self._pledge = journal, pledge

    def wait(self, timeout_s: float) -> bool:
        """Durable by now? A card that stalls outlasts every patience."""
        if not self._pledge.wait(0.0):
            self._journal.work()
        return self._pledge.wait(0.0)

    @property
    def is_kept(self) -> bool:
        """Has the card taken it?"""
        return self._pledge.wait(0.0)

    @property
    def is_noted(self) -> bool:
        """Will a start know of it all the same?"""
        return self._pledge.is_noted

    def withdraw(self) -> None:
        """Not wanted any more."""
        self._pledge.withdraw()
        self._journal.hurry()


class DrivenJournal:
    """The port `Journal`. `appended` hears of what is appended, with its ticket."""

    def __init__(self, disk: Disk, inner: SqliteJournal, mono: Callable[[], float], appended: Appended) -> None:
        self._disk, self._inner, self._mono, self._appended = disk, inner, mono, appended
        self._asked_at = float("-inf")
        self._has_work = True
        self.remember = inner.remember
        self.published = inner.published
        self.watch = inner.watch
        self.abandon = inner.abandon

    def append(self, records: Sequence[Record]) -> Ticket:
        """Queue them; their ticket drives."""
        self._has_work = True
        ticket = DrivenTicket(self, self._inner.append(records))
        if records:
            self._appended(records, ticket)
        if any(record.outcome == RUNG for record in records):
            self.hurry()
        return ticket

    def seen(
        self,
        at: datetime,
        sounding: Mapping[str, float],
        trusted: bool = True,
        clock: Mapping[str, object] | None = None,
    ) -> None:
        """A sign of life."""
        self._has_work = True
        self._inner.seen(at, sounding, trusted, clock)

    def recall(self, first: int, most: int, answer: Recall) -> None:
        """Read records back at the next turn."""
        self._has_work = True
        self._inner.recall(first, most, answer)

    def alive(self) -> bool:
        """A card that stalls for long is no life."""
        return self._inner.alive()

    def close(self) -> None:
        """Write what is queued, then close."""
        self._inner.close()

    def work(self) -> None:
        """Do what waits, unless the card stalls or has just refused."""
        failing = self._inner.is_failing
        if not self._has_work or self._disk.stalled or (failing and self._mono() - self._asked_at < RETRY_S):
            return
        self._inner.turn()
        if self._inner.is_failing:
            self._asked_at = self._mono()
        else:
            self._has_work = False

    def hurry(self) -> None:
        """There is something to be noted: the card is asked soon."""
        self._has_work = True
        self._asked_at = min(self._asked_at, self._mono() + NOTE_S - RETRY_S)

    def try_again(self) -> None:
        """The card has changed: ask it now."""
        self._asked_at = float("-inf")


def open_journal(
    disk: Disk, post: Post, boot: str, chance: Chance, clock: BoxClock, appended: Appended
) -> DrivenJournal:
    """The journal of one start of the daemon."""
    means = Means(
        connect=disk.connect,
        life=lambda path: Life(disk, path),
        new_id=lambda: _uuid(chance),
        wall=lambda: clock.wall.astimezone(UTC),
        mono=lambda: clock.mono,
    )
    inner = SqliteJournal(disk.journal, post, boot, means=means, threaded=False)
    return DrivenJournal(disk, inner, lambda: clock.mono, appended)


def _uuid(chance: Chance) -> str:
    digits = chance.token(32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
