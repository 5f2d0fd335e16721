"""When records go out: what an alarm leaves as one message, what waits from before as fast as is allowed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from gongd.box.outbox import GAP_S, LINGER_S, PATIENCE_S, Outbox
from gongd.box.wanted import MOST_SPANS
from gongd.core.catalogue import Origin
from gongd.core.record import Kind, Record
from gongd.core.wire_event import EventBatch
from gongd.ports import Recall, Recalled

AT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


@dataclass
class Shelf:
    """A journal that answers at once."""

    count: int = 0
    broker_has: int = 0
    asked: int = 0
    is_dumb: bool = False
    told: Callable[[Sequence[Record]], None] = field(default=lambda _records: None)

    def watch(self, told: Callable[[Sequence[Record]], None]) -> None:
        self.told = told

    def recall(self, first: int, most: int, answer: Recall) -> None:
        self.asked += 1
        if self.is_dumb:
            return
        numbers = range(first, min(self.count, first + most - 1) + 1)
        records = tuple((number, Record(AT, Kind.BUTTON, detail={"n": number})) for number in numbers)
        answer(Recalled("a", self.count, self.broker_has, records))

    def published(self, number: int) -> None:
        self.broker_has = number

    def write(self, count: int = 1, kind: Kind = Kind.COMMAND, origin: Origin = Origin.COMMAND) -> None:
        """So many records more, in one commit."""
        self.count += count
        self.told([Record(AT, kind, origin=origin)] * count)


@dataclass
class Post:
    """What has gone out; each is taken by the broker at once."""

    out: list[tuple[float, tuple[int, int]]] = field(default_factory=list)
    now: float = 0.0

    def send(self, batch: EventBatch, settled: Callable[[bool], None]) -> None:
        self.out.append((self.now, (batch.first, batch.last)))
        settled(True)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def run(outbox: Outbox, post: Post, until: float) -> None:
    """The link's thread comes round as it is asked to."""
    while post.now < until:
        post.now = min(until, post.now + max(0.001, min(0.05, outbox.step(post.now))))


def opened(shelf: Shelf, post: Post) -> Outbox:
    outbox = Outbox("thon-3", shelf, lambda job: job(), post.send)  # type: ignore[arg-type]
    outbox.open()
    run(outbox, post, 2.0)
    return outbox


def test_what_follows_within_a_moment_goes_out_as_one_message(shelf: Shelf) -> None:
    post = Post()
    outbox = opened(shelf, post)
    shelf.write(2)
    run(outbox, post, 2.4)
    shelf.write(1)
    run(outbox, post, 10.0)
    ((at, span),) = post.out
    assert span == (1, 3)
    assert 2.0 + LINGER_S <= at < 2.0 + LINGER_S + 0.2


@pytest.mark.parametrize("origin", [Origin.BUTTON, Origin.LOCAL, Origin.NEIGHBOUR])
def test_what_people_or_neighbours_have_raised_goes_out_at_once_and_takes_along_what_waits(
    shelf: Shelf, origin: Origin
) -> None:
    post = Post()
    outbox = opened(shelf, post)
    shelf.write(2)
    run(outbox, post, 2.4)
    shelf.write(1, Kind.ACTIVATION, origin)
    run(outbox, post, 10.0)
    ((at, span),) = post.out
    assert span == (1, 3)
    assert 2.4 <= at < 2.5


def test_what_people_at_the_box_raise_while_a_batch_is_under_way_follows_it_at_once(shelf: Shelf) -> None:
    post = Post()
    outbox = opened(shelf, post)
    shelf.write(1, Kind.ACTIVATION, Origin.BUTTON)
    run(outbox, post, 2.1)
    shelf.write(1, Kind.ACTIVATION, Origin.BUTTON)
    run(outbox, post, 10.0)
    (_, (at, span)) = post.out
    assert span == (2, 2)
    assert at < 2.0 + GAP_S + 0.2


@pytest.mark.parametrize("origin", [Origin.COMMAND, Origin.SCHEDULE])
def test_what_an_order_or_the_clock_has_begun_waits_behind_the_answers(shelf: Shelf, origin: Origin) -> None:
    post = Post()
    outbox = opened(shelf, post)
    shelf.write(1, Kind.ACTIVATION, origin)
    run(outbox, post, 10.0)
    ((at, _),) = post.out
    assert at >= 2.0 + LINGER_S


def test_a_record_waits_no_longer_for_those_that_keep_coming(shelf: Shelf) -> None:
    post = Post()
    outbox = opened(shelf, post)
    for _ in range(300):
        shelf.write()
        run(outbox, post, post.now + 0.1)
    assert len(post.out) >= 300 * 0.1 / (LINGER_S + GAP_S) - 1


