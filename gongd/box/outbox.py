"""The outbox: the journal goes out in order, one batch at a time, each until the broker has it. On the link's thread.

What the broker has is no proof that the desk has it (its store is saved now and then): the desk sees the gap and asks
again (`again`), and hears that behind what is urgent. Two deliveries make one, by (box, journal id, number).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gongd.box.wanted import TO_THE_LAST, Span, Wanted
from gongd.core.catalogue import Origin
from gongd.core.record import Kind, Record
from gongd.core.wire_event import EventBatch, event_of, pack
from gongd.ports import Journal, Recalled

AT_ONCE = 50
"""Records looked up at a time; a batch of 8 KiB holds some 30."""

GAP_S = 0.2
"""Between two batches: a week's records go out at 40 kB/s at most, and leave room for an alarm."""

LINGER_S = 2.5
"""A record waits so long for those that follow it: what an order leaves goes out as one message, behind the answers of
all boxes, for which somebody at the desk waits two seconds."""

PATIENCE_S = 10.0
"""A journal that has not answered by then is asked again."""

_NOT_BY_THE_DESK = frozenset({Origin.BUTTON.value, Origin.LOCAL.value, Origin.NEIGHBOUR.value})

Send = Callable[[EventBatch, Callable[[bool], None]], None]


def is_urgent(record: Record) -> bool:
    """Must the desk know of it now, and hears of it by this record alone? What people or neighbours have raised."""
    return record.kind is Kind.ACTIVATION and record.origin in _NOT_BY_THE_DESK


@dataclass(slots=True)
class Outbox:
    """Holds what has gone out. `call` does it on the link's thread, `send` publishes and says when it is done."""

    box: str
    journal: Journal
    call: Callable[[Callable[[], None]], None]
    send: Send
    journal_id: str | None = None
    acked: int | None = None
    last: int = 0
    _again: Wanted = field(default_factory=Wanted)
    _fresh: bool = True
    _lingers: bool = False
    _hurries: bool = False
    _goes_first: bool = False
    _has_repeated: bool = False
    _asked_at: float | None = None
    _sending: bool = False
    _free_at: float = 0.0
    _lingers_until: float = 0.0
    _now: float = 0.0

    def open(self) -> None:
        """Hear of every commit from now on."""
        self.journal.watch(lambda records: self.call(lambda: self._written(records)))

    def again(self, first: int, last: int | None, journal_id: str | None) -> None:
        """The desk asks for these once more."""
        if journal_id in (None, self.journal_id):
            self._again = self._again.ask(first, last)

    def lost(self) -> None:
        """The connection is gone, and what was under way with it."""
        self._sending = False
        self._fresh = True

    def step(self, now: float) -> float:
        """Ask for what is to go out next, if anything; how soon to look again."""
        self._now = now
        if self._hurries or self._lingers:
            self._lingers_until = now if self._hurries else now + LINGER_S
            self._hurries = self._lingers = False
        if self._asked_at is not None and now - self._asked_at >= PATIENCE_S:
            self._asked_at, self._fresh = None, True
        if self._sending or self._asked_at is not None:
            return 1.0
        next_at = max(self._free_at, self._lingers_until)
        if now < next_at:
            return next_at - now
        if self._again.spans or self._fresh:
            self._ask()
        return 1.0

    def _written(self, records: Sequence[Record]) -> None:
        if any(map(is_urgent, records)):
            self._hurries = self._goes_first = True
        self._lingers = self._lingers or not self._fresh
        self._fresh = True

    def _ask(self) -> None:
        self._asked_at = self._now
        is_fresh_due = self._goes_first or (self._fresh and self._has_repeated)  # else they take turns
        again = self._again.next() if self.acked is not None and not is_fresh_due else None
        self._has_repeated = again is not None
        first = again[0] if again else (self.acked or 0) + 1
        most = 0 if self.acked is None else AT_ONCE
        self._fresh = self._fresh and again is not None
        self.journal.recall(first, most, lambda found: self.call(lambda: self._found(found, again)))

    def _found(self, found: Recalled, again: Span | None) -> None:
        self._asked_at, self.last = None, found.last
        if found.journal_id != self.journal_id or self.acked is None:
            self.journal_id, self.acked, self._fresh = found.journal_id, min(found.published, found.last), True
            self._again = Wanted()
            return
        if self._sending:
            return
        last = again[1] if again else TO_THE_LAST
        events = (event_of(number, record) for number, record in found.records if number <= last)
        batch = next(pack(self.box, found.journal_id, events), None)
        if batch is not None:
            self._sending = True
            self.send(batch, lambda sent: self._settled(batch, again, sent))
        elif again is not None:
            self._again = self._again.without(*again)
        else:
            self._goes_first = self._fresh

    def _settled(self, batch: EventBatch, again: Span | None, sent: bool) -> None:
        self._sending, self._free_at = False, self._now + GAP_S
        if not sent:
            self._fresh = True
        elif again is not None:
            self._again = self._again.without(again[0], batch.last)
        elif batch.journal == self.journal_id and batch.last > (self.acked or 0):
            self.acked, self._fresh = batch.last, self._fresh or batch.last < self.last
            self._goes_first = self._goes_first and self._fresh
            self.journal.published(batch.last)