def test_what_was_kept_while_the_broker_was_away_does_not_linger(shelf: Shelf) -> None:
    post = Post()
    shelf.count = 500
    opened(shelf, post)
    assert post.out[0][0] < LINGER_S / 2
    assert [later[1][0] for later in post.out[1:]] == [earlier[1][1] + 1 for earlier in post.out[:-1]]
    assert len(post.out) >= 2.0 / GAP_S - 2


def test_the_journal_is_asked_once_for_what_it_holds(shelf: Shelf) -> None:
    post = Post()
    outbox = opened(shelf, post)
    before = shelf.asked
    shelf.write(2)
    run(outbox, post, 20.0)
    assert shelf.broker_has == 2
    assert shelf.asked == before + 1


def test_a_journal_that_has_not_answered_is_asked_again(shelf: Shelf) -> None:
    post = Post()
    outbox = opened(shelf, post)
    shelf.is_dumb = True
    shelf.write(1, Kind.ACTIVATION, Origin.BUTTON)
    run(outbox, post, 2.5)
    shelf.is_dumb = False
    run(outbox, post, 2.5 + PATIENCE_S)
    assert [span for _, span in post.out] == [(1, 1)]


def test_what_people_at_the_box_raise_goes_before_what_the_desk_has_asked_for_again(shelf: Shelf) -> None:
    post = Post()
    shelf.count = shelf.broker_has = 1000
    outbox = opened(shelf, post)
    outbox.again(1, None, "a")
    run(outbox, post, 2.5)
    shelf.write(1, Kind.ACTIVATION, Origin.BUTTON)
    run(outbox, post, 30.0)
    spans = [span for _, span in post.out]
    at = next(at for at, span in post.out if span == (1001, 1001))
    assert at < 2.5 + 2 * GAP_S + 0.1
    repeated = [span for span in spans if span != (1001, 1001)]
    assert repeated[0][0] == 1
    assert repeated[-1][1] >= 1000
    assert [later[0] for later in repeated[1:]] == [earlier[1] + 1 for earlier in repeated[:-1]]


def wanted(outbox: Outbox) -> tuple[tuple[int, int], ...]:
    return outbox._again.spans


def test_what_is_asked_for_many_times_goes_out_once_more_at_most(shelf: Shelf) -> None:
    post = Post()
    shelf.count = shelf.broker_has = 500
    outbox = opened(shelf, post)
    for _ in range(400):
        outbox.again(1, None, "a")
    run(outbox, post, 60.0)
    assert sum(last - first + 1 for _, (first, last) in post.out) == 500
    assert wanted(outbox) == ()


def test_who_asks_for_everything_all_the_time_keeps_nobody_from_being_answered(shelf: Shelf) -> None:
    post = Post()
    shelf.count = shelf.broker_has = 500
    outbox = opened(shelf, post)
    outbox.again(400, 450, "a")
    for _ in range(300):
        outbox.again(1, None, "a")
        run(outbox, post, post.now + 0.1)
    told = {number for _, (first, last) in post.out for number in range(first, last + 1)}
    assert told >= set(range(1, 501))


def test_who_asks_for_old_records_all_the_time_does_not_hold_up_new_ones(shelf: Shelf) -> None:
    post = Post()
    shelf.count = shelf.broker_has = 500
    outbox = opened(shelf, post)
    shelf.write()
    for _ in range(50):
        outbox.again(1, 500, "a")
        run(outbox, post, post.now + 0.1)
    assert (501, 501) in [numbers for _, numbers in post.out]
    assert len(post.out) > 10


def test_what_is_asked_for_again_after_it_has_gone_goes_again(shelf: Shelf) -> None:
    post = Post()
    shelf.count = shelf.broker_has = 90
    outbox = opened(shelf, post)
    for _ in range(2):
        outbox.again(1, 90, "a")
        run(outbox, post, post.now + 5.0)
    assert sum(last - first + 1 for _, (first, last) in post.out) == 180


def test_however_many_spans_are_asked_for_few_are_kept_and_none_is_left_out(shelf: Shelf) -> None:
    post = Post()
    shelf.count = shelf.broker_has = 5000
    outbox = opened(shelf, post)
    asked = range(1, 5000, 7)
    for number in asked:
        outbox.again(number, number, "a")
    assert len(wanted(outbox)) <= MOST_SPANS
    assert all(any(first <= number <= last for first, last in wanted(outbox)) for number in asked)
